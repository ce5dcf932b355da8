//! Enums with data, in every representation.

use super::*;

macro_rules! payment {
    ($name:ident, $($attribute:tt)*) => {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
        #[serde(rename_all = "snake_case", rename_all_fields = "camelCase", $($attribute)*)]
        enum $name {
            Cash,
            #[serde(alias = "kort")]
            BankCard {
                last_four: String,
                #[serde(default, skip_serializing_if = "Option::is_none")]
                expires_at: Option<DateTime>,
            },
            Place(Point),
            Empty {},
            #[serde(skip)]
            #[allow(dead_code)] // only one test writes it
            Hidden(std::cell::Cell<u8>),
            Rest(BTreeMap<String, i64>),
        }
    };
}

payment!(External, expecting = "a payment");
payment!(Internal, tag = "kind");
payment!(Adjacent, tag = "t", content = "c");

macro_rules! each_payment {
    ($name:ident) => {{
        let card = $name::BankCard { last_four: "4242".into(), expires_at: None };
        [
            same($name::Cash),
            same(card),
            same($name::BankCard { last_four: String::new(), expires_at: Some(DateTime::MAX) }),
            same($name::Place(Point { x: -1, y: None })),
            same($name::Empty {}),
            same($name::Rest(BTreeMap::from([("a".into(), 1), ("b".into(), i64::MAX)]))),
        ]
    }};
}

fn bson(document: Document) -> Bson {
    document.into()
}

#[test]
fn an_externally_tagged_variant_is_stored_as_the_only_key_or_a_string() {
    let [cash, card, _, place, empty, rest] = each_payment!(External);
    assert_eq!(cash, Bson::from("cash"));
    assert_eq!(card, bson(doc! { "bank_card": { "lastFour": "4242" } }));
    assert_eq!(place, bson(doc! { "place": { "x": -1, "y": null } }));
    assert_eq!(empty, bson(doc! { "empty": {} }));
    assert_eq!(rest, bson(doc! { "rest": { "a": 1_i64, "b": i64::MAX } }));
}

#[test]
fn an_internal_tag_is_stored_among_the_fields() {
    let [cash, card, _, place, empty, rest] = each_payment!(Internal);
    assert_eq!(cash, bson(doc! { "kind": "cash" }));
    assert_eq!(card, bson(doc! { "kind": "bank_card", "lastFour": "4242" }));
    assert_eq!(place, bson(doc! { "kind": "place", "x": -1, "y": null }));
    assert_eq!(empty, bson(doc! { "kind": "empty" }));
    assert_eq!(rest, bson(doc! { "kind": "rest", "a": 1_i64, "b": i64::MAX }));
}

#[test]
fn an_adjacent_tag_is_stored_beside_the_content() {
    let [cash, card, _, place, empty, _] = each_payment!(Adjacent);
    assert_eq!(cash, bson(doc! { "t": "cash" }));
    assert_eq!(card, bson(doc! { "t": "bank_card", "c": { "lastFour": "4242" } }));
    assert_eq!(place, bson(doc! { "t": "place", "c": { "x": -1, "y": null } }));
    assert_eq!(empty, bson(doc! { "t": "empty", "c": {} }));
}

#[test]
fn tagged_documents_are_read_in_any_order_with_aliases_and_unknown_fields() {
    let card = || Some(Internal::BankCard { last_four: "1".into(), expires_at: None });
    assert_eq!(reads_same::<Internal>(doc! { "lastFour": "1", "kind": "bank_card" }), card());
    assert_eq!(reads_same::<Internal>(doc! { "lastFour": "1", "x": 5, "kind": "kort" }), card());
    assert_eq!(
        reads_same::<Internal>(doc! { "x": 3, "kind": "place", "y": 4, "z": 5 }),
        Some(Internal::Place(Point { x: 3, y: Some(4) }))
    );
    let place = reads_same::<Adjacent>(doc! { "c": { "x": 3 }, "other": 1, "t": "place" });
    assert_eq!(place, Some(Adjacent::Place(Point { x: 3, y: None })));
    assert_eq!(reads_same::<Adjacent>(doc! { "t": "cash", "c": null }), Some(Adjacent::Cash));
    assert!(reads_same::<Adjacent>(doc! { "t": "place" }).is_none());
    assert!(reads_same::<Adjacent>(doc! { "c": { "x": 3 } }).is_none());
    assert!(reads_same::<External>(doc! { "place": { "x": "no" } }).is_none());
    assert!(reads_same::<External>("place").is_none());
    assert!(reads_same::<External>("hidden").is_none());
    assert!(reads_same::<External>(5).is_none());
    assert!(reads_same::<Internal>(doc! { "kind": 5 }).is_none());
}

