//! Stored documents that do not fit the declared type.

use mongodb::bson::{Bson, Uuid, doc, oid::ObjectId, rawdoc};

use super::*;

#[test]
fn decoding_names_the_document() {
    let wrong = |id: Bson| {
        let bytes = mongodb::bson::serialize_to_vec(&doc! { "_id": id, "age": "SECRET" }).unwrap();
        Error::decode(&bytes, CodecError::new("an int32", "a string").at("age").with_value("SECRET"))
            .during(&FIND)
    };
    let id = ObjectId::parse_str("65f0a1b2c3d4e5f60718293a").unwrap();
    let error = wrong(id.into());
    assert!(error.is_decode() && !error.is_retryable() && !error.is_not_sent());
    let decode = error.decode_error().unwrap();
    assert_eq!(decode.collection(), Some("orders"));
    assert_eq!(decode.id(), Some(&Bson::ObjectId(id)));
    assert_eq!((decode.path().as_str(), decode.expected(), decode.found()), ("age", "an int32", "a string"));
    assert_eq!(decode.value(), Some("SECRET"));
    assert_eq!(
        error.to_string(),
        "find on shop.orders: the document with `_id` 65f0a1b2c3d4e5f60718293a does not fit the declared type: \
         `age`: expected an int32, found a string"
    );
    assert_silent(&error, &["SECRET"]);
    assert!(wrong(7.into()).to_string().contains("the document with `_id` 7 does not fit"));
    assert!(wrong((1_i64 << 40).into()).to_string().contains("the document with `_id` 1099511627776 does"));
    let uuid = Uuid::parse_str("5e3a1b2c-0000-4000-8000-00000000000a").unwrap();
    assert!(wrong(uuid.into()).to_string().contains("`_id` 5e3a1b2c-0000-4000-8000-00000000000a does"));
    let text = wrong("ada@example.org".into());
    assert!(
        text.to_string().contains("the document whose `_id` is in `decode_error()` does not fit"),
        "{text}"
    );
    assert_silent(&text, &["ada"]);
    assert_eq!(text.decode_error().unwrap().id(), Some(&Bson::from("ada@example.org")));
    assert_eq!(wrong(Bson::Null).decode_error().unwrap().id(), Some(&Bson::Null));
    assert_eq!(wrong(doc! { "a": 1 }.into()).decode_error().unwrap().id(), Some(&doc! { "a": 1 }.into()));
}

#[test]
fn decoding_gives_the_document_that_was_read() {
    let document = rawdoc! { "_id": 7, "age": "SECRET" };
    let error =
        Error::decode(document.as_bytes(), CodecError::new("an int32", "a string").at("age")).during(&FIND);
    assert_eq!(error.decode_error().unwrap().document(), Some(&*document));
    assert_silent(&error, &["SECRET"]);
    let cut = Error::decode(&document.as_bytes()[..9], CodecError::malformed());
    assert_eq!(cut.decode_error().unwrap().document(), None);
    // The document of a change is part of the event.
    let event = rawdoc! { "documentKey": { "_id": 7 }, "fullDocument": document };
    let error = Error::decode_event(event.clone(), CodecError::malformed());
    let error = error.decode_error().unwrap();
    assert_eq!((error.document(), error.event(), error.id()), (None, Some(&*event), Some(&Bson::Int32(7))));
}

/// The `_id` of truncated bytes is read if the bytes contain it. No bytes cause a panic.
#[test]
fn decoding_truncated_bytes() {
    let whole = rawdoc! { "_id": 7, "name": "ada", "age": 5 };
    for length in 0..whole.as_bytes().len() {
        let bytes = &whole.as_bytes()[..length];
        let error = Error::decode(bytes, CodecError::malformed()).during(&FIND);
        let id = error.decode_error().unwrap().id();
        // Four bytes of length, one of type, `_id` and its terminator, four of value.
        assert_eq!(id, (length >= 13).then_some(&Bson::Int32(7)), "{length}");
    }
    let error = Error::decode(&whole.as_bytes()[..20], CodecError::malformed()).during(&FIND);
    assert_eq!(
        error.to_string(),
        "find on shop.orders: the document with `_id` 7 does not fit the declared type: expected well-formed BSON, \
         found truncated or malformed bytes"
    );
    // Deeper than `bson` can read on a small stack.
    let mut deep = doc! {};
    for _ in 0..60 {
        deep = doc! { "a": deep };
    }
    let bytes = mongodb::bson::serialize_to_vec(&doc! { "_id": deep }).unwrap();
    assert_eq!(Error::decode(&bytes, CodecError::malformed()).decode_error().unwrap().id(), None);
}
