//! What the derives write as data: `Doc::META`, `Model::MODEL` and `Value::STORED_AS`.
#![allow(clippy::unwrap_used)] // in functions that tests share

use std::{
    any::TypeId,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use odm::{
    Doc, Embedded, Id, Model, Value,
    bson::{
        self, Bson, DateTime, Decimal128, Document, Uuid,
        oid::ObjectId,
        spec::{BinarySubtype, ElementType},
    },
    meta::{ContentMeta, DocumentMeta, FieldMeta, Tagging, TypeMeta, VariantMeta},
    model::Validator,
    rule::{Rule, Unit},
    schema::value_schema,
};
use serde::{Deserialize, Serialize};

#[derive(Model)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[odm(
    collection = "orders",
    index(placed_at = -1, ship_to.city),
    schema_version(2, name = "v"),
    upgrade(1 = upgrade),
    validate(custom = in_time)
)]
struct Order {
    id: Id<Order>,
    customer: Id<Customer>,
    #[serde(alias = "ref")]
    #[odm(index(unique), validate(pattern = "^[A-Z]+$", length(min = 1, max = 9)))]
    reference: String,
    #[odm(validate(length(equal = 3), nested))]
    lines: Vec<Line>,
    #[odm(validate(range(min = 0.5), custom = whole))]
    price: f64,
    #[odm(validate(range(max = u8::MAX)))]
    count: Option<u8>,
    ship_to: Option<Address>,
    #[odm(rename = "mail", validate(email))]
    e_mail: Box<Option<String>>,
    status: Status,
    payment: Payment,
    by_name: BTreeMap<String, Vec<i64>>,
    corner: (f32, bool),
    pair: Pair,
    label: Label,
    #[odm(binary)]
    photo: Option<Vec<u8>>,
    #[odm(unit = "ms")]
    took: Duration,
    #[odm(serde)]
    elsewhere: Elsewhere,
    #[serde(with = "as_text")]
    odd: u8,
    #[serde(default)]
    marked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    seldom: Option<DateTime>,
    #[serde(skip_serializing, default)]
    only_read: i32,
    #[serde(skip_deserializing)]
    only_written: i32,
    #[odm(validate(length(max = 2)))]
    #[serde(skip)]
    unstored: String,
    placed_at: DateTime,
    #[serde(flatten)]
    audit: Audit,
}

#[derive(Model)]
#[odm(collection = "customers", key = Uuid)]
struct Customer {
    id: Id<Customer>,
}

#[derive(Embedded)]
#[serde(default)]
#[odm(validate(custom = fine))]
struct Line {
    #[odm(validate(range(min = 1)))]
    qty: u32,
}

#[derive(Embedded)]
#[serde(tag = "kind", rename = "postal")]
struct Address {
    city: String,
}

#[derive(Embedded)]
struct Audit {
    created_at: DateTime,
}

#[derive(Value)]
#[serde(rename_all = "lowercase")]
enum Status {
    Open,
    #[serde(alias = "payed")]
    Paid,
    #[serde(skip_serializing)]
    Old,
}

#[derive(Value)]
enum Payment {
    Cash,
    Card {
        #[odm(validate(length(equal = 4), custom = Self::digits))]
        last: String,
    },
    Transfer(Account),
    Split(i32, Vec<Payment>),
}

impl Payment {
    fn digits(text: &str) -> Result<(), &'static str> {
        if text.chars().all(|it| it.is_ascii_digit()) { Ok(()) } else { Err("must be digits") }
    }
}

#[derive(Value)]
struct Account(String);

#[derive(Value)]
struct Pair(u16, Option<Box<Pair>>);

#[derive(Value)]
struct Label(Arc<str>);

#[derive(Serialize, Deserialize)]
struct Elsewhere;

mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref)] // the signature that serde requires
    pub(super) fn serialize<S: Serializer>(number: &u8, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

fn upgrade(_: &mut Document) {}

fn in_time(order: &Order) -> Result<(), &'static str> {
    if order.marked { Ok(()) } else { Err("must be marked") }
}

fn fine(line: &Line) -> Result<(), &'static str> {
    if line.qty < 100 { Ok(()) } else { Err("must be fine") }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature of a rule
fn whole(price: &f64) -> Result<(), &'static str> {
    if price.fract() == 0.0 { Ok(()) } else { Err("must be whole") }
}

impl Default for Line {
    fn default() -> Self {
        Self { qty: 1 }
    }
}