#[test]
fn the_error_of_a_value_that_fits_no_variant_contains_its_path() {
    assert_eq!(
        error::<Internal>(doc! { "kind": "cheque" }),
        "`v.kind`: expected one of `cash`, `bank_card`, `place`, `empty`, `rest`, found another text"
    );
    assert_eq!(
        error::<Internal>(doc! { "a": 1 }),
        "`v.kind`: expected a value, found nothing: the field is missing"
    );
    assert_eq!(
        error::<Internal>(doc! { "kind": "place", "x": "3" }),
        "`v.x`: expected an integer, found a string"
    );
    assert_eq!(
        error::<External>(doc! { "bank_card": { "lastFour": 4 } }),
        "`v.bank_card.lastFour`: expected a string, found an int32"
    );
    assert_eq!(
        error::<External>("place"),
        "`v.place`: expected a document with the variant's content, found its name alone"
    );
    assert_eq!(
        error::<External>(doc! { "cash": null, "more": 1 }),
        "`v`: expected a document with one element, the variant, found more"
    );
    assert_eq!(
        error::<Adjacent>(doc! { "t": "place", "c": { "x": 1, "y": "2" } }),
        "`v.c.y`: expected an integer, found a string"
    );
    let twice = doc! { "t": "cash" };
    assert_eq!(error::<Internal>(twice), "`v.kind`: expected a value, found nothing: the field is missing");
}

#[test]
fn a_skipped_variant_is_not_written() {
    let mut writer = Writer::new();
    let refused = Internal::Hidden(std::cell::Cell::new(0)).encode(&mut writer).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "expected a variant that can be stored, found `Internal::Hidden`, which is skipped"
    );
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
#[serde(untagged)]
enum Rating {
    Stars(i32),
    Exact(f64),
    Text(String),
    Parts { food: i32, place: Option<i32> },
    Pair(i32, String),
    Nothing,
    Many(Vec<Rating>),
}

#[test]
fn an_untagged_enum_is_stored_as_its_content() {
    assert_eq!(same(Rating::Stars(5)), Bson::Int32(5));
    // Other integer fields read an integral double. Here it would select another variant.
    assert_eq!(same(Rating::Exact(5.0)), Bson::Double(5.0));
    assert_eq!(same(Rating::Text("Not yet rated".into())), Bson::from("Not yet rated"));
    same(Rating::Parts { food: 1, place: None });
    same(Rating::Pair(1, "a".into()));
    assert_eq!(same(Rating::Nothing), Bson::Null);
    same(Rating::Many(vec![Rating::Exact(1.0), Rating::Stars(1), Rating::Many(Vec::new())]));
    assert!(reads_same::<Rating>(doc! { "place": 1 }).is_none());
    assert!(reads_same::<Rating>(true).is_none());
    assert_eq!(
        error::<Rating>(true),
        "`v`: expected a value of a variant: `Stars`, `Exact`, `Text`, `Parts`, `Pair`, `Nothing`, `Many`, \
         found a bool that fits none"
    );
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
enum Shape {
    Unit,
    Both(i32, String),
    None(),
    List(Vec<Shape>),
    Boxed(Box<Shape>),
    Maybe(Option<i32>),
}

#[test]
fn tuples_are_stored_as_arrays() {
    same(Shape::Unit);
    assert_eq!(same(Shape::Both(1, "b".into())), bson(doc! { "Both": [1, "b"] }));
    same(Shape::None());
    same(Shape::List(vec![Shape::Unit, Shape::Both(2, String::new())]));
    same(Shape::Boxed(Box::new(Shape::Maybe(None))));
    assert!(reads_same::<Shape>(doc! { "Both": [1] }).is_none());
    assert_eq!(
        error::<Shape>(doc! { "Both": [1, "b", 3] }),
        "`v.Both`: expected an array of 2 items, found more"
    );
    assert_eq!(error::<Shape>(doc! { "Both": [1, 2] }), "`v.Both.1`: expected a string, found an int32");
}

#[test]
fn an_unknown_variant_reads_as_other() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    #[serde(tag = "type")]
    enum Event {
        Login {
            user: String,
        },
        #[serde(other)]
        Unknown,
    }
    assert_eq!(reads_same::<Event>(doc! { "type": "Logout", "user": "a" }), Some(Event::Unknown));
    same(Event::Login { user: "a".into() });
    same(Event::Unknown);

    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    #[serde(tag = "t", content = "c")]
    enum Beside {
        A(i32),
        #[serde(other)]
        Unknown,
    }
    assert_eq!(reads_same::<Beside>(doc! { "t": "B", "c": null }), Some(Beside::Unknown));
    same(Beside::A(1));
}

