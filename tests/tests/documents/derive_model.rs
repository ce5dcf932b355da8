//! What the derives generate besides the codec: paths, indexes, rules and operands.
#![allow(clippy::trivially_copy_pass_by_ref)] // rules and serde require this signature

use std::time::Duration;

use odm::{
    Embedded, Id, Model, Shape, Value,
    bson::{DateTime, doc},
    index::{Index, IndexType::*},
    model::{Check, Validate},
    path::Path,
};

#[derive(Model)]
#[serde(rename_all = "camelCase")]
#[odm(
    collection = "orders",
    index(customer, placed_at = -1, unique, name = "by_customer"),
    index(ship_to.city, name = 1),
    validate(custom = in_time)
)]
#[odm(index(unique = -1, sparse))]
struct Order {
    id: Id<Order>,
    customer: Id<Customer>,
    #[odm(index(unique), validate(pattern = "^[A-Z]{2}-[0-9]{6}$"))]
    reference: String,
    #[odm(validate(length(min = 1, max = 2), nested))]
    lines: Vec<Line>,
    ship_to: Option<Address>,
    #[odm(index(ttl = "90d"))]
    expires_at: Option<DateTime>,
    #[odm(index(descending, sparse))]
    placed_at: DateTime,
    /// Fields named like the options of an index.
    name: String,
    unique: bool,
    #[odm(validate(email))]
    contact: Option<String>,
}

#[derive(Model)]
#[odm(collection = "customers")]
struct Customer {
    id: Id<Self>,
}

#[derive(Clone, Embedded)]
struct Line {
    #[odm(validate(length(equal = 3)))]
    sku: String,
    #[odm(validate(range(min = 1, max = 100), custom = even))]
    qty: u32,
    #[odm(validate(range(min = -0.5)))]
    price: Option<f64>,
}

#[derive(Embedded)]
struct Address {
    city: String,
}

fn in_time(order: &Order) -> Result<(), &'static str> {
    if order.expires_at.is_some_and(|at| at < order.placed_at) {
        Err("expires before it is placed")
    } else {
        Ok(())
    }
}

fn even(qty: &u32) -> Result<(), String> {
    if qty.is_multiple_of(2) { Ok(()) } else { Err("must be even".into()) }
}

#[test]
fn paths_contain_the_stored_names() {
    let o = Order::fields();
    assert_eq!(Path::name(&o.id()), "_id");
    assert_eq!(Path::name(&o.ship_to().city()), "shipTo.city");
    assert_eq!(o.lines().qty().name(), "lines.qty");
    assert_eq!(o.lines().at(2).sku().name(), "lines.2.sku");
    assert_eq!(Path::name(&o.name()), "name");
    assert_eq!(<Order as odm::Doc>::NAMES[4], "shipTo");
}

#[test]
fn indexes_follow_the_attributes_in_order() {
    let declared = [
        Index::new().key("customer", Ascending).key("placedAt", Descending).unique().named("by_customer"),
        Index::new().key("shipTo.city", Ascending).key("name", Ascending),
        Index::new().key("unique", Descending).sparse(),
        Index::new().key("reference", Ascending).unique(),
        Index::new().key("expiresAt", Ascending).expire_after(Duration::from_secs(90 * 24 * 60 * 60)),
        Index::new().key("placedAt", Descending).sparse(),
    ];
    assert_eq!(Order::indexes(), declared);
    assert_eq!(Customer::indexes(), []);
    assert_eq!(Order::COLLECTION, "orders");
}

#[test]
fn rules_report_every_violation_with_its_path() {
    let line = Line { sku: "long".into(), qty: 101, price: Some(-1.0) };
    let order = Order {
        id: Id::new(),
        customer: Id::new(),
        reference: "no".into(),
        lines: vec![Line { sku: "abc".into(), qty: 2, price: None }, line.clone(), line],
        ship_to: None,
        expires_at: Some(DateTime::from_millis(0)),
        placed_at: DateTime::from_millis(1),
        name: String::new(),
        unique: true,
        contact: Some("nobody".into()),
    };
    let mut check = Check::new();
    order.check(&mut check);
    let violations = check.finish().unwrap_err();
    let found: Vec<_> = violations.iter().map(|violation| (violation.path(), violation.rule())).collect();
    let expected = [
        ("reference", "pattern"),
        ("lines", "length"),
        ("lines.1.sku", "length"),
        ("lines.1.qty", "range"),
        ("lines.1.qty", "even"),
        ("lines.1.price", "range"),
        ("lines.2.sku", "length"),
        ("lines.2.qty", "range"),
        ("lines.2.qty", "even"),
        ("lines.2.price", "range"),
        ("contact", "email"),
        ("", "in_time"),
    ];
    assert_eq!(found, expected);
}

// -- operands are encoded the way the field is stored

mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{number:x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        i64::from_str_radix(&String::deserialize(deserializer)?, 16).map_err(D::Error::custom)
    }
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
}

#[derive(Debug, Clone, PartialEq, Value)]
struct Email(String);

#[derive(Model)]
#[odm(collection = "things")]
struct Thing {
    #[odm(id)]
    key: String,
    #[serde(with = "hex")]
    number: i64,
    colour: Option<Colour>,
    email: Email,
    #[odm(serde)]
    pair: (i32, i32),
    #[serde(skip)]
    _hidden: std::marker::PhantomData<fn()>,
}

#[test]
fn operands_are_encoded_as_stored() {
    let t = Thing::fields();
    assert_eq!(t.number().eq(255).into_document().unwrap(), doc! { "number": { "$eq": "ff" } });
    assert_eq!(t.colour().eq(Colour::Red).into_document().unwrap(), doc! { "colour": { "$eq": "red" } });
    assert_eq!(t.email().eq(Email("a".into())).into_document().unwrap(), doc! { "email": { "$eq": "a" } });
    assert_eq!(t.pair().eq((1, 2)).into_document().unwrap(), doc! { "pair": { "$eq": [1, 2] } });
    assert_eq!(t.key().eq("k").into_document().unwrap(), doc! { "_id": "k" });
}

// -- generic documents

#[derive(Shape)]
struct Group<K, V> {
    #[odm(id)]
    key: K,
    values: Vec<V>,
}

#[derive(Model)]
#[odm(collection = "events")]
struct Event<P: Embedded2, const VERSION: u32> {
    id: odm::bson::oid::ObjectId,
    payload: P,
}

/// Its id does not require bounds on the parameter.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "pages")]
struct Page<T: 'static, const N: usize = 3> {
    id: Id<Page<T, N>>,
    first: T,
    next: Option<Id<Self>>,
}

/// The key type is a parameter.
#[derive(Model)]
#[odm(collection = "entries")]
struct Entry<K: Clone + Send + Sync, V> {
    id: K,
    value: V,
}

trait Embedded2: odm::Doc + Send + Sync {}
impl Embedded2 for Line {}

#[test]
fn generic_documents_have_paths() {
    assert_eq!(Event::<Line, 2>::fields().payload().qty().name(), "payload.qty");
    let page = Page::<i32> { id: Id::new(), first: 1, next: Some(Id::new()) };
    assert_eq!(odm::from_slice::<Page<i32>>(&odm::to_vec(&page).unwrap()).unwrap(), page);
    assert_eq!(Page::<Line>::fields().first().qty().name(), "first.qty");
    assert_eq!(Entry::<String, i32>::fields().id().eq("a").to_string(), r#"{ "_id": "a" }"#);
    let _: Id<Entry<String, i32>> = "a".into();
}
