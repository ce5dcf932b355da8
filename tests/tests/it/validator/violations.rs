//! The refusals of the server have the form of the client's violations.

use std::collections::BTreeMap;

use odm::{
    Database, Embedded, Model, Value,
    bson::{Bson, DateTime, Document, doc},
    error::invalid::Violations,
    model::Validate,
};

use super::apply;

#[derive(Debug, Embedded)]
#[odm(validate(required_together(note, by)))]
struct Line {
    #[odm(validate(pattern = "^[A-Z]{2}$"))]
    sku: String,
    #[odm(validate(range(min = 1, max = 100)))]
    qty: u32,
    note: Option<String>,
    by: Option<String>,
}

#[derive(Debug, Value)]
#[serde(tag = "kind")]
enum Payment {
    Cash,
    Card {
        #[odm(validate(length(equal = 4)))]
        digits: String,
    },
}

#[derive(Debug, Model)]
#[odm(collection = "orders", validator(deny_unknown_fields))]
#[odm(validate(compare(placed <= shipped), compare(least < most)))]
struct Order {
    id: i32,
    #[odm(validate(length(min = 2, max = 4)))]
    name: String,
    #[odm(validate(length(min = 1), unique_items))]
    tags: Vec<String>,
    #[odm(validate(one_of = ["red", "blue"]))]
    colour: Option<String>,
    #[odm(validate(multiple_of = 5))]
    step: i64,
    #[odm(validate(range(max = 0.5)))]
    weight: f64,
    #[odm(validate(range(min = DateTime::from_millis(0))))]
    placed: DateTime,
    shipped: Option<DateTime>,
    #[odm(binary, validate(length(max = 2)))]
    bytes: Vec<u8>,
    least: i32,
    most: i32,
    lines: Vec<Line>,
    line: Line,
    by_name: BTreeMap<String, Line>,
    payment: Payment,
}

// --- models end here

fn line() -> Line {
    Line { sku: "AB".to_owned(), qty: 1, note: None, by: None }
}

fn order() -> Order {
    Order {
        id: 1,
        name: "abc".to_owned(),
        tags: vec!["a".to_owned()],
        colour: None,
        step: 5,
        weight: 0.5,
        placed: DateTime::from_millis(5),
        shipped: None,
        bytes: vec![1],
        least: 1,
        most: 2,
        lines: vec![line()],
        line: line(),
        by_name: BTreeMap::from([("one".to_owned(), line())]),
        payment: Payment::Cash,
    }
}

fn shown(violations: &Violations) -> Vec<String> {
    let mut shown: Vec<String> = violations
        .iter()
        .map(|violation| format!("{} [{}] {}", violation.path(), violation.rule(), violation.message()))
        .collect();
    shown.sort();
    shown
}

/// Returns the violations that the server reports for a document that odm does not check.
async fn refused(db: &Database, document: Document) -> Vec<String> {
    let orders = db.collection::<Order>();
    // The update replaces the whole document, and skips the checks of the client.
    let id = odm::Filter::<Order>::raw(doc! { "_id": 1 });
    let error = orders
        .update_one(id, odm::Update::<Order>::raw(doc! { "$set": document }))
        .skip_rules()
        .await
        .unwrap_err();
    assert!(error.is_rejected() && !error.is_invalid(), "{error}");
    assert!(!error.violations().unwrap().is_empty());
    shown(error.violations().unwrap())
}

async fn prepared(db: &Database) {
    apply::<Order>(db).await;
    db.collection::<Order>().insert_one(&order()).await.unwrap();
}