#[test]
fn unknown_fields_of_a_variant_are_denied_on_request() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    #[serde(tag = "kind", deny_unknown_fields)]
    enum Strict {
        A { a: i32 },
    }
    assert_eq!(reads_same::<Strict>(doc! { "a": 1, "kind": "A" }), Some(Strict::A { a: 1 }));
    assert!(reads_same::<Strict>(doc! { "kind": "A", "a": 1, "b": 2 }).is_none());
    assert_eq!(
        error::<Strict>(doc! { "kind": "A", "a": 1, "b": 2 }),
        "`v.*`: expected `a`, found a field that is not declared"
    );
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    #[serde(tag = "kind", content = "held", deny_unknown_fields)]
    enum Empty {
        Nothing {},
    }
    same(Empty::Nothing {});
    assert!(reads_same::<Empty>(doc! { "kind": "Nothing", "held": { "b": 2 } }).is_none());
}

#[test]
fn one_variant_may_be_untagged_beside_tagged_ones() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    #[serde(tag = "kind")]
    enum Mixed {
        Tagged {
            a: i32,
        },
        #[serde(untagged)]
        Plain {
            b: i32,
        },
        #[serde(untagged)]
        Text(String),
    }
    same(Mixed::Tagged { a: 1 });
    same(Mixed::Plain { b: 1 });
    same(Mixed::Text("x".into()));
    assert_eq!(reads_same::<Mixed>(doc! { "kind": "other", "b": 2 }), Some(Mixed::Plain { b: 2 }));
}

