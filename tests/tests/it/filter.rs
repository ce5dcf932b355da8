//! Filters: what each one renders, and which documents the server finds with it.
#![allow(clippy::needless_borrows_for_generic_args, reason = "lists are taken by reference, too")]

use std::collections::BTreeSet;

use odm::{
    Database, Filter, Id, Model,
    bson::{DateTime, Document, Regex, cstr, doc, oid::ObjectId, spec::ElementType},
};
use odm_integration::story::{Address, Customer, Order, Status, line, order};

fn none() -> [Option<Filter<Order>>; 2] {
    [None, None]
}

fn rendered(filter: Filter<Order>) -> Document {
    filter.into_document().unwrap()
}

#[test]
fn comparisons_render_their_operator_and_the_encoding_of_the_field() {
    let o = Order::fields();
    let customer = Id::<Customer>::from(ObjectId::from_bytes([1; 12]));
    let reference = String::from("AB-000001");
    for (filter, expected) in [
        (o.reference().eq("x"), doc! { "reference": { "$eq": "x" } }),
        (o.reference().eq(&reference), doc! { "reference": { "$eq": "AB-000001" } }),
        (o.reference().in_(["a", "b"]), doc! { "reference": { "$in": ["a", "b"] } }),
        (o.reference().nin(&vec![reference.clone()]), doc! { "reference": { "$nin": ["AB-000001"] } }),
        (o.status().eq(Status::Paid), doc! { "status": { "$eq": "paid" } }),
        (o.status().in_([Status::Open, Status::Paid]), doc! { "status": { "$in": ["open", "paid"] } }),
        (o.customer().eq(customer), doc! { "customer": { "$eq": ObjectId::from_bytes([1; 12]) } }),
        (o.lines().qty().gt(3), doc! { "lines.qty": { "$gt": 3_i64 } }),
        (o.lines().price().lte(1), doc! { "lines.price": { "$lte": 1.0 } }),
        (o.lines().at(0).sku().ne("x"), doc! { "lines.0.sku": { "$ne": "x" } }),
        (o.ship_to().city().eq("Oslo"), doc! { "shipTo.city": { "$eq": "Oslo" } }),
        (o.ship_to().post_code().is_null(), doc! { "shipTo.postCode": { "$type": 10 } }),
        (o.note().eq("x"), doc! { "note": { "$eq": "x" } }),
        (o.note().is_null_or_missing(), doc! { "note": { "$eq": null } }),
        (o.note().is_present(), doc! { "note": { "$ne": null } }),
        (o.note().exists(false), doc! { "note": { "$exists": false } }),
        (o.note().type_(ElementType::MinKey), doc! { "note": { "$type": -1 } }),
        (o.prices().key("NOK").gte(1.5), doc! { "prices.NOK": { "$gte": 1.5 } }),
        (
            o.placed_at().lt(DateTime::from_millis(5)),
            doc! { "placedAt": { "$lt": DateTime::from_millis(5) } },
        ),
        (o.tags().eq(["a", "b"]), doc! { "tags": { "$eq": ["a", "b"] } }),
        (o.tags().contains("a"), doc! { "tags": { "$eq": "a" } }),
        (o.tags().all(["a", "b"]), doc! { "tags": { "$all": ["a", "b"] } }),
        (o.tags().size(2), doc! { "tags": { "$size": 2_i64 } }),
        (o.reference().starts_with("A.B"), doc! { "reference": { "$regex": "^A\\.B" } }),
    ] {
        assert_eq!(rendered(filter), expected);
    }
}

