use mongodb::bson::{Document, doc};
use odm::Embedded;

use crate::{
    Id, Model, Value,
    model::Validator,
    schema::{ModelValidator, value_schema},
};

fn properties<M: Model>(options: Validator) -> Document {
    ModelValidator::new(M::MODEL, options).json_schema().get_document("properties").unwrap().clone()
}

#[derive(Value)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Payment {
    Cash,
    Card {
        #[serde(rename = "no")]
        number: u8,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Embedded)]
struct Audit {
    by: String,
    note: Option<String>,
}

#[derive(Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    #[serde(alias = "amount")]
    qty: u8,
    payment: Option<Payment>,
    #[serde(flatten)]
    audit: Audit,
}

#[test]
fn each_field_has_the_types_that_it_is_read_from() {
    let qty = doc! { "bsonType": ["int", "long", "double"], "multipleOf": 1, "minimum": 0, "maximum": 255 };
    let number = qty.clone();
    let object =
        |tag: Document| doc! { "bsonType": "object", "required": ["kind"], "properties": { "kind": tag } };
    assert_eq!(
        ModelValidator::of::<Order>().json_schema(),
        &doc! {
            "title": "odm model Order",
            "bsonType": "object",
            "required": ["_id", "by"],
            "properties": {
                "_id": { "bsonType": "objectId" },
                "qty": qty.clone(),
                "amount": qty,
                "payment": { "anyOf": [
                    object(doc! { "enum": ["cash"] }),
                    {
                        "bsonType": "object", "required": ["kind", "no"],
                        "properties": { "kind": { "enum": ["card"] }, "no": number },
                    },
                    object(doc! { "bsonType": "string", "not": { "enum": ["cash", "card"] } }),
                    { "bsonType": "null" },
                ] },
                "by": { "bsonType": "string" },
                "note": { "bsonType": ["string", "null"] },
            },
            "allOf": [{
                "title": "required",
                "description": "must have one of `qty`, `amount`",
                "oneOf": [{ "required": ["qty"] }, { "required": ["amount"] }],
            }],
        }
    );
}

#[test]
fn exact_types_are_those_that_are_written() {
    let properties = properties::<Order>(Validator::new().exact_types());
    assert_eq!(
        properties.get_document("qty").unwrap(),
        &doc! { "bsonType": "int", "minimum": 0, "maximum": 255 }
    );
    assert!(!properties.contains_key("amount"));
}

#[derive(Model)]
#[odm(collection = "trees")]
struct Tree {
    id: Id<Tree>,
    root: Node,
}

#[derive(Embedded)]
#[allow(dead_code)]
struct Node {
    name: String,
    children: Vec<Node>,
}

#[test]
fn a_type_that_contains_itself_is_described_a_few_times() {
    let validator = ModelValidator::of::<Tree>();
    let text = validator.json_schema().to_string();
    assert_eq!(text.matches(r#""name": { "bsonType": "string" }"#).count(), 3);
    assert_eq!(
        validator.rust_only()[0].to_string(),
        "root.children.children.children (type: the levels below, of a type that contains itself)"
    );
}

#[derive(Value)]
#[allow(dead_code)]
enum Shape {
    Empty,
    Round(f64),
    Pair(bool, String),
}

#[derive(Value)]
#[serde(tag = "t", content = "c")]
#[allow(dead_code)]
enum Adjacent {
    Empty,
    Round(f64),
}

#[derive(Value)]
#[serde(untagged)]
#[allow(dead_code)]
enum Untagged {
    Whole(i64),
    Text(String),
}

#[test]
fn enums_in_the_forms_of_serde() {
    let exact = Validator::new().exact_types();
    assert_eq!(
        value_schema(Shape::STORED_AS, exact),
        doc! { "anyOf": [
            { "enum": ["Empty"] },
            {
                "bsonType": "object", "required": ["Round"], "properties": { "Round": { "bsonType": "double" } },
                "additionalProperties": false,
            },
            {
                "bsonType": "object", "required": ["Pair"],
                "properties": { "Pair": {
                    "bsonType": "array", "minItems": 2, "maxItems": 2,
                    "items": [{ "bsonType": "bool" }, { "bsonType": "string" }],
                } },
                "additionalProperties": false,
            },
        ] }
    );
    assert_eq!(
        value_schema(Untagged::STORED_AS, Validator::new()),
        doc! { "anyOf": [{ "bsonType": ["int", "long"] }, { "bsonType": "string" }] }
    );
    let adjacent = value_schema(Adjacent::STORED_AS, exact);
    let branches = adjacent.get_array("anyOf").unwrap();
    assert_eq!(
        branches[1].as_document().unwrap(),
        &doc! {
            "bsonType": "object", "required": ["t", "c"],
            "properties": { "t": { "enum": ["Round"] }, "c": { "bsonType": "double" } },
        }
    );
}