#[test]
fn a_variant_may_be_stored_through_functions() {
    mod hex {
        use serde::{Deserialize, Deserializer, Serializer, de::Error};
        pub(super) fn serialize<S: Serializer>(value: &u32, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_str(&format!("{value:x}"))
        }
        pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
            u32::from_str_radix(&String::deserialize(from)?, 16).map_err(D::Error::custom)
        }
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    enum Colour {
        #[serde(with = "hex")]
        Rgb(u32),
        Named {
            #[serde(with = "hex")]
            value: u32,
        },
        #[serde(untagged)]
        Raw(#[serde(with = "hex")] u32),
    }
    assert_eq!(same(Colour::Rgb(0x00FF_00AA)), bson(doc! { "Rgb": "ff00aa" }));
    same(Colour::Named { value: 255 });
    same(Colour::Raw(255));
}

#[test]
fn a_variant_whose_value_is_skipped_is_stored_without_data() {
    fn seven() -> i32 {
        7
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    enum Named {
        A(#[serde(skip)] i32),
        B(#[serde(skip, default = "seven")] i32),
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    #[serde(tag = "kind")]
    enum Tagged {
        A(#[serde(skip)] i32),
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    #[serde(untagged)]
    enum Untagged {
        A(#[serde(skip)] i32),
    }
    assert_eq!(same(Named::A(0)), Bson::from("A"));
    assert_eq!(same(Named::B(7)), Bson::from("B"));
    assert_eq!(same(Tagged::A(0)), bson(doc! { "kind": "A" }));
    assert_eq!(same(Untagged::A(0)), Bson::Null);
}

#[test]
fn a_flattened_tagged_enum_may_have_untagged_variants() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    #[serde(tag = "kind", content = "value")]
    enum Adjacent {
        Text(String),
        #[serde(untagged)]
        Plain {
            b: f64,
        },
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    #[serde(tag = "kind")]
    enum Internal {
        Counted {
            b: i64,
        },
        #[serde(untagged)]
        Plain {
            b: f64,
        },
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    struct Holder<T> {
        a: i32,
        #[serde(flatten)]
        part: T,
    }
    same(Holder { a: 1, part: Adjacent::Text("x".into()) });
    same(Holder { a: 1, part: Adjacent::Plain { b: 1.5 } });
    same(Holder { a: 1, part: Internal::Counted { b: 5 } });
    same(Holder { a: 1, part: Internal::Plain { b: 5.0 } });
}

#[test]
fn generic_enums_are_stored_as_serde_stores_them() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
    #[serde(tag = "kind", content = "value")]
    enum Tree<T, const N: usize> {
        Leaf(T),
        Node { left: Box<Tree<T, N>>, right: Box<Tree<T, N>> },
    }
    let leaf = |text: &str| Box::new(Tree::<String, 3>::Leaf(text.into()));
    same(Tree::Node { left: leaf("a"), right: Box::new(Tree::Node { left: leaf("b"), right: leaf("c") }) });
}

#[test]
fn a_model_may_be_an_enum_of_documents() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
    struct Car {
        #[odm(rename = "_id")]
        #[serde(rename = "_id")]
        id: Id<Vehicle>,
        doors: u8,
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Model)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    #[odm(collection = "vehicles", index(id, car.doors, unique))]
    enum Vehicle {
        Bike {
            #[serde(rename = "_id")]
            id: Id<Vehicle>,
            gears: u8,
        },
        Car(Car),
    }
    let id = Id::<Vehicle>::from(ObjectId::from_bytes([1; 12]));
    same(Vehicle::Bike { id, gears: 3 });
    let car = Vehicle::Car(Car { id, doors: 5 });
    same(car.clone());
    assert_eq!(car.id(), &id);
    let v = Vehicle::fields();
    assert_eq!(v.id().eq(id).to_string(), r#"{ "_id": { "$oid": "010101010101010101010101" } }"#);
    assert_eq!(v.car().is_variant().to_string(), r#"{ "kind": { "$eq": "car" } }"#);
    assert_eq!(v.bike().gears().gt(2).to_string(), r#"{ "kind": { "$eq": "bike" }, "gears": { "$gt": 2 } }"#);
    assert_eq!(v.car().doors().eq(4).to_string(), r#"{ "kind": { "$eq": "car" }, "doors": { "$eq": 4 } }"#);
}

#[test]
fn a_struct_may_have_a_tag() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
    #[serde(tag = "type", rename = "point")]
    struct Tagged {
        x: i32,
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
    struct Holder {
        a: i32,
        #[serde(flatten)]
        tagged: Tagged,
        #[serde(flatten)]
        rest: BTreeMap<String, i32>,
    }
    assert_eq!(same(Tagged { x: 1 }), doc! { "type": "point", "x": 1 }.into());
    assert_eq!(reads_same::<Tagged>(doc! { "x": 1, "type": "other" }), Some(Tagged { x: 1 }));
    assert_eq!(reads_same::<Tagged>(doc! { "x": 1 }), Some(Tagged { x: 1 }));
    let holder = Holder { a: 1, tagged: Tagged { x: 2 }, rest: BTreeMap::new() };
    let stored = show(&written(&holder));
    assert_eq!(stored, doc! { "a": 1, "type": "point", "x": 2 });
    assert_eq!(read::<Holder>(&stored).unwrap(), holder);
}

#[test]
fn decoding_an_untagged_variant_of_its_own_enum_ends() {
    #[derive(Debug, PartialEq, Embedded)]
    struct Leaf {
        leaf: i32,
    }
    #[derive(Debug, PartialEq, Value)]
    #[serde(untagged)]
    enum Endless {
        Again(Option<Box<Endless>>),
        Leaf(Leaf),
    }
    assert_eq!(read::<Held<Endless>>(&doc! { "v": null }).unwrap().v, Endless::Again(None));
    // The first variant that fits is selected, nested in itself up to the limit.
    let leaf = read::<Held<Endless>>(&doc! { "v": { "leaf": 1 } }).unwrap();
    assert_eq!(format!("{leaf:?}").matches("Again").count(), 15);
    assert!(read::<Held<Endless>>(&doc! { "v": 5 }).is_err());
}

#[test]
fn tagged_variants_beside_untagged_ones_are_read_without_conversion() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    enum Either {
        Whole(i64),
        #[serde(untagged)]
        Rest(BTreeMap<String, f64>),
    }
    let exact = BTreeMap::from([("Whole".to_owned(), 5.0)]);
    assert_eq!(reads_same::<Either>(doc! { "Whole": 5.0 }), Some(Either::Rest(exact)));
    same(Either::Whole(5));
}

#[test]
fn is_variant_of_an_untagged_enum_inside_a_tagged_one_is_an_error() {
    #[derive(Debug, Value)]
    #[serde(untagged)]
    enum Score {
        Stars(f64),
        Text(String),
    }
    #[derive(Debug, Value)]
    #[serde(tag = "kind")]
    enum Review {
        Guest { score: Score },
        None,
    }
    #[derive(Debug, Model)]
    #[odm(collection = "stays")]
    struct Stay {
        id: i32,
        review: Review,
    }
    let s = Stay::fields();
    assert_eq!(s.review().guest().is_variant().to_string(), r#"{ "review.kind": { "$eq": "Guest" } }"#);
    assert_eq!(
        s.review().guest().score().stars().gt(4).to_string(),
        r#"{ "review.kind": { "$eq": "Guest" }, "review.score": { "$gt": 4.0 } }"#
    );
    let error = s.review().guest().score().stars().is_variant().into_document().unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot be sent: `review.score`: expected a variant that is stored with a tag or a name, found one of an \
         untagged enum; nothing was sent"
    );
}