#[test]
fn conditions_share_a_document_and_use_and_only_if_they_conflict() {
    let o = Order::fields();
    let both = || o.reference().eq("x") & o.lines().qty().gt(1);
    for (filter, expected) in [
        (both(), doc! { "reference": { "$eq": "x" }, "lines.qty": { "$gt": 1_i64 } }),
        (o.lines().qty().gt(1) & o.lines().qty().lt(9), doc! { "lines.qty": { "$gt": 1_i64, "$lt": 9_i64 } }),
        (
            o.reference().ne("a") & o.reference().ne("b"),
            doc! { "reference": { "$ne": "a" }, "$and": [{ "reference": { "$ne": "b" } }] },
        ),
        (
            both() | o.note().eq("y"),
            doc! { "$or": [
                { "reference": { "$eq": "x" }, "lines.qty": { "$gt": 1_i64 } },
                { "note": { "$eq": "y" } },
            ] },
        ),
        (!o.note().eq("y"), doc! { "note": { "$not": { "$eq": "y" } } }),
        (!!o.note().eq("y"), doc! { "note": { "$eq": "y" } }),
        (!both(), doc! { "$nor": [{ "reference": { "$eq": "x" }, "lines.qty": { "$gt": 1_i64 } }] }),
        (Filter::all() & o.note().eq("y"), doc! { "note": { "$eq": "y" } }),
        (Filter::all_of(Vec::<Filter<Order>>::new()), doc! {}),
        (Filter::any_of(Vec::<Filter<Order>>::new()), doc! { "$nor": [{}] }),
        (Filter::all_of(none()), doc! {}),
        (Filter::any_of(none()), doc! { "$nor": [{}] }),
        // `$expr` takes only one argument.
        (
            Filter::raw(doc! { "$expr": { "$gt": ["$a", 1] } })
                & Filter::raw(doc! { "$expr": { "$lt": ["$a", 9] } }),
            doc! { "$expr": { "$gt": ["$a", 1] }, "$and": [{ "$expr": { "$lt": ["$a", 9] } }] },
        ),
        // A document to compare with is not an operator document, so it cannot be joined.
        (
            Filter::raw(doc! { "shipTo": { "city": "Oslo" } }) & o.ship_to().exists(true),
            doc! { "shipTo": { "city": "Oslo" }, "$and": [{ "shipTo": { "$exists": true } }] },
        ),
    ] {
        assert_eq!(rendered(filter), expected);
    }
}

#[test]
fn an_empty_list_of_conditions_is_not_an_explicit_filter_of_everything() {
    assert!(Filter::all_of(none()).is_empty());
    assert!(!Filter::<Order>::all().is_empty());
    assert!(!(Filter::all_of(none()) & Filter::all()).is_empty());
}

#[test]
fn an_invalid_and_of_a_raw_filter_is_an_error() {
    let o = Order::fields();
    let wrong = Filter::raw(doc! { "$and": 5 }) & o.note().ne("a") & o.note().ne("b");
    assert_eq!(
        wrong.into_document().unwrap_err().to_string(),
        "cannot be sent: `$and`: expected an array in `$and`, found something else; nothing was sent",
    );
}

#[test]
fn any_accepts_plain_documents() {
    let o = Order::fields();
    assert_eq!(
        rendered(o.lines().any(|_| doc! { "qty": { "$gt": 1 } })),
        doc! { "lines": { "$elemMatch": { "qty": { "$gt": 1 } } } },
    );
    assert_eq!(
        rendered(o.tags().any(|_| doc! { "$gt": "a" })),
        doc! { "tags": { "$elemMatch": { "$gt": "a" } } }
    );
}

#[test]
fn any_renders_one_elem_match_for_all_conditions() {
    let o = Order::fields();
    assert_eq!(
        rendered(o.lines().any(|l| l.qty().gt(1) & (l.sku().eq("a") | l.sku().eq("b")))),
        doc! { "lines": { "$elemMatch": {
            "qty": { "$gt": 1_i64 },
            "$or": [{ "sku": { "$eq": "a" } }, { "sku": { "$eq": "b" } }],
        } } },
    );
    assert_eq!(
        rendered(o.tags().any(|t| t.gte("a") & !t.eq("b"))),
        doc! { "tags": { "$elemMatch": { "$gte": "a", "$not": { "$eq": "b" } } } },
    );
    let error = o.tags().any(|t| t.eq("a") | t.eq("b")).into_document().unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot be sent: `tags`: expected operators joined with `&` on the elements of an array of plain values, \
         found `|` or `!`; nothing was sent",
    );
}

#[test]
fn a_map_key_with_a_special_meaning_is_refused() {
    let o = Order::fields();
    for key in ["a.b", "$where", "", "a\0b"] {
        let error = o.prices().key(key).gt(1).into_document().unwrap_err();
        assert!(error.is_not_sent());
        assert_eq!(
            error.to_string(),
            "cannot be sent: `prices`: expected a map key that can be part of a path, found an empty key or one \
             with `.`, NUL or a leading `$`; nothing was sent",
        );
    }
}

