use std::time::Duration;

use mongodb::bson::{Document, doc};

use super::*;
use crate::{
    index::IndexType::{Ascending, Descending, Hashed, Text},
    schema::spec::expected,
};

fn on(field: &str) -> Index {
    Index::new().key(field, Ascending)
}

fn ttl(field: &str, days: u64) -> Index {
    on(field).expire_after(Duration::from_secs(days * 86_400))
}

fn declared(indexes: &[Index]) -> Vec<DeclaredIndex> {
    let declared = |index: &Index| DeclaredIndex {
        index: index.clone(),
        spec: Spec::read(&expected(index, None, Document::clone)),
    };
    indexes.iter().map(declared).collect()
}

/// Returns the lines of the comparison with the reply of `listIndexes`.
fn lines(indexes: &[Index], live: &[Document]) -> Vec<String> {
    let live: Vec<_> = live.iter().filter_map(LiveIndex::read).collect();
    let changes = diff("orders", &declared(indexes), Some(&live), UndeclaredPolicy::Report, &[]);
    changes.iter().map(SchemaChange::to_string).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn a_missing_collection_comes_before_its_indexes() {
    let changes = diff("orders", &declared(&[on("b"), ttl("a", 1)]), None, UndeclaredPolicy::Report, &[]);
    let lines: Vec<_> = changes.iter().map(SchemaChange::to_string).collect();
    assert_eq!(
        lines,
        [
            "+ orders: create collection [safe]",
            "+ orders: create index b_1 [safe]",
            "+ orders: create index a_1 (ttl 1d) [safe]"
        ]
    );
    assert_eq!(diff("orders", &[], Some(&[]), UndeclaredPolicy::Report, &[]), []);
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
fn a_declared_name_counts_and_the_default_name_does_not() {
    let live = [doc! { "v": 2, "key": { "a": 1 }, "name": "by_a" }];
    assert_eq!(lines(&[on("a")], &live), NONE);
    assert_eq!(lines(&[on("a").named("by_a")], &live), NONE);
    assert_eq!(
        lines(&[on("a").named("mine")], &live),
        ["-/+ orders: rebuild index by_a as mine: name by_a -> mine [destructive]"]
    );
}

#[test]
fn the_order_and_the_direction_of_keys_count() {
    let live = [doc! { "v": 2, "key": { "b": 1, "a": 1 }, "name": "b_1_a_1" }];
    assert_eq!(
        lines(&[on("a").key("b", Ascending)], &live),
        ["+ orders: create index a_1_b_1 [slow]", "? orders: index b_1_a_1 is not declared"]
    );
    let live = [doc! { "v": 2, "key": { "a": -1 }, "name": "a_-1" }];
    assert_eq!(
        lines(&[on("a")], &live),
        ["+ orders: create index a_1 [slow]", "? orders: index a_-1 is not declared"]
    );
}

#[test]
fn a_ttl_is_modified_in_place_but_not_removed() {
    let live = |seconds: i32| {
        [doc! { "v": 2, "key": { "expiresAt": 1 }, "name": "expiresAt_1", "expireAfterSeconds": seconds }]
    };
    assert_eq!(
        lines(&[ttl("expiresAt", 90)], &live(30 * 86_400)),
        ["~ orders: modify index expiresAt_1: ttl 30d -> 90d [safe]"]
    );
    assert_eq!(
        lines(&[ttl("expiresAt", 1)], &live(30 * 86_400)),
        ["~ orders: modify index expiresAt_1: ttl 30d -> 1d [destructive]"]
    );
    assert_eq!(
        lines(&[on("expiresAt")], &live(30)),
        ["-/+ orders: rebuild index expiresAt_1: ttl 30s -> none [destructive]"]
    );
    let none = [doc! { "v": 2, "key": { "expiresAt": 1 }, "name": "when" }];
    assert_eq!(
        lines(&[ttl("expiresAt", 1)], &none),
        ["~ orders: modify index when: ttl none -> 1d [destructive]"]
    );
    assert_eq!(
        lines(&[ttl("expiresAt", 1)], &[]),
        ["+ orders: create index expiresAt_1 (ttl 1d) [destructive]"]
    );
}

#[test]
fn a_wildcard_index_in_the_place_of_a_ttl_index_is_never_modified() {
    // The server aborts if it gets a TTL for a wildcard index.
    for key in [doc! { "$**": 1 }, doc! { "expiresAt.$**": 1 }] {
        let live = [doc! { "v": 2, "key": key, "name": "expiresAt_1" }];
        let lines = lines(&[ttl("expiresAt", 1)], &live);
        assert!(lines[0].starts_with("-/+ orders: rebuild index expiresAt_1: keys"), "{lines:?}");
    }
}

#[test]
fn an_index_becomes_unique_in_place_if_it_has_the_same_name() {
    // The server keeps `{a: 1}` and `{a: 1}, unique` side by side, but not under one name.
    let live = [doc! { "v": 2, "key": { "a": 1 }, "name": "by_a" }];
    assert_eq!(
        lines(&[on("a").unique()], &live),
        ["+ orders: create index a_1 (unique) [slow]", "? orders: index by_a is not declared"]
    );
    let live = [doc! { "v": 2, "key": { "a": 1 }, "name": "a_1" }];
    assert_eq!(lines(&[on("a").unique()], &live), ["~ orders: modify index a_1: unique no -> yes [slow]"]);
    let live = [doc! { "v": 2, "key": { "a": 1 }, "name": "a_1", "prepareUnique": true }];
    assert_eq!(
        lines(&[on("a").unique()], &live),
        ["~ orders: modify index a_1: unique no -> yes; prepareUnique yes -> no [slow]"]
    );
    assert_eq!(lines(&[on("a")], &live), ["~ orders: modify index a_1: prepareUnique yes -> no [safe]"]);
    let live = [
        doc! { "v": 2, "key": { "a": 1 }, "name": "a_1", "unique": true },
        doc! { "v": 2, "key": { "a": 1 }, "name": "a_plain" },
    ];
    assert_eq!(lines(&[on("a").named("a_plain"), on("a").unique()], &live), NONE);
    assert_eq!(
        lines(&[on("a"), on("a").unique().named("u")], &live),
        ["-/+ orders: rebuild index a_1 as u: name a_1 -> u [destructive]"]
    );
    assert_eq!(
        lines(&[on("a").named("a_1")], &live[..1]),
        ["-/+ orders: rebuild index a_1: unique yes -> no [destructive]"]
    );
}

#[test]
fn a_name_that_is_taken_is_shown_with_everything_that_differs() {
    let live = [doc! {
        "v": 2, "key": { "b": -1 }, "name": "a_1", "sparse": true, "hidden": true,
        "partialFilterExpression": { "c": true }, "collation": { "locale": "nb", "version": "57.1" },
    }];
    assert_eq!(
        lines(&[on("a")], &live),
        [concat!(
            "-/+ orders: rebuild index a_1: ",
            r#"keys { "b": -1 } -> { "a": 1 }; "#,
            "sparse yes -> no; ",
            r#"partial filter { "c": { "$eq": true } } -> none; "#,
            r#"collation { "locale": "nb" } -> simple; "#,
            "hidden yes -> no [destructive]",
        )]
    );
}

#[test]
fn hidden_is_modified_in_place() {
    let live = [doc! { "v": 2, "key": { "a": 1 }, "name": "a_1", "hidden": true }];
    assert_eq!(lines(&[on("a")], &live), ["~ orders: modify index a_1: hidden yes -> no [safe]"]);
    assert_eq!(lines(&[on("a").hidden()], &live), NONE);
}

#[test]
fn an_index_that_is_being_built_is_waited_for() {
    let live = [doc! { "spec": { "v": 2, "key": { "a": 1 }, "name": "a_1" }, "indexBuildInfo": {} }];
    assert_eq!(lines(&[on("a")], &live), ["+ orders: wait for index a_1, which is being built [slow]"]);
}

#[test]
fn indexes_of_others_do_not_count_as_declared() {
    let live = [
        doc! { "v": 2, "key": { "a": 1 }, "name": "open", "partialFilterExpression": { "open": true } },
        doc! { "v": 2, "key": { "a": 1 }, "name": "nb", "collation": { "locale": "nb" } },
        doc! { "v": 2, "key": { "at": "2dsphere" }, "name": "at_2dsphere", "2dsphereIndexVersion": 3 },
        doc! { "v": 2, "key": { "$**": 1 }, "name": "$**_1" },
    ];
    assert_eq!(
        lines(&[on("a")], &live),
        [
            "+ orders: create index a_1 [slow]",
            "? orders: index open is not declared",
            "? orders: index nb is not declared",
            "? orders: index at_2dsphere is not declared",
            "? orders: index $**_1 is not declared",
        ]
    );
}

#[test]
fn a_declared_text_index_replaces_any_other_text_index() {
    let live = [doc! {
        "v": 2, "key": { "_fts": "text", "_ftsx": 1 }, "name": "title_text", "weights": { "title": 1 },
        "default_language": "english", "language_override": "language", "textIndexVersion": 3,
    }];
    assert_eq!(lines(&[Index::new().key("title", Text)], &live), NONE);
    assert_eq!(
        lines(&[Index::new().key("body", Text)], &live),
        [
            r#"-/+ orders: rebuild index title_text as body_text: weights { "title": 1 } -> { "body": 1 } [destructive]"#
        ]
    );
    assert_eq!(lines(&[], &live), ["? orders: index title_text is not declared"]);
}

#[test]
fn names_that_were_swapped_are_rebuilt_together() {
    let live =
        [doc! { "v": 2, "key": { "b": 1 }, "name": "x" }, doc! { "v": 2, "key": { "a": 1 }, "name": "y" }];
    let declared = [on("a").named("x"), on("b").named("y")];
    assert_eq!(
        lines(&declared, &live),
        [
            r#"-/+ orders: rebuild index x and y as x: name y -> x; keys { "b": 1 } -> { "a": 1 } [destructive]"#,
            r"-/+ orders: rebuild index x and y as y: name x -> y [destructive]",
        ]
    );
    let live = [doc! { "v": 2, "key": { "b": 1 }, "name": "a_1" }];
    assert_eq!(
        lines(&[on("a"), on("b")], &live),
        [
            r#"-/+ orders: rebuild index a_1: keys { "b": 1 } -> { "a": 1 } [destructive]"#,
            "+ orders: create index b_1 [slow]",
        ]
    );
}

#[test]
fn undeclared_indexes_are_hidden_and_then_dropped() {
    let live = [
        doc! { "v": 2, "key": { "a": 1 }, "name": "a_1" },
        doc! { "v": 2, "key": { "b": 1 }, "name": "b_1" },
        doc! { "v": 2, "key": { "c": "hashed" }, "name": "c_hashed", "hidden": true },
        doc! { "v": 2, "key": { "d": 1 }, "name": "d_1" },
    ];
    let live: Vec<_> = live.iter().filter_map(LiveIndex::read).collect();
    let changes = diff("orders", &declared(&[on("a")]), Some(&live), UndeclaredPolicy::Drop, &["d_1"]);
    let lines: Vec<_> = changes.iter().map(SchemaChange::to_string).collect();
    assert_eq!(
        lines,
        [
            "~ orders: hide index b_1, which is not declared [safe]",
            "- orders: drop index c_hashed, which is not declared [destructive]",
        ]
    );
    let hashed = declared(&[on("a"), Index::new().key("c", Hashed)]);
    let lines: Vec<_> = diff("orders", &hashed, Some(&live), UndeclaredPolicy::Report, &["b_1", "d_1"])
        .iter()
        .map(SchemaChange::to_string)
        .collect();
    assert_eq!(lines, ["~ orders: modify index c_hashed: hidden yes -> no [safe]"]);
}