fn field(name: &str) -> &'static FieldMeta {
    Order::META.field(name).unwrap()
}

fn types(name: &str) -> Option<Vec<ElementType>> {
    field(name).stored_as().bson_types()
}

#[test]
fn a_document_lists_its_stored_fields_in_order() {
    let names: Vec<_> = Order::META.fields().iter().map(|field| (field.name(), field.rust_name())).collect();
    let expected = [
        ("_id", "id"),
        ("customer", "customer"),
        ("reference", "reference"),
        ("lines", "lines"),
        ("price", "price"),
        ("count", "count"),
        ("shipTo", "ship_to"),
        ("mail", "e_mail"),
        ("status", "status"),
        ("payment", "payment"),
        ("byName", "by_name"),
        ("corner", "corner"),
        ("pair", "pair"),
        ("label", "label"),
        ("photo", "photo"),
        ("took", "took"),
        ("elsewhere", "elsewhere"),
        ("odd", "odd"),
        ("marked", "marked"),
        ("seldom", "seldom"),
        ("onlyRead", "only_read"),
        ("onlyWritten", "only_written"),
        ("placedAt", "placed_at"),
        ("", "audit"),
    ];
    assert_eq!(names, expected);
    let stored: Vec<_> = names.iter().map(|(name, _)| *name).filter(|name| !name.is_empty()).collect();
    assert_eq!(stored, Order::NAMES);
    assert_eq!(field("reference").aliases(), ["ref"]);
    assert!(Order::META.field("audit").is_none() && Order::META.field("").is_none());
}

#[test]
fn a_document_knows_its_attributes() {
    let order = Order::META;
    assert_eq!((order.name(), order.version(), order.tag()), ("Order", Some(("v", 2)), None));
    assert!(order.denies_unknown_fields() && order.variants().is_none());
    assert_eq!(order.rules().collect::<Vec<_>>(), [Rule::Custom("in_time")]);
    assert_eq!(Line::META.rules().collect::<Vec<_>>(), [Rule::Custom("fine")]);

    let address = Address::META;
    assert_eq!(
        (address.name(), address.version(), address.tag()),
        ("Address", None, Some(("kind", "postal")))
    );
    assert!(!address.denies_unknown_fields() && address.rules().next().is_none());
}

#[test]
fn a_model_knows_its_collection_and_its_indexes() {
    let order = Order::MODEL;
    assert_eq!(order.collection(), "orders");
    assert_eq!(order.document().name(), "Order");
    assert_eq!(order.fields().len(), Order::META.fields().len());
    assert_eq!(order.indexes(), Order::indexes());
    let names: Vec<_> = order.indexes().iter().map(odm::index::Index::name).collect();
    assert_eq!(names, ["placedAt_-1_shipTo.city_1", "reference_1"]);
    assert_eq!(order.type_id(), TypeId::of::<Order>());
}

#[test]
fn a_field_knows_whether_it_may_be_missing() {
    let required: Vec<_> =
        Order::META.fields().iter().filter(|field| !field.is_required()).map(FieldMeta::rust_name).collect();
    let expected =
        ["count", "ship_to", "e_mail", "photo", "marked", "seldom", "only_read", "only_written", "audit"];
    assert_eq!(required, expected);
    let defaults = Order::META.fields().iter().filter(|field| field.has_default());
    assert_eq!(
        defaults.map(FieldMeta::rust_name).collect::<Vec<_>>(),
        ["marked", "only_read", "only_written"]
    );
    assert!(Line::META.fields()[0].has_default() && !Line::META.fields()[0].is_required());

    assert!(!field("seldom").is_always_written() && field("seldom").is_written());
    assert!(!field("onlyRead").is_always_written() && !field("onlyRead").is_written());
    assert!(field("onlyRead").is_read() && !field("onlyWritten").is_read());
    assert!(field("marked").is_always_written() && field("marked").is_written());
    let audit = Order::META.fields().last().unwrap();
    assert!(audit.is_flattened() && !field("shipTo").is_flattened());
    assert!(matches!(audit.stored_as(), TypeMeta::Document(audit) if audit.name() == "Audit"));
}