/// Every condition, and the numbers of the orders that it must find.
#[odm_test::test]
async fn the_server_finds_the_documents_that_the_filter_describes(db: Database) -> odm::Result<()> {
    let orders = db.collection::<Order>();
    let mut all: Vec<Order> = (1..=5).map(order).collect();
    all[1].note = Some("second".to_owned());
    all[2].ship_to = None;
    all[3].status = Status::Paid;
    all[3].ship_to = Some(Address { city: "Bergen".to_owned(), post_code: Some("5003".to_owned()) });
    all[4].lines = vec![line("plum", 1, 9.0)];
    orders.insert_many(&all).await?;
    // The fifth order has no notes.
    orders
        .driver()
        .update_one(doc! { "_id": all[4].id.key() }, doc! { "$unset": { "note": "" } })
        .await
        .unwrap();

    let o = Order::fields();
    for (filter, expected) in [
        (Filter::all(), vec![1, 2, 3, 4, 5]),
        (o.id().eq(all[2].id), vec![3]),
        (o.status().eq(Status::Paid), vec![4]),
        (o.status().ne(Status::Paid), vec![1, 2, 3, 5]),
        (!!o.status().eq(Status::Paid), vec![4]),
        (!!!o.status().eq(Status::Paid), vec![1, 2, 3, 5]),
        (!!(o.status().eq(Status::Paid) & o.lines().qty().gt(7)), vec![4]),
        (o.lines().qty().gt(7), vec![4]),
        (o.lines().any(|l| l.sku().eq("apple") & l.qty().gte(3)), vec![3, 4]),
        (o.lines().sku().eq("apple") & o.lines().qty().gte(6), vec![3, 4]),
        (o.lines().contains(&line("apple", 2, 0.5)), vec![2]),
        (o.lines().size(1), vec![5]),
        (o.tags().contains("n2"), vec![2]),
        (o.tags().all(["fruit", "n3"]), vec![3]),
        (o.tags().any(|t| t.gt("n2") & t.lt("n4")), vec![3]),
        (!o.tags().any(|t| t.gt("n2")), vec![1, 2]),
        (o.note().is_null(), vec![1, 3, 4]),
        (o.note().exists(false), vec![5]),
        (o.note().is_null_or_missing(), vec![1, 3, 4, 5]),
        (o.note().is_present(), vec![2]),
        (o.ship_to().is_null(), vec![3]),
        (o.ship_to().post_code().eq("5003"), vec![4]),
        (o.prices().key("NOK").gt(3), vec![4, 5]),
        (o.reference().starts_with("AB-00000"), vec![1, 2, 3, 4, 5]),
        (o.reference().starts_with("."), vec![]),
        (o.placed_at().gte(DateTime::from_millis(4000)) | o.note().eq("second"), vec![2, 4, 5]),
        (Filter::any_of(none()), vec![]),
        (!Filter::all(), vec![]),
    ] {
        let rendered_filter = filter.to_string();
        let found: Vec<Order> = orders.find(filter).await?.try_collect().await?;
        let found: BTreeSet<usize> = found
            .iter()
            .filter_map(|found| all.iter().position(|it| it.id == found.id))
            .map(|at| at + 1)
            .collect();
        assert_eq!(found, expected.into_iter().collect(), "{rendered_filter}");
    }
    Ok(())
}

#[derive(Debug, PartialEq, Model)]
#[odm(collection = "rules")]
struct Rule {
    id: i32,
    pattern: Regex,
}

/// `$ne` does not accept a regular expression, and other operators would match by it.
#[odm_test::test]
async fn regular_expressions_can_be_compared_as_values(db: Database) -> odm::Result<()> {
    let (rules, r) = (db.collection::<Rule>(), Rule::fields());
    let regex =
        |pattern: &str| Regex { pattern: pattern.to_owned().try_into().unwrap(), options: cstr!("i").into() };
    rules.insert_many(&[Rule { id: 1, pattern: regex("a") }, Rule { id: 2, pattern: regex("b") }]).await?;
    assert_eq!(
        r.pattern().ne(regex("a")).to_string(),
        r#"{ "pattern": { "$not": { "$eq": { "$regularExpression": { "pattern": "a", "options": "i" } } } } }"#
    );
    for (filter, found) in [
        (r.pattern().eq(regex("a")), 1),
        (r.pattern().ne(regex("a")), 2),
        (r.pattern().in_([regex("b")]), 2),
        (r.pattern().nin([regex("b")]), 1),
        (r.pattern().ne(regex("a")) & r.pattern().ne(regex("c")), 2),
    ] {
        let text = filter.to_string();
        let rules: Vec<Rule> = rules.find(filter).await?.try_collect().await?;
        assert_eq!(rules.iter().map(|rule| rule.id).collect::<Vec<_>>(), [found], "{text}");
    }
    Ok(())
}

