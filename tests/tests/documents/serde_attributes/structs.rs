//! Structs of every form, conversions and names.

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
struct Pair(i32, String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
struct Wide(i32, #[serde(skip)] std::cell::Cell<u8>, Option<i32>, #[serde(default)] Vec<i32>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
struct Unit;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
struct Nothing();

#[test]
fn tuple_structs_are_arrays_and_unit_structs_null() {
    assert_eq!(same(Pair(1, "a".into())), Bson::Array(vec![1.into(), "a".into()]));
    same(Wide(1, std::cell::Cell::default(), None, vec![1, 2]));
    assert_eq!(same(Unit), Bson::Null);
    assert_eq!(same(Nothing()), Bson::Array(Vec::new()));
    assert!(reads_same::<Pair>(vec![1]).is_none());
    assert!(reads_same::<Unit>(1).is_none());
    assert_eq!(error::<Pair>(vec![1]), "`v.1`: expected a value, found nothing: the field is missing");
    assert_eq!(
        reads_same::<Wide>(Bson::Array(vec![1.into(), Bson::Null])),
        Some(Wide(1, std::cell::Cell::default(), None, Vec::new()))
    );
}

#[test]
fn a_transparent_struct_is_stored_as_its_field() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
    #[serde(transparent)]
    struct Meters<T: 'static> {
        value: f64,
        #[serde(skip)]
        unit: std::marker::PhantomData<T>,
    }
    assert_eq!(same(Meters::<i32> { value: 1.5, unit: std::marker::PhantomData }), Bson::Double(1.5));
}

#[test]
fn conversions_go_through_serde() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
    #[serde(try_from = "String", into = "String")]
    struct Even(u32);
    impl TryFrom<String> for Even {
        type Error = String;
        fn try_from(text: String) -> Result<Self, String> {
            match text.parse() {
                Ok(number) if number % 2 == 0 => Ok(Self(number)),
                _ => Err(format!("{text} is not even")),
            }
        }
    }
    impl From<Even> for String {
        fn from(even: Even) -> Self {
            even.0.to_string()
        }
    }
    assert_eq!(same(Even(4)), Bson::from("4"));
    assert!(reads_same::<Even>("5").is_none());
    assert_eq!(error::<Even>("5"), "`v`: expected a value that serde can read, found one it refuses");

    // Such a type may be stored as an array.
    #[derive(Model)]
    #[odm(collection = "throws")]
    struct Throw {
        id: i32,
        even: Option<Even>,
    }
    assert_eq!(
        Throw::fields().even().is_null().to_string(),
        r#"{ "even": { "$type": 10, "$not": { "$type": 4 } } }"#
    );

    // The conversion checks the value when it is read. The value is stored as declared.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
    #[serde(try_from = "Unchecked")]
    struct Range {
        from: i32,
        to: i32,
    }
    #[derive(Deserialize)]
    struct Unchecked {
        from: i32,
        to: i32,
    }
    impl TryFrom<Unchecked> for Range {
        type Error = &'static str;
        fn try_from(Unchecked { from, to }: Unchecked) -> Result<Self, Self::Error> {
            if from <= to { Ok(Self { from, to }) } else { Err("from is above to") }
        }
    }
    same(Range { from: 1, to: 2 });
    assert!(reads_same::<Range>(doc! { "from": 3, "to": 2 }).is_none());
}