#[odm_test::test]
async fn the_server_reports_what_the_client_does(db: Database) {
    type Change = fn(&mut Order);
    prepared(&db).await;
    let changes: [(Change, &str); 17] = [
        (|o| o.name = "a".into(), "name [length] must have at least 2 characters"),
        (|o| o.name = "abcde".into(), "name [length] must have at most 4 characters"),
        (|o| o.tags.clear(), "tags [length] must have at least 1 item"),
        (|o| o.tags = vec!["a".into(), "a".into()], "tags [unique_items] must not have two equal items"),
        (|o| o.colour = Some("green".into()), r#"colour [one_of] must be one of "red", "blue""#),
        (|o| o.step = 6, "step [multiple_of] must be a multiple of 5"),
        (|o| o.weight = 0.75, "weight [range] must be at most 0.5"),
        (|o| o.placed = DateTime::from_millis(-1), "placed [range] must not be before 1970-01-01T00:00:00Z"),
        (|o| o.shipped = Some(DateTime::from_millis(1)), "placed [compare] must be at most `shipped`"),
        (|o| o.bytes = vec![1, 2, 3], "bytes [length] must have at most 2 bytes"),
        (|o| o.least = 2, "least [compare] must be less than `most`"),
        (|o| o.lines[0].qty = 0, "lines.0.qty [range] must be at least 1"),
        (|o| o.line.qty = 101, "line.qty [range] must be at most 100"),
        (|o| o.line.sku = "a".into(), "line.sku [pattern] must match the pattern ^[A-Z]{2}$"),
        (
            |o| o.line.note = Some("a".into()),
            "line [required_together] must have both `note` and `by`, or neither",
        ),
        (
            |o| o.by_name.values_mut().for_each(|line| line.qty = 0),
            "by_name.one.qty [range] must be at least 1",
        ),
        (
            |o| o.payment = Payment::Card { digits: "123".into() },
            "payment.digits [length] must have exactly 4 characters",
        ),
    ];
    for (change, expected) in changes {
        let mut order = order();
        change(&mut order);
        let ours = shown(&order.validate().unwrap_err());
        let bytes = odm::to_vec(&order).unwrap();
        let mut document = Document::from_reader(bytes.as_slice()).unwrap();
        document.remove("_id");
        let theirs = refused(&db, document).await;
        // Binary data counts bytes, and the client sees a `Vec<u8>`.
        let ours: Vec<String> = ours.iter().map(|line| line.replace("2 items", "2 bytes")).collect();
        assert_eq!(ours, [expected]);
        assert_eq!(theirs, ours);
    }
}

#[odm_test::test]
async fn what_only_other_programs_write(db: Database) {
    prepared(&db).await;
    for (change, expected) in [
        (doc! { "name": 1 }, vec!["name [type] must be of the BSON type string"]),
        (doc! { "step": 0.5 }, vec!["step [multiple_of] must be a multiple of 5"]),
        (doc! { "least": 0.5 }, vec!["least [type] must be an integer"]),
        (
            doc! { "least": 3_000_000_000_i64 },
            vec!["least [compare] must be less than `most`", "least [range] must be at most 2147483647"],
        ),
        (doc! { "more": 1 }, vec!["more [unknown_field] is not a declared field"]),
        (doc! { "line": { "qty": 1 } }, vec!["line.sku [required] must be present"]),
        (
            doc! { "lines": [doc! { "sku": "AB", "qty": 1 }, doc! { "sku": "AB", "qty": "1" }] },
            vec!["lines.1.qty [type] must be of one of the BSON types int, long and double"],
        ),
        (
            doc! { "by_name": { "x": { "sku": "AB", "qty": 0, "more": 1 } } },
            vec![
                "by_name.x.more [unknown_field] is not a declared field",
                "by_name.x.qty [range] must be at least 1",
            ],
        ),
        (doc! { "payment": { "kind": "Gold" } }, vec!["payment [type] must be one of the declared variants"]),
        (doc! { "payment": { "kind": "Card" } }, vec!["payment.digits [required] must be present"]),
        (doc! { "payment": 5 }, vec!["payment [type] must be of the BSON type object"]),
        (
            doc! { "payment": { "kind": "Cash", "more": 1 } },
            vec!["payment.more [unknown_field] is not a declared field"],
        ),
        (doc! { "bytes": "a" }, vec!["bytes [type] must be of one of the BSON types binData and array"]),
        (
            doc! { "name": 1, "least": 5, "line.qty": 0 },
            vec![
                "least [compare] must be less than `most`",
                "line.qty [range] must be at least 1",
                "name [type] must be of the BSON type string",
            ],
        ),
    ] {
        assert_eq!(refused(&db, change.clone()).await, expected, "{change}");
    }
}

#[odm_test::test]
async fn messages_contain_no_stored_values(db: Database) {
    prepared(&db).await;
    let secret =
        doc! { "name": "s3cret", "by_name": { "s3cret": { "sku": "s3cret", "qty": 1 } }, "s3cret": 1 };
    let update = odm::Update::<Order>::raw(doc! { "$set": secret });
    let error = db
        .collection::<Order>()
        .update_one(odm::Filter::raw(doc! { "_id": 1 }), update)
        .skip_rules()
        .await
        .unwrap_err();
    let violations = error.violations().unwrap();
    assert_eq!(violations.len(), 3);
    let shown = format!("{error} {error:?} {violations} {violations:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
    assert!(violations.iter().any(|violation| violation.path() == "by_name.s3cret.sku"));
}

#[odm_test::test]
async fn a_validator_of_another_program_has_violations_too(db: Database) {
    let foreign = doc! { "$or": [{ "name": { "$type": "string" } }, { "age": { "$gt": 18 } }] };
    db.driver().create_collection("orders").validator(foreign).await.unwrap();
    let error = db.collection::<Order>().update_one(
        odm::Filter::raw(doc! { "_id": 1 }),
        odm::Update::<Order>::raw(doc! { "$set": { "name": 1, "age": Bson::Int32(1) } }),
    );
    let error = error.upsert(true).await.unwrap_err();
    assert_eq!(
        shown(error.violations().unwrap()),
        [
            "age [validator] must satisfy `$gt` of the validator",
            "name [validator] must satisfy `$type` of the validator"
        ]
    );
}
