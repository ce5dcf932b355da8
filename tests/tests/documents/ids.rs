//! Ids with every kind of key: in BSON, in JSON, as strings, as keys of maps, and in API schemas.
#![allow(clippy::unwrap_used)] // in functions that tests share

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::{self, Debug, Display},
    hash::Hash,
    str::FromStr,
};

use odm::{
    __private::{Raw, Writer},
    Id, Keyed, Model, Value,
    bson::{Bson, Uuid, doc, oid::ObjectId},
    value::{KeySchema, KeyShape, MapKey, NewKey},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;
use utoipa::{PartialSchema, ToSchema};

macro_rules! models {
    ($($model:ident = $key:ty, $collection:literal;)*) => { $(
        #[derive(Debug, Clone, Model)]
        #[odm(collection = $collection, key = $key)]
        struct $model {
            #[allow(dead_code)] // only its type is used
            id: Id<$model>,
        }
    )* };
}

models! {
    Order = ObjectId, "orders";
    Customer = Uuid, "customers";
    Country = String, "countries";
    Ticket = i32, "tickets";
    Seat = i64, "seats";
    Row = u32, "rows";
    Page = u64, "pages";
    Article = Slug, "articles";
    Invoice = InvoiceKey, "invoices";
}

/// A custom key type that is stored as a string.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Value)]
#[serde(transparent)]
struct Slug(String);

/// A custom key type that is stored as an ObjectId and defines its JSON form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Value)]
struct InvoiceKey(ObjectId);

impl Serialize for InvoiceKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for InvoiceKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Display for InvoiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

impl FromStr for InvoiceKey {
    type Err = odm::bson::error::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        ObjectId::parse_str(text).map(Self)
    }
}

impl NewKey for InvoiceKey {
    fn new_key() -> Self {
        Self(ObjectId::new())
    }
}

impl KeySchema for InvoiceKey {
    const SHAPE: KeyShape = KeyShape::ObjectId;
}

