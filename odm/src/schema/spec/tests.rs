use mongodb::{bson::doc, options::Collation};

use super::*;
use crate::index::IndexType::{Ascending, Descending, Geo2d, Text, Wildcard};

#[allow(clippy::needless_pass_by_value)] // literals
fn read(document: Document) -> Spec {
    Spec::read(&document)
}

fn difference(declared: Document, live: Document) -> String {
    let differences = read(declared).differences(&read(live));
    differences.iter().map(|(_, difference)| difference.to_string()).collect::<Vec<_>>().join("; ")
}

#[test]
fn what_the_server_fills_in_is_left_out() {
    let plain = read(doc! { "key": { "a": 1 }, "name": "a_1" });
    // 4.2 and older add `ns`; 4.2's shell sent `background`; 6.0 and 8.0 return `v`, `key` and `name`.
    for document in [
        doc! { "v": 2, "key": { "a": 1 }, "name": "a_1", "ns": "shop.orders", "background": true },
        doc! { "v": 2, "key": { "a": 1 }, "name": "a_1", "background": false, "sparse": false, "unique": false },
        doc! { "v": 2, "key": { "a": 1 }, "name": "a_1" },
        doc! { "v": 1, "key": { "a": 1.0 }, "name": "a_1" },
        doc! { "v": 2, "key": { "a": 1_i64 }, "name": "a_1", "hidden": false },
        doc! { "v": 2, "key": { "a": 1 }, "name": "a_1", "collation": { "locale": "simple", "strength": 2 } },
    ] {
        assert_eq!(Spec::read(&document), plain, "{document}");
    }
}

#[test]
fn numbers_of_a_key_are_equal_by_value() {
    let keys = |keys: Document| read(doc! { "key": keys, "name": "n" });
    assert_eq!(keys(doc! { "a": -1.0, "b": -1_i64 }), keys(doc! { "a": -1, "b": -1 }));
    assert!(!keys(doc! { "a": 1, "b": 1 }).is_same(&keys(doc! { "b": 1, "a": 1 })), "the order counts");
    assert!(!keys(doc! { "a": 2 }).is_same(&keys(doc! { "a": 1 })));
    assert!(!keys(doc! { "a": "hashed" }).is_same(&keys(doc! { "a": 1 })));
}

#[test]
fn seconds_are_one_number_in_every_type() {
    let ttl =
        |seconds: Bson| read(doc! { "key": { "a": 1 }, "name": "n", "expireAfterSeconds": seconds }).ttl;
    for seconds in [Bson::Int32(60), Bson::Int64(60), Bson::Double(60.0), Bson::Double(60.9)] {
        assert_eq!(ttl(seconds), Some(60));
    }
    assert_eq!(ttl(Bson::Double(f64::NAN)), Some(2_147_483_647));
    assert_eq!(ttl(Bson::Int32(-1)), Some(-1));
    assert_eq!(read(doc! { "key": { "a": 1 }, "name": "n" }).ttl, None);
}

#[test]
fn flags_of_old_shells_are_numbers() {
    let flags = doc! { "key": { "a": 1 }, "name": "n", "unique": 1, "sparse": 1.0, "hidden": 1_i64 };
    let modern = doc! { "key": { "a": 1 }, "name": "n", "unique": true, "sparse": true, "hidden": true };
    assert_eq!(read(flags), read(modern));
}

#[test]
fn a_text_index_is_compared_as_the_server_stores_it() {
    let index =
        Index::new().key("shop", Descending).key("title", Text).key("body", Text).key("at", Ascending);
    let index = index.weight("title", 10);
    let live = doc! {
        "v": 2, "key": { "shop": -1, "_fts": "text", "_ftsx": 1, "at": 1 },
        "name": "shop_-1_title_text_body_text_at_1", "weights": { "body": 1, "title": 10 },
        "default_language": "english", "language_override": "language", "textIndexVersion": 3,
    };
    assert_eq!(read(expected(&index, None, Document::clone)), read(live.clone()));
    assert_eq!(
        difference(expected(&index.default_language("german"), None, Document::clone), live),
        "default language english -> german"
    );
}