#[test]
fn a_field_lists_its_rules() {
    let rules = |name| field(name).rules().collect::<Vec<_>>();
    assert_eq!(rules("_id"), []);
    let length = Rule::Length { min: Some(1), max: Some(9), unit: Unit::Character };
    assert_eq!(rules("reference"), [Rule::Pattern("^[A-Z]+$"), length]);
    let three = Rule::Length { min: Some(3), max: Some(3), unit: Unit::Item };
    assert_eq!(rules("lines"), [three, Rule::Nested]);
    let range = Rule::Range { min: Some(Bson::Double(0.5)), max: None };
    assert_eq!(rules("price"), [range, Rule::Custom("whole")]);
    assert_eq!(rules("count"), [Rule::Range { min: None, max: Some(Bson::Int64(255)) }]);
    assert_eq!(rules("mail"), [Rule::Email]);
    let names: Vec<_> =
        Order::META.fields().iter().flat_map(FieldMeta::rules).map(|rule| rule.name()).collect();
    assert_eq!(names, ["pattern", "length", "length", "nested", "range", "whole", "range", "email"]);
}

#[test]
fn a_field_knows_its_bson_types() {
    use ElementType::{
        Array, Binary, Boolean, DateTime, Double, EmbeddedDocument, Int32, Int64, Null, ObjectId, String,
    };
    assert_eq!(types("_id"), Some(vec![ObjectId]));
    assert_eq!(types("customer"), Some(vec![Binary]));
    assert_eq!(types("reference"), Some(vec![String]));
    assert_eq!(types("lines"), Some(vec![Array]));
    assert_eq!(types("price"), Some(vec![Double]));
    assert_eq!(types("count"), Some(vec![Int32, Null]));
    assert_eq!(types("shipTo"), Some(vec![EmbeddedDocument, Null]));
    assert_eq!(types("mail"), Some(vec![String, Null]));
    assert_eq!(types("status"), Some(vec![String]));
    assert_eq!(types("payment"), Some(vec![String, EmbeddedDocument]));
    assert_eq!(types("byName"), Some(vec![EmbeddedDocument]));
    assert_eq!(types("corner"), Some(vec![Array]));
    assert_eq!(types("pair"), Some(vec![Array]));
    assert_eq!(types("label"), Some(vec![String]));
    assert_eq!(types("photo"), Some(vec![Binary, Null]));
    assert_eq!(types("took"), Some(vec![Int64]));
    assert_eq!(types("elsewhere"), None);
    assert_eq!(types("odd"), None);
    assert_eq!(types("marked"), Some(vec![Boolean]));
    assert_eq!(types("placedAt"), Some(vec![DateTime]));
}

#[test]
fn types_compose() {
    let TypeMeta::Map { values: TypeMeta::Array { items, length: None } } = field("byName").stored_as()
    else {
        panic!("a map of arrays")
    };
    assert!(matches!(items, TypeMeta::Int { written: ElementType::Int64, min: i64::MIN, max: i64::MAX }));
    let TypeMeta::Tuple(corner) = field("corner").stored_as() else { panic!("a tuple") };
    assert!(matches!(**corner, [TypeMeta::Float, TypeMeta::Scalar(ElementType::Boolean)]));
    assert!(matches!(field("photo").stored_as().non_null(), TypeMeta::Binary(Some(BinarySubtype::Generic))));
    assert!(matches!(<[u8; 3]>::STORED_AS, TypeMeta::Array { length: Some(3), .. }));
    for sets in [BTreeSet::<String>::STORED_AS, <Box<[String]>>::STORED_AS, <Arc<[String]>>::STORED_AS] {
        let TypeMeta::Array { items: TypeMeta::Scalar(ElementType::String), length: None } = sets else {
            panic!("an array of strings")
        };
    }
    assert!(matches!(HashMap::<i32, Bson>::STORED_AS, TypeMeta::Map { values: TypeMeta::Any }));
    assert!(matches!(Document::STORED_AS, TypeMeta::Map { values: TypeMeta::Any }));
    assert!(matches!(bson::Binary::STORED_AS, TypeMeta::Binary(None)));
    assert!(matches!(Decimal128::STORED_AS, TypeMeta::Scalar(ElementType::Decimal128)));
    assert!(matches!(<()>::STORED_AS, TypeMeta::Scalar(ElementType::Null)));
    assert_eq!(std::net::IpAddr::STORED_AS.bson_types(), Some(vec![ElementType::EmbeddedDocument]));
}

