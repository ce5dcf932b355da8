//! Error messages for problems outside of documents: servers, URIs, authentication.

use odm::{Database, ErrorKind};
use odm_integration::people::{Person, person};
use odm_test::Server;

/// No server listens on the discard port of this machine.
const NOBODY: &str = "mongodb://127.0.0.1:9/shop?serverSelectionTimeoutMS=300&directConnection=true";

#[tokio::test]
async fn an_unreachable_server_is_an_error() {
    let db = Database::connect(NOBODY).await.unwrap();
    let error = db.ping().await.unwrap_err();
    assert!(error.is_unavailable() && error.is_retryable() && !error.is_outcome_unknown());
    assert_eq!(
        error.to_string(),
        "ping on shop: no server could be used in time: 127.0.0.1:9 (I/O error: Connection refused (os error 111)); \
         is MongoDB running there, and does the URI name the right host?"
    );
    let error = db.collection::<Person>().insert_one(&person("SECRET", 1)).await.unwrap_err();
    assert!(error.to_string().starts_with("insert_one on shop.people: no server could be used in time: "));
    assert!(!format!("{error} {error:?}").contains("SECRET"));
    let error = db.start_session().await;
    assert!(error.is_ok() || error.is_err_and(|error| error.is_unavailable()));
}

#[tokio::test]
async fn wrong_uris_are_errors() {
    for (uri, message) in [
        ("localhost/shop", "connect: the URI does not begin with `mongodb://` or `mongodb+srv://`"),
        ("mongo://localhost/shop", "connect: the URI does not begin with `mongodb://` or `mongodb+srv://`"),
        (
            "mongodb://localhost:27017",
            "connect: the URI contains no database; add it after the host: `mongodb://localhost:27017/shop`",
        ),
        (
            "mongodb://localhost/?retryWrites=true",
            "connect: the URI contains no database; add it after the host: `mongodb://localhost:27017/shop`",
        ),
        (
            "mongodb://localhost/shop?retryWrite=true",
            "connect: the URI is not valid: option 1 is unknown; `retryWrites` has a similar name",
        ),
        (
            "mongodb://localhost/sh.op",
            "connect: the name of the database is empty, longer than 63 bytes, or contains one of `/ \\ . \" $`, a \
             space or NUL",
        ),
        (
            "mongodb://ada:hunter/2@localhost/shop",
            "connect: the URI is not valid; if the user name or the password contains one of `: / ? # [ ] @ %`, \
             percent-encode it",
        ),
        (
            "mongodb://localhost/shop?maxPoolSize=0",
            "connect: the client options cannot be used: cannot specify maxPoolSize=0",
        ),
        (
            "mongodb://localhost/shop?socketTimeoutMS=5",
            "connect: the client options cannot be used: the Rust driver does not support socketTimeoutMS",
        ),
    ] {
        let error = Database::connect(uri).await.unwrap_err();
        assert!(error.is_config() && error.is_not_sent(), "{uri}");
        assert_eq!(error.to_string(), message, "{uri}");
        assert!(!format!("{error:?}").contains("hunter"));
    }
}

/// A wrong password: the error describes the cause itself and does not contain the server's message.
#[odm_test::test]
async fn a_wrong_password_is_an_error(db: Database, server: Server) {
    let host = server.uri().split(['/', '?']).nth(2).unwrap();
    let host = host.rsplit('@').next().unwrap();
    let uri = format!(
        "mongodb://ada:hunter2@{host}/{}?directConnection=true&serverSelectionTimeoutMS=2000",
        db.name()
    );
    let refused = Database::connect(uri).await.unwrap();
    let error = refused.ping().await.unwrap_err();
    assert!(error.is_unauthorized(), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "ping on {}: not authorized: check the user name, the password, `authSource` and the user's roles",
            db.name()
        )
    );
    assert!(!format!("{error:?}").contains("hunter2"));
    // The driver reports the wrong password only once. After that, it reports an unavailable server.
    for _ in 0..3 {
        let error = refused.ping().await.unwrap_err();
        assert!(error.is_unauthorized() && !error.is_unavailable() && !error.is_retryable(), "{error:?}");
        assert!(error.to_string().ends_with("and the user's roles"), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

/// Errors that the driver makes have the same kinds.
#[odm_test::test]
async fn errors_of_the_driver_have_a_kind(db: Database) {
    let error = db.driver().run_command(odm::bson::doc! { "nonsense": 1 }).await.unwrap_err();
    let error = odm::Error::from_driver(error);
    assert!(matches!(error.kind(), ErrorKind::Server(59)), "{error:?}");
    assert_eq!(
        (error.code_name(), error.operation(), error.namespace()),
        (Some("CommandNotFound"), None, None)
    );
    assert!(error.driver().is_some() && error.into_driver().is_some());
}

/// A time limit of the server.
#[odm_test::test]
async fn a_time_limit_of_the_server_is_an_error(db: Database) {
    let people = db.collection::<Person>();
    people.insert_one(&person("ada", 1)).await.unwrap();
    let mut options = odm::mongodb::options::FindOptions::default();
    options.max_time = Some(std::time::Duration::from_millis(50));
    let slow = odm::bson::doc! { "$where": "sleep(500) || true" };
    let error = people.find(slow).with_options(options).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.code(), Some(50));
}

/// Truncated bytes, or bytes of another type. The error contains the document, the field and what was found.
#[test]
fn bytes_that_do_not_fit_the_model_are_errors() {
    let message = |bytes: &[u8]| odm::from_slice::<Person>(bytes).unwrap_err().to_string();
    let whole =
        odm::bson::doc! { "_id": 7, "name": "SECRET", "email": "SECRET", "age": "old" }.to_vec().unwrap();
    assert_eq!(
        message(&whole),
        "the document with `_id` 7 does not fit the declared type: `_id`: expected an ObjectId, found an int32"
    );
    assert_eq!(
        message(&whole[..whole.len() - 5]),
        "the document with `_id` 7 does not fit the declared type: expected well-formed BSON, found truncated or \
         malformed bytes"
    );
    assert_eq!(
        message(&whole[..6]),
        "a document does not fit the declared type: expected well-formed BSON, found truncated or malformed bytes"
    );
    let stored = odm::to_vec(&person("SECRET", 1)).unwrap();
    for length in 0..stored.len() {
        let text = message(&stored[..length]);
        assert!(text.ends_with("found truncated or malformed bytes") && !text.contains("SECRET"), "{text}");
    }
}