#[test]
fn projections_are_equal_by_their_fields() {
    let projection =
        |fields: Document| read(doc! { "key": { "$**": 1 }, "name": "n", "wildcardProjection": fields });
    let plain = projection(doc! { "a.b": 1, "c": 1 });
    assert_eq!(plain, projection(doc! { "c": true, "a": { "b": 1.0 }, "_id": 0 }));
    assert_ne!(plain, projection(doc! { "c": true, "a": { "b": 1.0 }, "_id": 1 }));
    assert!(!plain.is_same(&projection(doc! { "a.b": 0, "c": 0 })));
}

#[test]
fn an_index_without_a_collation_has_that_of_its_collection() {
    let filled = doc! { "locale": "nb", "strength": 2, "caseLevel": false, "version": "57.1" };
    let index = Index::new().key("a", Ascending);
    let expected_of = |index: &Index| Spec::read(&expected(index, Some(&filled), Document::clone));
    let live = |collation: Document| read(doc! { "key": { "a": 1 }, "name": "a_1", "collation": collation });
    assert_eq!(expected_of(&index), live(filled.clone()));
    let after_upgrade = doc! { "version": "60.2", "strength": 2.0, "caseLevel": false, "locale": "nb" };
    assert_eq!(expected_of(&index), live(after_upgrade));
    let simple = index.clone().collation(Collation::builder().locale("simple").build());
    assert_eq!(expected_of(&simple), read(doc! { "key": { "a": 1 }, "name": "a_1" }));
    assert!(!expected_of(&simple).is_same(&expected_of(&index)));

    let plane = Index::new().key("a", Geo2d);
    assert_eq!(expected_of(&plane), read(doc! { "key": { "a": "2d" }, "name": "a_2d" }));
    assert_eq!(sent(&plane, Some(&filled)).get_document("collation").unwrap(), &doc! { "locale": "simple" });
    assert_eq!(sent(&plane, None), plane.to_document());
    assert_eq!(sent(&index, Some(&filled)), index.to_document());
}

#[test]
fn differences_show_both_sides() {
    let plain = doc! { "key": { "a": 1 }, "name": "n" };
    let with = |name: &str, value: Bson| {
        let mut document = plain.clone();
        document.insert(name, value);
        document
    };
    let from_plain = |name: &str, value: Bson| difference(with(name, value), plain.clone());
    assert_eq!(from_plain("unique", true.into()), "unique no -> yes");
    assert_eq!(from_plain("expireAfterSeconds", 3600.into()), "ttl none -> 1h");
    assert_eq!(
        from_plain("partialFilterExpression", doc! { "b": 1 }.into()),
        r#"partial filter none -> { "b": { "$eq": 1 } }"#
    );
    assert_eq!(
        from_plain("collation", doc! { "locale": "en", "strength": 3 }.into()),
        r#"collation simple -> { "locale": "en" }"#
    );
    assert_eq!(
        difference(
            with("collation", doc! { "locale": "en", "strength": 3, "caseLevel": false }.into()),
            with("collation", doc! { "locale": "en", "strength": 2, "caseLevel": false }.into()),
        ),
        r#"collation { "locale": "en", "strength": 2 } -> { "locale": "en", "strength": 3 }"#
    );
    assert_eq!(
        difference(
            doc! { "key": { "a": "2d" }, "name": "n", "bits": 20 },
            doc! { "key": { "a": "2d" }, "name": "n" }
        ),
        "bits none -> 20"
    );
}

#[test]
fn a_wildcard_index_never_gets_a_ttl() {
    let accepts = |index: Index| read(expected(&index, None, Document::clone)).accepts_ttl();
    assert!(accepts(Index::new().key("a", Ascending)));
    assert!(!accepts(Index::new().key("$**", Wildcard)));
    assert!(!accepts(Index::new().key("a", Wildcard)));
    assert!(!accepts(Index::new().key("a", Text)));
}
