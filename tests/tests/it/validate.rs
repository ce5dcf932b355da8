//! Declared rules: the client checks them before it sends a document, and reports every violation with its path.

use std::collections::BTreeMap;

use odm::{
    Database, Embedded, Id, Model,
    bson::{Bson, DateTime, Document, doc, serialize_to_bson},
    model::{Check, Validate},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "orders", validate(custom = paid_after_placed))]
struct Order {
    id: Id<Order>,
    #[odm(validate(pattern = r"^[A-Z]{2}-\d{6}$"))]
    reference: String,
    #[odm(validate(email))]
    invoice_to: Option<String>,
    #[odm(validate(length(min = 1, max = 500), nested))]
    lines: Vec<Line>,
    // Nested documents are validated even without `nested`.
    ship_to: Option<Address>,
    #[odm(validate(length(max = 2)))]
    parts: BTreeMap<String, Box<Line>>,
    #[odm(validate(range(min = 0.0, max = 1.0)))]
    discount: f64,
    #[odm(validate(range(min = 1)))]
    priority: Option<i32>,
    #[odm(validate(length(max = 3), custom = no_spaces))]
    note: Option<String>,
    #[odm(validate(custom = distinct))]
    tags: Vec<String>,
    placed_at: DateTime,
    paid_at: Option<DateTime>,
}

#[derive(Debug, Clone, Serialize, Deserialize, Embedded)]
struct Line {
    #[serde(rename = "article")]
    #[odm(validate(length(equal = 3)))]
    sku: String,
    #[odm(validate(range(min = 1, max = 100)))]
    qty: u8,
}

#[derive(Debug, Clone, Serialize, Deserialize, Embedded)]
#[serde(rename_all = "camelCase")]
struct Address {
    #[odm(validate(pattern = "^[0-9]{4}$"))]
    post_code: Option<String>,
}

fn no_spaces(text: &str) -> Result<(), &'static str> {
    if text.contains(' ') { Err("must not contain spaces") } else { Ok(()) }
}

fn distinct(tags: &[String]) -> Result<(), String> {
    let repeated = tags.iter().enumerate().filter(|(at, tag)| tags[..*at].contains(tag)).count();
    if repeated == 0 { Ok(()) } else { Err(format!("must not repeat itself ({repeated} times)")) }
}

fn paid_after_placed(order: &Order) -> Result<(), &'static str> {
    match order.paid_at {
        Some(paid) if paid < order.placed_at => Err("must not be paid before it is placed"),
        _ => Ok(()),
    }
}

fn line(sku: &str, qty: u8) -> Line {
    Line { sku: sku.to_owned(), qty }
}

fn good() -> Order {
    Order {
        id: Id::new(),
        reference: "NO-000001".to_owned(),
        invoice_to: None,
        lines: vec![line("ABC", 1)],
        ship_to: None,
        parts: BTreeMap::new(),
        discount: 0.0,
        priority: None,
        note: None,
        tags: Vec::new(),
        placed_at: DateTime::from_millis(1_000),
        paid_at: None,
    }
}

/// Returns an order that breaks every rule.
fn bad() -> Order {
    let parts = [("a", line("ABC", 1)), ("b", line("ABC", 0)), ("c", line("AB", 1))];
    Order {
        reference: "hunter2".to_owned(),
        invoice_to: Some("hunter2".to_owned()),
        lines: vec![line("ABC", 1), line("ABCD", 101)],
        ship_to: Some(Address { post_code: Some("hunter2".to_owned()) }),
        parts: parts.into_iter().map(|(key, line)| (key.to_owned(), Box::new(line))).collect(),
        discount: f64::NAN,
        priority: Some(0),
        note: Some("hun ter2".to_owned()),
        tags: vec!["x".to_owned(), "x".to_owned()],
        paid_at: Some(DateTime::from_millis(0)),
        ..good()
    }
}