#[test]
fn integers_know_their_range() {
    let range = |stored_as: &TypeMeta| match stored_as {
        TypeMeta::Int { written, min, max } => (*written, *min, *max),
        other => panic!("{other:?}"),
    };
    assert_eq!(range(u8::STORED_AS), (ElementType::Int32, 0, 255));
    assert_eq!(range(i8::STORED_AS), (ElementType::Int32, -128, 127));
    assert_eq!(range(u32::STORED_AS), (ElementType::Int64, 0, i64::from(u32::MAX)));
    assert_eq!(range(u64::STORED_AS), (ElementType::Int64, 0, i64::MAX));
    assert_eq!(range(u128::STORED_AS), (ElementType::Int64, 0, i64::MAX));
    assert_eq!(range(i128::STORED_AS), (ElementType::Int64, i64::MIN, i64::MAX));
    assert_eq!(range(<std::num::NonZero<u16>>::STORED_AS), (ElementType::Int32, 0, 65_535));
    assert_eq!(range(<std::num::Wrapping<i32>>::STORED_AS).0, ElementType::Int32);
}

#[test]
fn an_id_names_its_model() {
    let TypeMeta::Id(customer) = field("customer").stored_as() else { panic!("an id") };
    assert_eq!(customer.model(), Customer::MODEL.type_id());
    assert_ne!(customer.model(), Order::MODEL.type_id());
    assert!(customer.model_name().ends_with("::Customer"));
    assert!(matches!(customer.key(), TypeMeta::Binary(Some(BinarySubtype::Uuid))));
    assert!(matches!(ObjectId::STORED_AS, TypeMeta::Scalar(ElementType::ObjectId)));
}

#[test]
fn an_enum_lists_its_variants() {
    let TypeMeta::Enum(status) = field("status").stored_as() else { panic!("an enum") };
    assert_eq!((status.name(), status.tagging()), ("Status", Tagging::External));
    assert_eq!(status.constants(), Some(vec!["open", "paid"]));
    let [_, paid, old] = status.variants() else { panic!("three variants") };
    assert_eq!((paid.name(), paid.rust_name(), paid.aliases()), ("paid", "Paid", &["payed"][..]));
    assert!(!old.is_written() && old.is_read() && paid.is_written());

    let TypeMeta::Enum(payment) = field("payment").stored_as() else { panic!("an enum") };
    assert_eq!(payment.constants(), None);
    let contents: Vec<_> = payment.variants().iter().map(VariantMeta::content).collect();
    let [
        ContentMeta::Unit,
        ContentMeta::Document(card),
        ContentMeta::Single(account),
        ContentMeta::Tuple(split),
    ] = contents[..]
    else {
        panic!("{contents:?}")
    };
    let length = Rule::Length { min: Some(4), max: Some(4), unit: Unit::Character };
    assert_eq!(card[0].name(), "last");
    assert_eq!(card[0].rules().collect::<Vec<_>>(), [length, Rule::Custom("digits")]);
    assert_eq!(account.bson_types(), Some(vec![ElementType::String]));
    assert!(
        matches!(split, [_, TypeMeta::Array { items: TypeMeta::Enum(same), .. }] if same.name() == "Payment")
    );
}

