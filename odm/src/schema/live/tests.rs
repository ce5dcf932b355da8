use mongodb::bson::doc;

use super::*;

fn read(document: &Document) -> LiveIndex {
    LiveIndex::read(document, &LiveCollection::plain()).unwrap()
}

fn plain(name: &str, keys: Document) -> LiveIndex {
    LiveIndex { name: name.to_owned(), keys, ..LiveIndex::default() }
}

#[test]
fn what_the_server_fills_in_is_left_out() {
    // 4.2 and older add `ns`; 4.2's shell sent `background`; 6.0 and 8.0 return `v`, `key` and `name`.
    for document in [
        doc! { "v": 2, "key": { "a": 1 }, "name": "a_1", "ns": "shop.orders", "background": true },
        doc! { "v": 2, "key": { "a": 1 }, "name": "a_1", "background": false, "sparse": false, "unique": false },
        doc! { "v": 2, "key": { "a": 1 }, "name": "a_1" },
        doc! { "v": 1, "key": { "a": 1.0 }, "name": "a_1" },
        doc! { "v": 2, "key": { "a": 1_i64 }, "name": "a_1", "hidden": false },
    ] {
        assert_eq!(read(&document), plain("a_1", doc! { "a": 1 }), "{document}");
    }
}

#[test]
fn numbers_of_a_key_are_directions_only_if_they_are_one() {
    assert_eq!(
        read(&doc! { "key": { "a": -1.0, "b": -1_i64 }, "name": "n" }).keys,
        doc! { "a": -1, "b": -1 }
    );
    assert!(read(&doc! { "key": { "a": -1.0, "b": -1_i64 }, "name": "n" }).keys.keys().eq(["a", "b"]));
    assert_eq!(read(&doc! { "key": { "a": 2.0 }, "name": "n" }).keys, doc! { "a": 2.0 });
    assert_eq!(read(&doc! { "key": { "a": "hashed" }, "name": "n" }).keys, doc! { "a": "hashed" });
}

#[test]
fn the_index_on_id_is_not_listed() {
    let collection = LiveCollection::plain();
    for document in [
        doc! { "v": 2, "key": { "_id": 1 }, "name": "_id_" },
        doc! { "v": 2, "key": { "_id": 1.0 }, "name": "_id_", "ns": "shop.orders" },
        doc! { "v": 2, "key": { "_id": 1 }, "name": "_id_", "unique": true, "clustered": true },
    ] {
        assert_eq!(LiveIndex::read(&document, &collection), None, "{document}");
    }
    assert!(LiveIndex::read(&doc! { "key": { "_id": "hashed" }, "name": "h" }, &collection).is_some());
}

#[test]
fn seconds_are_one_number_in_every_type() {
    let ttl =
        |seconds: Bson| read(&doc! { "key": { "a": 1 }, "name": "n", "expireAfterSeconds": seconds }).ttl;
    for seconds in [Bson::Int32(60), Bson::Int64(60), Bson::Double(60.0), Bson::Double(60.9)] {
        assert_eq!(ttl(seconds), Some(60));
    }
    assert_eq!(ttl(Bson::Double(f64::NAN)), Some(2_147_483_647));
    assert_eq!(ttl(Bson::Int32(-1)), Some(-1));
    assert_eq!(read(&doc! { "key": { "a": 1 }, "name": "n" }).ttl, None);
}

#[test]
fn flags_of_old_shells_are_numbers() {
    let index = read(&doc! { "key": { "a": 1 }, "name": "n", "unique": 1, "sparse": 1.0, "hidden": 1_i64 });
    assert!(index.unique && index.sparse && index.hidden);
}

#[test]
fn the_collections_own_collation_is_no_option_of_the_index() {
    let filled = |strength: i32, version: &str| {
        doc! {
            "locale": "nb", "caseLevel": false, "caseFirst": "off", "strength": strength,
            "numericOrdering": false, "alternate": "non-ignorable", "maxVariable": "punct",
            "normalization": false, "backwards": false, "version": version,
        }
    };
    let options =
        doc! { "name": "orders", "type": "collection", "options": { "collation": filled(2, "57.1") } };
    let collection = LiveCollection::read(&options).unwrap();
    let collation = |document: &Document| LiveIndex::read(document, &collection).unwrap().collation;
    let inherited = doc! { "key": { "a": 1 }, "name": "n", "collation": filled(2, "57.1") };
    assert_eq!(collation(&inherited), None);
    let after_upgrade = doc! { "key": { "a": 1 }, "name": "n", "collation": filled(2, "60.2") };
    assert_eq!(collation(&after_upgrade), None);
    let other = doc! { "key": { "a": 1 }, "name": "n", "collation": filled(1, "57.1") };
    assert!(collation(&other).is_some());
    let simple = doc! { "key": { "a": 1 }, "name": "n" };
    assert_eq!(collation(&simple), Some(doc! { "locale": "simple" }));
    assert_eq!(read(&simple).collation, None);
}

#[test]
fn a_view_is_not_a_collection() {
    let document = doc! { "name": "orders", "type": "view", "options": { "viewOn": "all", "pipeline": [] } };
    let error = LiveCollection::read(&document).err().unwrap();
    assert_eq!(error.to_string(), "`orders` is a view, which can have no indexes");
    let document = doc! { "name": "orders", "type": "timeseries", "options": { "timeseries": {} } };
    assert!(LiveCollection::read(&document).is_ok());
}