const EVERY_VIOLATION: [(&str, &str, &str); 14] = [
    ("reference", "pattern", r"must match the pattern ^[A-Z]{2}-\d{6}$"),
    ("invoiceTo", "email", "must be an email address (it has no @)"),
    ("lines.1.article", "length", "must have exactly 3 characters"),
    ("lines.1.qty", "range", "must be at most 100"),
    ("shipTo.postCode", "pattern", "must match the pattern ^[0-9]{4}$"),
    ("parts", "length", "must have at most 2 entries"),
    ("parts.b.qty", "range", "must be at least 1"),
    ("parts.c.article", "length", "must have exactly 3 characters"),
    ("discount", "range", "must be a number (it is NaN)"),
    ("priority", "range", "must be at least 1"),
    ("note", "length", "must have at most 3 characters"),
    ("note", "no_spaces", "must not contain spaces"),
    ("tags", "distinct", "must not repeat itself (1 times)"),
    ("", "paid_after_placed", "must not be paid before it is placed"),
];

#[test]
fn every_violation_has_its_stored_path_its_rule_and_a_message() {
    let mut check = Check::new();
    bad().check(&mut check);
    let violations = check.finish().unwrap_err();
    let found: Vec<_> = violations.iter().map(|v| (v.path(), v.rule(), v.message())).collect();
    assert_eq!(found, EVERY_VIOLATION);
    assert!(!format!("{violations} {violations:?}").contains("hunter2"));
}

#[test]
fn violations_can_be_serialized_for_a_client() {
    let mut check = Check::new();
    check.nested("order", &Order { reference: String::new(), ..good() });
    let violations = check.finish().unwrap_err();
    let expected = doc! {
        "path": "order.reference",
        "rule": "pattern",
        "message": r"must match the pattern ^[A-Z]{2}-\d{6}$",
    };
    assert_eq!(serialize_to_bson(&violations).unwrap(), Bson::Array(vec![expected.into()]));
}

#[odm_test::test]
async fn a_document_that_breaks_rules_is_not_inserted(db: Database) {
    let orders = db.collection::<Order>();
    let error = orders.insert_one(&bad()).await.unwrap_err();
    assert!(error.is_invalid() && error.is_not_sent());
    assert_eq!(error.violations().unwrap().len(), EVERY_VIOLATION.len());
    let words = error.to_string();
    let namespace = db.name();
    assert!(
        words.starts_with(&format!("insert_one on {namespace}.orders: 14 violations: `reference` must")),
        "{words}"
    );
    assert!(words.ends_with("; and 4 more; nothing was sent"), "{words}");
    assert!(!words.contains("hunter2"));

    orders.insert_one(&good()).await.unwrap();
    assert_eq!(db.driver().collection::<Document>("orders").count_documents(doc! {}).await.unwrap(), 1);
}

#[odm_test::test]
async fn one_invalid_document_prevents_the_whole_insert_many(db: Database) {
    let orders = db.collection::<Order>();
    let error = orders.insert_many(&[good(), bad(), good()]).await.unwrap_err();
    assert!(error.is_invalid() && error.is_not_sent());
    let failures = error.bulk_write_error().unwrap().failures();
    let failed: Vec<_> = failures.iter().map(odm::error::WriteFailure::position).collect();
    assert_eq!(failed, [1]);
    assert_eq!(db.driver().collection::<Document>("orders").count_documents(doc! {}).await.unwrap(), 0);
}

#[odm_test::test]
async fn a_document_that_breaks_rules_does_not_replace_another(db: Database) {
    let orders = db.collection::<Order>();
    let stored = good();
    orders.insert_one(&stored).await.unwrap();
    let worse = Order { lines: Vec::new(), ..stored.clone() };

    let error = orders.replace_one(doc! { "reference": "NO-000001" }, &worse).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "replace_one on {}.orders: 1 violation: `lines` must have at least 1 item; nothing was sent",
            db.name()
        )
    );
    let kept = db.driver().collection::<Document>("orders").find_one(doc! {}).await.unwrap().unwrap();
    assert_eq!(kept.get_array("lines").unwrap().len(), 1);
}