#[test]
fn a_rule_of_a_variant_is_checked_with_the_functions_of_the_enum() {
    #[derive(Embedded)]
    struct Paid {
        how: Payment,
    }
    use odm::model::Validate as _;
    let violations = Paid { how: Payment::Card { last: "12x".into() } }.validate().unwrap_err();
    let found: Vec<_> = violations.iter().map(|one| (one.path(), one.rule(), one.message())).collect();
    let expected = [
        ("how.Card.last", "length", "must have exactly 4 characters"),
        ("how.Card.last", "digits", "must be digits"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn enums_know_their_tagging() {
    #[derive(Value)]
    #[serde(tag = "t")]
    enum Internal {
        Inside(Line),
        #[serde(other)]
        Unknown,
    }

    #[derive(Value)]
    #[serde(tag = "t", content = "c")]
    enum Adjacent {
        One(i32),
    }

    #[derive(Value)]
    #[serde(untagged)]
    enum Untagged {
        Number(f64),
        List(Vec<Untagged>),
        Deeper(Box<Untagged>),
        Nothing,
    }

    let of = |stored_as: &'static TypeMeta| match stored_as {
        TypeMeta::Enum(found) => found.get(),
        other => panic!("{other:?}"),
    };
    let internal = of(Internal::STORED_AS);
    assert_eq!(internal.tagging(), Tagging::Internal { tag: "t" });
    assert!(
        matches!(internal.variants()[0].content(), ContentMeta::Single(TypeMeta::Document(line)) if line.name() == "Line")
    );
    assert!(internal.variants()[1].is_other() && internal.constants().is_none());
    assert_eq!(of(Adjacent::STORED_AS).tagging(), Tagging::Adjacent { tag: "t", content: "c" });
    let untagged = of(Untagged::STORED_AS);
    assert_eq!(untagged.tagging(), Tagging::Untagged);
    assert!(untagged.variants().iter().all(VariantMeta::is_untagged));
    let types = [ElementType::Double, ElementType::Array, ElementType::Null];
    assert_eq!(Untagged::STORED_AS.bson_types(), Some(types.to_vec()));
}

#[test]
fn a_model_may_be_an_enum() {
    #[derive(Model)]
    #[serde(tag = "kind")]
    #[odm(collection = "vehicles")]
    enum Vehicle {
        Car { id: Id<Vehicle>, doors: u8 },
        Bike { id: Id<Vehicle> },
    }

    assert!(Vehicle::META.fields().is_empty());
    let variants = Vehicle::META.variants().unwrap().variants();
    let ContentMeta::Document(car) = variants[0].content() else { panic!("a document") };
    assert_eq!(car.iter().map(FieldMeta::name).collect::<Vec<_>>(), ["_id", "doors"]);
    assert_eq!(variants[1].name(), "Bike");
    assert!(matches!(Vehicle::STORED_AS, TypeMeta::Enum(same) if same.name() == "Vehicle"));
}

#[test]
fn recursive_and_generic_types_are_described() {
    #[derive(Embedded)]
    struct Page {
        children: Vec<Page>,
    }

    #[derive(Embedded)]
    struct Keep<T: Value> {
        #[odm(validate(custom = any))]
        kept: T,
    }

    fn any<T>(_: &T) -> Result<(), &'static str> {
        if size_of::<T>() < 100 { Ok(()) } else { Err("must be small") }
    }

    #[derive(Value)]
    struct Tree(Vec<Tree>);

    let children = Page::META.fields()[0].stored_as();
    let TypeMeta::Array { items: TypeMeta::Document(page), .. } = children else { panic!("{children:?}") };
    assert_eq!(page.fields()[0].name(), "children");

    let TypeMeta::Tuple(pair) = Pair::STORED_AS else { panic!("a tuple") };
    let TypeMeta::Tuple(inside) = pair[1].non_null() else { panic!("a tuple") };
    assert_eq!(inside.len(), 2);

    let kept = <Keep<Keep<i32>> as Doc>::META.fields()[0];
    assert_eq!(kept.rules().collect::<Vec<_>>(), [Rule::Custom("any")]);
    let TypeMeta::Document(inner) = kept.stored_as() else { panic!("a document") };
    assert_eq!(inner.fields()[0].stored_as().bson_types(), Some(vec![ElementType::Int32]));

    assert_eq!(Tree::STORED_AS.bson_types(), Some(vec![ElementType::Array]));
    let TypeMeta::Recursive(tree) = Tree::STORED_AS else { panic!("the type inside") };
    assert!(matches!(tree.get(), TypeMeta::Array { items: TypeMeta::Recursive(_), .. }));
}

#[test]
fn a_description_can_be_printed_even_if_the_type_contains_itself() {
    assert_eq!(format!("{:?}", Pair::STORED_AS), "Tuple(Deferred { .. })");
    assert!(format!("{:?}", Order::META).contains("\"placedAt\""));
}

/// The compiler makes copies of constants, so the address of a description does not identify its type: the validator and
/// the references of a type would depend on the build.
#[test]
fn a_type_that_contains_itself_is_found_in_copies_of_its_description() {
    #[derive(Value)]
    struct Tree(Vec<Tree>);

    #[derive(Embedded)]
    struct Comment {
        #[allow(dead_code)]
        author: Id<Customer>,
        #[allow(dead_code)]
        replies: Vec<Comment>,
    }

    let copy: &'static TypeMeta = Box::leak(Box::new(*Tree::STORED_AS));
    assert_eq!(
        value_schema(copy, Validator::new()).to_string(),
        r#"{ "bsonType": "array", "items": { "bsonType": "array", "items": { "bsonType": "array" } } }"#
    );
    assert_eq!(value_schema(Tree::STORED_AS, Validator::new()), value_schema(copy, Validator::new()));

    let copy: &'static DocumentMeta = Box::leak(Box::new(*Comment::META));
    for meta in [Comment::META, copy] {
        let paths: Vec<String> =
            meta.references().iter().map(|reference| reference.path().to_owned()).collect();
        assert_eq!(paths, ["author"]);
    }
}