impl Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Slug {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// Asserts all forms of one key.
#[track_caller]
fn is<M>(key: M::Key, bson: impl Into<Bson>, json: &serde_json::Value, text: &str)
where
    M: Keyed + Debug,
    M::Key: Debug + Display + FromStr + Hash + Ord + Serialize + DeserializeOwned,
    <M::Key as FromStr>::Err: Debug + Display,
{
    let id = Id::<M>::from_key(key);
    let bson = bson.into();
    assert_eq!(id.to_bson().unwrap(), bson);
    let mut writer = Writer::new();
    writer.document(|writer| writer.element("v", &id)).unwrap();
    assert_eq!(writer.as_bytes(), doc! { "v": bson }.to_vec().unwrap());
    let mut slot = None;
    Raw::document(writer.as_bytes()).elements().unwrap().take("v", &mut slot).unwrap();
    assert_eq!(slot, Some(id.clone()));
    assert_eq!(&serde_json::to_value(&id).unwrap(), json);
    assert_eq!(serde_json::from_value::<Id<M>>(json.clone()).unwrap(), id);
    assert_eq!(id.to_string(), text);
    assert_eq!(text.parse::<Id<M>>().unwrap(), id);
    assert!(HashSet::from([id.clone()]).contains(&id) && BTreeSet::from([id.clone()]).contains(&id));
}

#[test]
fn each_kind_of_key_is_a_native_type_in_bson_and_plain_in_json() {
    let hex = "56e1fc72e0c917e9c4714161";
    let oid = ObjectId::parse_str(hex).unwrap();
    let text = "73ffd264-44b3-4c69-90e8-e7d1dfc035d4";
    let uuid = Uuid::parse_str(text).unwrap();
    is::<Order>(oid, oid, &json!(hex), hex);
    is::<Customer>(uuid, uuid, &json!(text), text);
    is::<Country>("no".into(), "no", &json!("no"), "no");
    is::<Ticket>(-7, -7_i32, &json!(-7), "-7");
    is::<Seat>(i64::MAX, i64::MAX, &json!(i64::MAX), "9223372036854775807");
    is::<Row>(u32::MAX, i64::from(u32::MAX), &json!(u32::MAX), "4294967295");
    is::<Page>(7, 7_i64, &json!(7), "7");
    is::<Article>(Slug("a-b".into()), "a-b", &json!("a-b"), "a-b");
    is::<Invoice>(InvoiceKey(oid), oid, &json!(hex), hex);
}

/// The serde implementation of a custom key type decides how it is written.
#[test]
fn serde_writes_only_the_key_in_bson_too() {
    fn same<M: Keyed>(id: &Id<M>)
    where
        M::Key: Display + Serialize,
    {
        let by_serde = odm::bson::serialize_to_vec(&BTreeMap::from([("v", id)])).unwrap();
        assert_eq!(by_serde, doc! { "v": id.to_bson().unwrap() }.to_vec().unwrap());
    }
    same(&Id::<Order>::new());
    same(&Id::<Customer>::new());
    same(&Id::<Country>::from("no"));
    same(&Id::<Ticket>::from(-7));
    same(&Id::<Seat>::from(i64::MAX));
    same(&Id::<Row>::from(u32::MAX));
    same(&Id::<Page>::from(7_u64));
    same(&Id::<Article>::from_key(Slug("a-b".into())));
}

#[test]
fn text_that_is_not_a_key_is_refused() {
    assert!("xyz".parse::<Id<Order>>().is_err());
    assert!(serde_json::from_value::<Id<Order>>(json!("xyz")).is_err());
    assert!(serde_json::from_value::<Id<Customer>>(json!(7)).is_err());
    assert!(serde_json::from_value::<Id<Ticket>>(json!("7")).is_err());
    assert!(serde_json::from_value::<Id<Row>>(json!(-1)).is_err());
}

#[test]
fn ids_are_keys_of_maps() {
    fn keys<M: Keyed + Debug>(id: Id<M>)
    where
        M::Key: MapKey + Ord + Debug,
    {
        let map = BTreeMap::from([(id, 1)]);
        let mut writer = Writer::new();
        map.encode(&mut writer).unwrap();
        assert_eq!(BTreeMap::decode(Raw::document(writer.as_bytes())).unwrap(), map);
    }
    keys(Id::<Order>::new());
    keys(Id::<Customer>::new());
    keys(Id::<Country>::from("no"));
    keys(Id::<Ticket>::from(-7));
    keys(Id::<Page>::from(7_u64));
}

#[test]
fn a_custom_key_can_be_generated() {
    assert_ne!(Id::<Invoice>::new(), Id::<Invoice>::new());
}

type OrderId = Id<Order>;
type CustomerId = Id<Customer>;
type CountryId = Id<Country>;
type TicketId = Id<Ticket>;
type PageId = Id<Page>;
type InvoiceId = Id<Invoice>;

/// A type of an API. Its ids belong to models that have no schema.
#[derive(JsonSchema)]
#[allow(dead_code)] // only its schema is used
struct Receipt {
    order: Id<Order>,
    customer: Id<Customer>,
    country: Option<Id<Country>>,
    tickets: Vec<Id<Ticket>>,
    page: Id<Page>,
    invoice: Id<Invoice>,
}

/// The same for `utoipa`, whose derive requires a schema name for type parameters.
#[derive(ToSchema)]
#[allow(dead_code)] // only its schema is used
struct Slip {
    #[schema(inline)]
    order: OrderId,
    #[schema(inline)]
    customer: CustomerId,
    #[schema(inline)]
    country: Option<CountryId>,
    #[schema(inline)]
    tickets: Vec<TicketId>,
    #[schema(inline)]
    page: PageId,
    #[schema(inline)]
    invoice: InvoiceId,
}

#[test]
fn a_json_schema_describes_the_json_form_of_an_id() {
    let schema = serde_json::to_value(schemars::schema_for!(Receipt)).unwrap();
    let oid = json!({ "type": "string", "format": "objectid", "pattern": "^[0-9a-fA-F]{24}$" });
    let properties = &schema["properties"];
    assert_eq!(properties["order"], oid);
    assert_eq!(properties["invoice"], oid);
    assert_eq!(properties["customer"], json!({ "type": "string", "format": "uuid" }));
    assert_eq!(properties["country"], json!({ "type": ["string", "null"] }));
    assert_eq!(properties["tickets"]["items"], json!({ "type": "integer", "format": "int32" }));
    assert_eq!(properties["page"], json!({ "type": "integer", "format": "int64", "minimum": 0 }));
    assert!(schema.get("$defs").is_none(), "{schema}");
}

#[test]
fn an_openapi_schema_describes_the_json_form_of_an_id() {
    let schema = serde_json::to_value(Slip::schema()).unwrap();
    let oid = json!({ "type": "string", "format": "objectid", "pattern": "^[0-9a-fA-F]{24}$" });
    let properties = &schema["properties"];
    assert_eq!(properties["order"], oid);
    assert_eq!(properties["invoice"], oid);
    assert_eq!(properties["customer"], json!({ "type": "string", "format": "uuid" }));
    assert_eq!(properties["tickets"]["items"], json!({ "type": "integer", "format": "int32" }));
    assert_eq!(properties["page"], json!({ "type": "integer", "format": "int64", "minimum": 0 }));
}

#[test]
fn serde_reads_ids_that_it_buffers_for_a_tagged_type() {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    #[serde(tag = "kind")]
    enum Event<K> {
        Paid { by: K },
    }
    fn both_ways<K>(by: K, json: &str)
    where
        K: std::fmt::Debug + PartialEq + serde::Serialize + serde::de::DeserializeOwned,
    {
        let event = Event::Paid { by };
        let bytes = odm::bson::serialize_to_vec(&event).unwrap();
        assert_eq!(odm::bson::deserialize_from_slice::<Event<K>>(&bytes).unwrap(), event);
        assert_eq!(serde_json::to_string(&event).unwrap(), json);
        assert_eq!(serde_json::from_str::<Event<K>>(json).unwrap(), event);
    }
    both_ways(
        odm::Id::<Order>::from(odm::bson::oid::ObjectId::from_bytes([1; 12])),
        r#"{"kind":"Paid","by":"010101010101010101010101"}"#,
    );
}
