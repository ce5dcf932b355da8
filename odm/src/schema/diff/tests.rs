use std::time::Duration;

use mongodb::bson::doc;

use super::*;
use crate::{
    index::Direction::{Ascending, Descending},
    schema::live::LiveCollection,
};

fn on(field: &str) -> Index {
    Index::new().key(field, Ascending)
}

fn ttl(field: &str, days: u64) -> Index {
    on(field).expire_after(Duration::from_secs(days * 86_400))
}

/// Returns the lines of the comparison with the reply of `listIndexes`.
fn lines(declared: &[Index], live: &[Document]) -> Vec<String> {
    let collection = LiveCollection::plain();
    let live: Vec<_> = live.iter().filter_map(|live| LiveIndex::read(live, &collection)).collect();
    diff("orders", declared, Some(&live)).iter().map(SchemaChange::to_string).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn a_missing_collection_comes_before_its_indexes() {
    let changes = diff("orders", &[on("b"), on("a")], None);
    let lines: Vec<_> = changes.iter().map(SchemaChange::to_string).collect();
    assert_eq!(
        lines,
        ["+ orders: create collection", "+ orders: create index b_1", "+ orders: create index a_1"]
    );
    assert_eq!(diff("orders", &[], Some(&[])), []);
}

#[test]
fn nothing_churns_whatever_the_server_answers() {
    let declared = [
        Index::new().key("customer", Ascending).key("placedAt", Descending),
        on("reference").unique().sparse(),
        ttl("expiresAt", 90),
    ];
    let server_4_4 = [
        doc! { "v": 2, "key": { "_id": 1 }, "name": "_id_" },
        doc! { "v": 2, "key": { "customer": 1.0, "placedAt": -1.0 }, "name": "customer_1_placedAt_-1" },
        doc! {
            "v": 2, "unique": true, "key": { "reference": 1 }, "name": "reference_1", "background": true,
            "sparse": true, "ns": "shop.orders",
        },
        doc! { "v": 2, "key": { "expiresAt": 1 }, "name": "expiresAt_1", "expireAfterSeconds": 7_776_000_i64 },
    ];
    assert_eq!(lines(&declared, &server_4_4), NONE);
    let server_6_0 = [
        doc! { "v": 2, "key": { "_id": 1 }, "name": "_id_" },
        doc! { "v": 2, "key": { "customer": 1, "placedAt": -1 }, "name": "customer_1_placedAt_-1" },
        doc! { "v": 2, "key": { "reference": 1 }, "name": "reference_1", "unique": true, "sparse": true },
        doc! { "v": 2, "key": { "expiresAt": 1 }, "name": "expiresAt_1", "expireAfterSeconds": 7_776_000 },
    ];
    assert_eq!(lines(&declared, &server_6_0), NONE);
    let server_8_0 = [
        doc! { "v": 2, "key": { "_id": 1 }, "name": "_id_", "unique": true, "clustered": true },
        doc! { "v": 2, "key": { "expiresAt": 1_i64 }, "name": "expiresAt_1", "expireAfterSeconds": 7_776_000.0 },
        doc! { "v": 2, "key": { "reference": 1 }, "name": "reference_1", "unique": true, "sparse": true },
        doc! {
            "v": 2, "key": { "customer": 1_i64, "placedAt": -1.0 }, "name": "customer_1_placedAt_-1",
            "hidden": false,
        },
    ];
    assert_eq!(lines(&declared, &server_8_0), NONE);
}

#[test]
fn another_name_for_the_same_index_is_no_difference() {
    let live = [doc! { "v": 2, "key": { "a": 1 }, "name": "by_a" }];
    assert_eq!(lines(&[on("a")], &live), NONE);
    assert_eq!(lines(&[on("a").named("mine")], &live), NONE);
}

#[test]
fn the_order_and_the_direction_of_keys_count() {
    let live = [doc! { "v": 2, "key": { "b": 1, "a": 1 }, "name": "b_1_a_1" }];
    assert_eq!(
        lines(&[on("a").key("b", Ascending)], &live),
        ["+ orders: create index a_1_b_1", "? orders.b_1_a_1: not declared, left alone"]
    );
    let live = [doc! { "v": 2, "key": { "a": -1 }, "name": "a_-1" }];
    assert_eq!(
        lines(&[on("a")], &live),
        ["+ orders: create index a_1", "? orders.a_-1: not declared, left alone"]
    );
}

#[test]
fn a_ttl_that_differs_is_reported() {
    let live = |seconds: i32| {
        [doc! { "v": 2, "key": { "expiresAt": 1 }, "name": "expiresAt_1", "expireAfterSeconds": seconds }]
    };
    assert_eq!(
        lines(&[ttl("expiresAt", 90)], &live(30 * 86_400)),
        ["~ orders.expiresAt_1: declared ttl 90d, live 30d (not changed: alter it with `collMod`)"]
    );
    assert_eq!(
        lines(&[on("expiresAt")], &live(30)),
        [
            "~ orders.expiresAt_1: declared ttl none, live 30s (not changed: drop it and apply again, or give the \
          declared index another name)"
        ]
    );
    let none = [doc! { "v": 2, "key": { "expiresAt": 1 }, "name": "when" }];
    assert_eq!(
        lines(&[ttl("expiresAt", 1)], &none),
        ["~ orders.when: declared ttl 1d, live none (not changed: alter it with `collMod`)"]
    );
}

#[test]
fn unique_and_sparse_make_another_index() {
    // The server keeps `{a: 1}` and `{a: 1}, unique` side by side, but not under one name.
    let live = [doc! { "v": 2, "key": { "a": 1 }, "name": "by_a" }];
    assert_eq!(
        lines(&[on("a").unique()], &live),
        ["+ orders: create index a_1 (unique)", "? orders.by_a: not declared, left alone"]
    );
    let live = [doc! { "v": 2, "key": { "a": 1 }, "name": "a_1" }];
    assert_eq!(
        lines(&[on("a").unique()], &live),
        ["~ orders.a_1: declared unique yes, live no (not changed: drop it and apply again, or give the \
          declared index another name)"]
    );
    let live = [
        doc! { "v": 2, "key": { "a": 1 }, "name": "a_1", "unique": true },
        doc! { "v": 2, "key": { "a": 1 }, "name": "a_plain" },
    ];
    assert_eq!(lines(&[on("a"), on("a").unique().named("u")], &live), NONE);
}

#[test]
fn a_name_that_is_taken_is_reported_with_everything_that_differs() {
    let live = [doc! {
        "v": 2, "key": { "b": -1 }, "name": "a_1", "sparse": true, "hidden": true,
        "partialFilterExpression": { "c": true }, "collation": { "locale": "nb", "version": "57.1" },
    }];
    assert_eq!(
        lines(&[on("a")], &live),
        [concat!(
            "~ orders.a_1: ",
            r#"declared keys { "a": 1 }, live { "b": -1 }; "#,
            "declared sparse no, live yes; ",
            "declared hidden no, live yes; ",
            r#"declared partial filter none, live { "c": true }; "#,
            "declared collation the collection's, live nb ",
            "(not changed: drop it and apply again, or give the declared index another name)",
        )]
    );
}

#[test]
fn a_hidden_index_is_there() {
    let live = [doc! { "v": 2, "key": { "a": 1 }, "name": "a_1", "hidden": true }];
    assert_eq!(
        lines(&[on("a")], &live),
        ["~ orders.a_1: declared hidden no, live yes (not changed: alter it with `collMod`)"]
    );
}

#[test]
fn partial_and_collated_indexes_of_others_do_not_count_as_declared() {
    let live = [
        doc! { "v": 2, "key": { "a": 1 }, "name": "open", "partialFilterExpression": { "open": true } },
        doc! { "v": 2, "key": { "a": 1 }, "name": "nb", "collation": { "locale": "nb" } },
    ];
    assert_eq!(
        lines(&[on("a")], &live),
        [
            "+ orders: create index a_1",
            "? orders.open: not declared, left alone",
            "? orders.nb: not declared, left alone",
        ]
    );
}

#[test]
fn indexes_of_other_kinds_are_left_alone() {
    let live = [
        doc! {
            "v": 2, "key": { "_fts": "text", "_ftsx": 1 }, "name": "title_text", "weights": { "title": 1 },
            "default_language": "english", "language_override": "language", "textIndexVersion": 3,
        },
        doc! { "v": 2, "key": { "at": "2dsphere" }, "name": "at_2dsphere", "2dsphereIndexVersion": 3 },
        doc! { "v": 2, "key": { "$**": 1 }, "name": "$**_1" },
    ];
    assert_eq!(
        lines(&[], &live),
        [
            "? orders.title_text: not declared, left alone",
            "? orders.at_2dsphere: not declared, left alone",
            "? orders.$**_1: not declared, left alone",
        ]
    );
}