#[odm_test::test]
async fn types_are_named_as_in_the_manual(db: Database) -> odm::Result<()> {
    let things = db.collection::<Order>();
    things.insert_many(&[order(1)]).await?;
    let o = Order::fields();
    let names = [
        "double",
        "string",
        "object",
        "array",
        "binData",
        "undefined",
        "objectId",
        "bool",
        "date",
        "null",
        "regex",
        "dbPointer",
        "javascript",
        "symbol",
        "javascriptWithScope",
        "int",
        "timestamp",
        "long",
        "decimal",
        "minKey",
        "maxKey",
        "number",
    ];
    for name in names {
        let found = things.count(o.reference().type_(name)).await?;
        assert_eq!(found, u64::from(name == "string"), "{name}");
    }
    for (filter, expected, found) in [
        (o.lines().qty().type_("number"), doc! { "lines.qty": { "$type": "number" } }, 1),
        (o.lines().qty().type_(["int", "long"]), doc! { "lines.qty": { "$type": ["int", "long"] } }, 1),
        (o.lines().qty().type_(&["int"]), doc! { "lines.qty": { "$type": ["int"] } }, 0),
        (o.lines().qty().type_(vec!["long".to_owned()]), doc! { "lines.qty": { "$type": ["long"] } }, 1),
        (o.lines().qty().type_(18), doc! { "lines.qty": { "$type": 18 } }, 1),
        (
            o.lines().qty().type_(&[ElementType::Int32, ElementType::Int64]),
            doc! { "lines.qty": { "$type": [16, 18] } },
            1,
        ),
        (o.tags().type_("array"), doc! { "tags": { "$type": "array" } }, 1),
    ] {
        assert_eq!(rendered(filter.clone()), expected);
        assert_eq!(things.count(filter).await?, found, "{expected}");
    }
    for (filter, message) in [
        (o.note().type_("text"), "expected the name of a BSON type, found another text"),
        (o.note().type_(0), "expected the number of a BSON type, found another number"),
        (o.note().type_(Vec::<&str>::new()), "expected at least one BSON type, found an empty list"),
    ] {
        let error = filter.into_document().unwrap_err();
        assert!(error.is_not_sent());
        assert_eq!(error.to_string(), format!("cannot be sent: `note`: {message}; nothing was sent"));
    }
    Ok(())
}

#[test]
fn bit_masks_and_positions_render_as_numbers_and_lists() {
    let o = Order::fields();
    let positions = vec![0_u32, 2];
    for (filter, expected) in [
        (o.lines().qty().bits_all_set(0b101), doc! { "$bitsAllSet": 5_i64 }),
        (o.lines().qty().bits_any_set(5_u8), doc! { "$bitsAnySet": 5_i64 }),
        (o.lines().qty().bits_any_clear(5_u64), doc! { "$bitsAnyClear": 5_i64 }),
        (o.lines().qty().bits_any_clear(5_i8), doc! { "$bitsAnyClear": 5_i64 }),
        (o.lines().qty().bits_any_clear(5_usize), doc! { "$bitsAnyClear": 5_i64 }),
        (o.lines().qty().bits_all_clear(5_i64), doc! { "$bitsAllClear": 5_i64 }),
        (o.lines().qty().bits_all_set([0, 2]), doc! { "$bitsAllSet": [0, 2] }),
        (o.lines().qty().bits_all_set(&[0, 2]), doc! { "$bitsAllSet": [0, 2] }),
        (o.lines().qty().bits_all_set(&positions), doc! { "$bitsAllSet": [0, 2] }),
        (o.lines().qty().bits_all_set(0..3), doc! { "$bitsAllSet": [0, 1, 2] }),
    ] {
        assert_eq!(rendered(filter), doc! { "lines.qty": expected });
    }
    for filter in [o.lines().qty().bits_all_set(-1), o.lines().qty().bits_all_set(u64::MAX)] {
        assert!(filter.into_document().unwrap_err().is_not_sent());
    }
}

#[test]
fn lists_may_be_passed_by_reference() {
    let o = Order::fields();
    assert_eq!(rendered(o.lines().price().in_(&[1, 2])), doc! { "lines.price": { "$in": [1.0, 2.0] } });
    assert_eq!(rendered(o.reference().in_(&["a"])), doc! { "reference": { "$in": ["a"] } });
    assert_eq!(rendered(o.tags().all(&["a"])), doc! { "tags": { "$all": ["a"] } });
    assert_eq!(
        o.reference().in_regex(&[("^a", "i")]).to_string(),
        o.reference().in_regex([("^a", "i")]).to_string(),
    );
    let filters = [o.reference().eq("a"), o.reference().eq("b")];
    assert_eq!(Filter::any_of(&filters).to_string(), Filter::any_of(filters).to_string());
}
