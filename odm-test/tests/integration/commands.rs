//! The recorder of commands.

use odm::{Database, Id, Model, bson::doc};
use odm_test::{Commands, Server};

#[derive(Debug, Model)]
#[odm(collection = "readers")]
struct Reader {
    id: Id<Reader>,
    name: String,
}

#[odm_test::test]
async fn the_commands_of_the_test_are_recorded_in_order(db: Database, commands: Commands) {
    let readers = db.collection::<Reader>();
    let ada = Reader { id: Id::new(), name: "ada".to_owned() };
    readers.insert_one(&ada).await.unwrap();
    let _ = readers.find(Reader::fields().name().eq("ada")).await.unwrap();
    commands.assert([
        doc! { "insert": "readers", "ordered": true, "documents": [{ "_id": *ada.id.key(), "name": "ada" }] },
        doc! { "find": "readers", "filter": { "name": { "$eq": "ada" } } },
    ]);
    assert!(commands.take_whole().is_empty());
    db.ping().await.unwrap();
    let whole = commands.take_whole();
    assert_eq!(whole[0].get_str("$db").unwrap(), db.name(), "a whole command has the fields of the driver");
}

#[odm_test::test]
#[should_panic(expected = "the left commands were sent")]
async fn other_commands_fail_the_assertion(db: Database, commands: Commands) {
    db.ping().await.unwrap();
    commands.assert([doc! { "ping": 2 }]);
}

#[odm_test::test]
async fn a_client_of_its_own_is_recorded(server: Server) {
    let options = odm::mongodb::options::ClientOptions::parse(server.uri()).await.unwrap();
    let (other, commands) = Commands::of_client(options.clone(), "elsewhere").unwrap();
    other.ping().await.unwrap();
    commands.assert([doc! { "ping": 1 }]);
    let error = Commands::of_client(options, "").unwrap_err();
    assert!(error.to_string().contains("the name of the database is empty"), "{error}");
}
