//! The strings of a request are only ever operands, and no error contains them.

use odm::bson::{Bson, Document};
use proptest::{collection::vec, prelude::*, sample::select};

use super::parameters;

const FIELDS: [&str; 9] = [
    "reference",
    "customer",
    "status",
    "lines.qty",
    "lines.price",
    "tags",
    "shipTo.city",
    "note",
    "placedAt",
];
const OPERATORS: [&str; 10] =
    ["$eq", "$ne", "$in", "$nin", "$gt", "$gte", "$lt", "$lte", "$regex", "$options"];

/// Names similar to the allowed ones, and others.
fn name() -> impl Strategy<Value = String> {
    let field = select(vec![
        "reference",
        "customer",
        "status",
        "qty",
        "price",
        "tag",
        "city",
        "note",
        "placed",
        "bulk",
        "sort",
        "skip",
        "limit",
        "$where",
        "_id",
        "lines.qty",
        "",
        "a[b]",
        "__proto__",
    ]);
    let operator = select(vec![
        "",
        "[eq]",
        "[in]",
        "[nin]",
        "[gte]",
        "[lt]",
        "[prefix]",
        "[contains]",
        "[exists]",
        "[ne]",
        "[$gt]",
        "[]",
        "[",
        "]",
        "[eq][eq]",
        "[$where]",
        "[regex]",
    ]);
    prop_oneof![(field, operator).prop_map(|(field, operator)| format!("{field}{operator}")), any::<String>()]
}

/// Texts with a meaning elsewhere, and others.
fn text() -> impl Strategy<Value = String> {
    let known = select(vec![
        "{\"$gt\":\"\"}",
        "$where",
        "[$ne]=1",
        "{$ne: null}",
        "true",
        "false",
        "0",
        "-1",
        "1",
        "2.5",
        "1e308",
        "NaN",
        "-placed,reference",
        "$natural",
        "open",
        "open,paid",
        ",",
        "",
        "null",
        "070707070707070707070707",
        "2026-01-31",
        "2026-01-31T12:00:00Z",
        "(a+)+$",
        ".*",
        "\\",
        "\0",
        "1e-170141183460469231731687303715884105728",
        "99999999999999999999999999",
    ]);
    prop_oneof![known.prop_map(str::to_owned), any::<String>()]
}

/// An operand: a plain value, or a list of them.
fn is_operand(operand: &Bson) -> bool {
    match operand {
        Bson::Array(items) => items.iter().all(is_plain),
        other => is_plain(other),
    }
}

fn is_plain(value: &Bson) -> bool {
    matches!(
        value,
        Bson::String(_)
            | Bson::Int64(_)
            | Bson::Double(_)
            | Bson::ObjectId(_)
            | Bson::DateTime(_)
            | Bson::Null
    )
}

fn check_test(field: &str, test: &Document) {
    if field == "lines" {
        // The program's own condition.
        let of_line = test.get_document("$elemMatch").unwrap();
        assert_eq!(of_line.keys().collect::<Vec<_>>(), ["qty"]);
        return check_test("lines.qty", of_line.get_document("qty").unwrap());
    }
    assert!(FIELDS.contains(&field), "{field}");
    for (operator, operand) in test {
        assert!(OPERATORS.contains(&operator.as_str()), "{operator}");
        assert!(is_operand(operand), "{operand}");
    }
}

fn check_filter(filter: &Document) {
    for (name, test) in filter {
        match test {
            Bson::Array(conditions) if name == "$and" => {
                for condition in conditions {
                    check_filter(condition.as_document().unwrap());
                }
            }
            test => check_test(name, test.as_document().unwrap()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_is_never_more_than_an_operand(pairs in vec((name(), text()), 0..4)) {
        if let Ok(query) = parameters().parse(pairs) {
            check_filter(&query.filter.into_document().unwrap());
            for (name, direction) in query.sort.into_document().unwrap() {
                prop_assert!(["placedAt", "reference", "_id"].contains(&name.as_str()));
                prop_assert!(matches!(direction.as_i32(), Some(1 | -1)));
            }
            prop_assert!((1..=100).contains(&query.limit) && query.skip <= 10_000);
        }
    }

    #[test]
    fn no_value_of_a_request_is_in_an_error(pairs in vec(name(), 1..8)) {
        let secret = "hunter2-is-secret";
        if let Err(bad) = parameters().parse(pairs.iter().map(|name| (name, secret))) {
            let error = odm::Error::from(bad.clone());
            let json = serde_json::to_string(&bad).unwrap();
            for message in [bad.to_string(), format!("{bad:?}"), error.to_string(), format!("{error:?}"), json] {
                prop_assert!(!message.contains("hunter2"), "{message}");
                prop_assert!(!message.contains(['\n', '<', '\u{202e}']), "{message}");
            }
        }
    }
}