#[test]
fn raw_identifiers_are_stored_without_the_prefix() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    struct Raw {
        r#type: i32,
        r#match: Kind,
    }
    #[allow(non_camel_case_types)]
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    enum Kind {
        r#move { r#in: i32 },
        r#else,
    }
    assert_eq!(
        same(Raw { r#type: 1, r#match: Kind::r#move { r#in: 2 } }),
        doc! { "type": 1, "match": { "move": { "in": 2 } } }.into()
    );
    same(Kind::r#else);
}

/// Private types of fields do not leak from a public type.
mod visibility {
    use odm::{Embedded, Model, Value};

    #[derive(Debug, Clone, PartialEq, Value)]
    enum Secret {
        Text(String),
        Named { part: Hidden },
    }
    #[derive(Debug, Clone, PartialEq, Embedded)]
    struct Hidden {
        inner: u8,
    }
    #[derive(Debug, Clone, PartialEq, Model)]
    #[odm(collection = "orders")]
    pub(crate) struct Order {
        pub(crate) id: i32,
        secret: Secret,
        #[serde(flatten)]
        hidden: Hidden,
    }
    impl Order {
        pub(crate) fn new() -> Self {
            Self { id: 1, secret: Secret::Text("s".into()), hidden: Hidden { inner: 2 } }
        }
    }
    #[derive(Debug, Clone, PartialEq, Value)]
    #[serde(tag = "kind")]
    pub(crate) enum Open {
        One { id: i32 },
        Two(super::Point),
    }
}

#[test]
fn public_types_may_contain_private_types() {
    use visibility::{Open, Order};
    let order = Order::new();
    let stored = show(&written(&order));
    assert_eq!(stored, doc! { "_id": 1, "secret": { "Text": "s" }, "inner": 2 });
    assert_eq!(read::<Order>(&stored).unwrap(), order);
    assert_eq!(Order::fields().id().eq(1).to_string(), r#"{ "_id": 1 }"#);
    assert_eq!(
        show(&written(&Open::Two(Point { x: 1, y: None }))),
        doc! { "kind": "Two", "x": 1, "y": null }
    );
    assert_eq!(show(&written(&Open::One { id: 1 })), doc! { "kind": "One", "id": 1 });
}

#[test]
fn a_newtype_has_the_operators_of_its_value() {
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Value)]
    struct Sku(String);
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Value)]
    struct Cents(i64);
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
    struct Tags(Vec<Sku>);
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
    struct Stock(BTreeMap<Sku, Cents>);
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
    struct At(Point);
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Model)]
    #[odm(collection = "articles")]
    struct Article {
        id: Sku,
        price: Cents,
        tags: Tags,
        stock: Stock,
        #[serde(flatten)]
        at: At,
    }
    let a = Article::fields();
    assert_eq!(a.id().starts_with("A-").to_string(), r#"{ "_id": { "$regex": "^A-" } }"#);
    assert_eq!(a.tags().contains(Sku("x".into())).to_string(), r#"{ "tags": { "$eq": "x" } }"#);
    assert_eq!(a.stock().key(Sku("x".into())).gt(Cents(1)).to_string(), r#"{ "stock.x": { "$gt": 1 } }"#);
    assert_eq!(a.at().x().eq(1).to_string(), r#"{ "x": { "$eq": 1 } }"#);
    assert_eq!(a.price().inc(5).to_string(), r#"{ "$inc": { "price": 5 } }"#);
    let article = Article {
        id: Sku("A-1".into()),
        price: Cents(5),
        tags: Tags(vec![Sku("x".into())]),
        stock: Stock(BTreeMap::from([(Sku("o".into()), Cents(3))])),
        at: At(Point { x: 1, y: None }),
    };
    let stored = show(&written(&article));
    let expected =
        doc! { "_id": "A-1", "price": 5_i64, "tags": ["x"], "stock": { "o": 3_i64 }, "x": 1, "y": null };
    assert_eq!(stored, expected);
    assert_eq!(read::<Article>(&stored).unwrap(), article);
}

#[test]
fn types_may_contain_themselves() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
    struct Tree(Vec<Tree>);
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
    struct Node {
        name: String,
        children: Vec<Node>,
        next: Option<Box<Node>>,
        by_name: BTreeMap<String, Node>,
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
    #[serde(untagged)]
    enum Json {
        Null,
        Bool(bool),
        Number(f64),
        Text(String),
        Array(Vec<Json>),
        Object(BTreeMap<String, Json>),
    }
    same(Tree(vec![Tree(Vec::new()), Tree(vec![Tree(Vec::new())])]));
    let leaf = Node { name: "leaf".into(), children: Vec::new(), next: None, by_name: BTreeMap::new() };
    let node = Node {
        name: "n".into(),
        children: vec![leaf.clone(); 2],
        next: Some(Box::new(leaf.clone())),
        by_name: BTreeMap::from([("l".to_owned(), leaf)]),
    };
    same(node);
    let object = BTreeMap::from([("a".to_owned(), Json::Array(vec![Json::Null, Json::Number(1.0)]))]);
    same(Json::Object(object));
    same(Json::Text("t".into()));
    same(Json::Bool(true));
}

#[test]
fn a_generic_type_requires_only_the_bounds_of_its_fields() {
    use std::marker::PhantomData;
    trait Has {
        type Item;
    }
    struct Source;
    impl Has for Source {
        type Item = i32;
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
    struct Ref<T> {
        key: String,
        #[serde(skip)]
        to: PhantomData<T>,
        also: PhantomData<T>,
    }
    #[derive(Embedded)]
    struct Item<T: Has> {
        item: T::Item,
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
    struct Foreign<T> {
        #[odm(serde)]
        held: Vec<T>,
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Plain(i32);
    same(Ref::<Plain> { key: "k".into(), to: PhantomData, also: PhantomData });
    assert_eq!(show(&written(&Item::<Source> { item: 5 })), doc! { "item": 5 });
    same(Foreign { held: vec![Plain(1), Plain(2)] });
}

#[test]
fn a_newtype_stores_its_value_even_if_that_is_skipped() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    struct Skipped(#[serde(skip)] i32);
    assert_eq!(same(Skipped(5)), Bson::Int32(5));
}
