//! Stores every BSON type on a server and compares the result bit for bit.

use odm::{
    __private::Raw,
    Database, Filter, Id, Model,
    bson::{Bson, RawDocumentBuf, doc, spec::ElementType},
    value::to_vec,
};
use odm_integration::corpus::{self, bytes};

/// A value of any type, with its position as the id.
#[derive(Debug, Model)]
#[odm(collection = "anything", key = i64)]
struct Anything {
    id: Id<Anything>,
    a: Bson,
}

/// The server's error code for bytes that it does not store.
const NON_CONFORMANT: i32 = 378;

/// Values that 6.0.5 stores and a later patch release refuses.
const REFUSED_BY_LATER_SERVERS: &[&str] = &["binary column"];

#[odm_test::test]
async fn every_type_round_trips_through_the_server_bit_for_bit(db: Database) {
    // The server replaces an empty timestamp in a top-level field by its own time.
    let kept: Vec<_> = corpus::VALID.iter().filter(|(name, ..)| *name != "timestamp of zeros").collect();
    let all: Vec<(&str, Anything)> = kept
        .iter()
        .zip(0..)
        .map(|((name, tag, value), position)| {
            let value = bytes(value);
            let raw = Raw::new(ElementType::from(*tag).expect(name), &value);
            (*name, Anything { id: Id::from_key(position), a: raw.to_bson().expect(name) })
        })
        .collect();
    let anything = db.collection::<Anything>();
    let (mut sent, mut refused) = (Vec::new(), Vec::new());
    for (name, document) in &all {
        match anything.insert_one(document).await {
            Ok(_) => sent.push((name, document)),
            Err(error) => {
                assert_eq!(error.code(), Some(NON_CONFORMANT), "{name}: {error}");
                refused.push(*name);
            }
        }
    }
    assert!(refused.is_empty() || refused == REFUSED_BY_LATER_SERVERS, "{refused:?}");

    let found: Vec<Anything> = anything
        .find(Filter::all())
        .sort(Anything::fields().id().asc())
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let stored = anything.driver().clone_with_type::<RawDocumentBuf>();
    assert_eq!(found.len(), sent.len());
    for ((name, sent), found) in sent.into_iter().zip(&found) {
        let sent = to_vec(sent).expect(name);
        // NaN is not equal to itself, so the test compares bytes.
        assert_eq!(to_vec(found).expect(name), sent, "{name}");
        let filter = doc! { "_id": found.id.key() };
        let stored = stored.find_one(filter).await.unwrap().expect(name);
        assert_eq!(stored.as_bytes(), sent, "{name}, as the server has it");
    }
}
