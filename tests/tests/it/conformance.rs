//! Every BSON type, through the server: what comes back is, bit for bit, what went there.

use odm::{
    Database, Filter, Id, Model,
    bson::{Bson, RawDocumentBuf, doc, spec::ElementType},
    value::{Raw, to_vec},
};
use odm_integration::corpus::{self, bytes};

/// One value of any type, stored under its position.
#[derive(Debug, Model)]
#[odm(collection = "anything", key = i64)]
struct Anything {
    id: Id<Anything>,
    a: Bson,
}

#[odm_test::test]
async fn every_type_comes_back_from_the_server_bit_for_bit(db: Database) {
    // In a field of the document itself, the server replaces an empty timestamp by its own time.
    let kept: Vec<_> = corpus::VALID.iter().filter(|(name, ..)| *name != "timestamp of zeros").collect();
    let all: Vec<Anything> = kept
        .iter()
        .zip(0..)
        .map(|((name, tag, value), position)| {
            let value = bytes(value);
            let raw = Raw::new(ElementType::from(*tag).expect(name), &value);
            Anything { id: Id::from_key(position), a: raw.to_bson().expect(name) }
        })
        .collect();
    let anything = db.collection::<Anything>();
    anything.insert_many(&all).await.unwrap();

    let found: Vec<Anything> = anything
        .find(Filter::all())
        .sort(Anything::fields().id().asc())
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let stored = anything.driver().clone_with_type::<RawDocumentBuf>();
    assert_eq!(found.len(), all.len());
    for ((sent, found), (name, ..)) in all.iter().zip(&found).zip(&kept) {
        let sent = to_vec(sent).expect(name);
        // NaN is no equal of itself, so it is bytes that are compared.
        assert_eq!(to_vec(found).expect(name), sent, "{name}");
        let filter = doc! { "_id": found.id.key() };
        let stored = stored.find_one(filter).await.unwrap().expect(name);
        assert_eq!(stored.as_bytes(), sent, "{name}, as the server has it");
    }
}
