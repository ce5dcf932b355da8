//! Permissions that are lost while a subscription runs.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _};

use odm::{
    Collection, Database,
    bson::{Document, doc},
    mongodb::Client,
};
use odm_test::{Server, Source};

use super::{Item, acknowledged, fast, hard_cases::named, insert, soon};
use crate::failing::fail;

#[odm_test::test]
async fn a_permission_that_is_lost_ends_the_subscription_and_keeps_the_position(_db: Database) {
    let server = Server::start().await.unwrap();
    let db = server.fresh_database("permission").await.unwrap();
    let watching = named(&server, &db, "subscribe-permission").await;
    let items: Collection<Item> = watching.collection();
    let mut changes = fast(&items, "a").await.unwrap();
    insert(&db, 0..1).await;
    assert_eq!(acknowledged(&mut changes, 1).await, [0]);
    changes.flush().await.unwrap();
    // Error 13 in the reply for the next batch, as after `revokeRolesFromUser`.
    fail(&server, "subscribe-permission", doc! { "times": 1 }, &["getMore"], doc! { "errorCode": 13 }).await;
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(error.is_unauthorized(), "{error:?}");
    assert!(soon(changes.next()).await.is_none());
    insert(&db, 1..2).await;
    // A run does not try again either: a loop would go on without end.
    fail(&server, "subscribe-permission", doc! { "times": 1 }, &["aggregate"], doc! { "errorCode": 13 })
        .await;
    let run = fast(&items, "a").run(async |_| panic!("no change can be read"));
    let error = soon(run.into_future()).await.unwrap_err();
    assert!(error.is_unauthorized(), "{error:?}");
    let mut changes = fast(&items, "a").await.unwrap();
    assert_eq!(acknowledged(&mut changes, 1).await, [1]);
}

/// Returns the database through a client that logs in.
async fn as_user(server: &Server, name: &str, db: &Database) -> Database {
    let uri = server.uri().replace("mongodb://", &format!("mongodb://{name}:secret@"));
    Database::from_driver(Client::with_uri_str(uri).await.unwrap().database(db.name()))
}

#[odm_test::test]
async fn a_role_that_is_revoked_ends_the_subscription_and_keeps_the_position(shared: Server, db: Database) {
    if !matches!(shared.source(), Source::Mongod | Source::Wheel) {
        eprintln!("NOT TESTED: a container cannot read the key file of this machine");
        return;
    }
    let key = std::env::temp_dir().join(format!("odm-key-{}", db.name()));
    let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&key).unwrap();
    file.write_all(&[b'k'; 64]).unwrap();
    let server = Server::start_with(["--keyFile", key.to_str().unwrap()]).await.unwrap();
    fs::remove_file(&key).unwrap();
    // The first user is created without one.
    let admin = server.client().await.unwrap().database("admin");
    let user = doc! { "createUser": "root", "pwd": "secret", "roles": ["root"] };
    admin.run_command(user).await.unwrap();
    let root = as_user(&server, "root", &db).await;
    let admin = root.driver().client().database("admin");
    let resource = |name: &str| doc! { "db": db.name(), "collection": name };
    let role = |name: &str, resource: Document, actions: &[&str]| {
        let privileges = vec![doc! { "resource": resource, "actions": actions }];
        doc! { "createRole": name, "privileges": privileges, "roles": [] }
    };
    admin.run_command(role("watching", resource("items"), &["find", "changeStream"])).await.unwrap();
    let store = role("storing", resource("odm_subscriptions"), &["find", "insert", "update"]);
    admin.run_command(store).await.unwrap();
    let user = doc! { "createUser": "watcher", "pwd": "secret", "roles": ["watching", "storing"] };
    admin.run_command(user).await.unwrap();

    let items: Collection<Item> = as_user(&server, "watcher", &db).await.collection();
    insert(&root, 0..1).await;
    let mut changes = fast(&items, "a").await.unwrap();
    insert(&root, 1..2).await;
    assert_eq!(acknowledged(&mut changes, 1).await, [1]);
    changes.flush().await.unwrap();
    let revoke = doc! { "revokeRolesFromUser": "watcher", "roles": ["watching"] };
    admin.run_command(revoke).await.unwrap();
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(error.is_unauthorized(), "{error:?}");
    assert_eq!(error.code(), Some(13));
    assert!(soon(changes.next()).await.is_none());
    insert(&root, 2..4).await;
    let error = fast(&items, "a").await.unwrap_err();
    assert!(error.is_unauthorized(), "{error:?}");
    admin.run_command(doc! { "grantRolesToUser": "watcher", "roles": ["watching"] }).await.unwrap();
    let mut changes = fast(&items, "a").await.unwrap();
    assert_eq!(acknowledged(&mut changes, 2).await, [2, 3]);
    server.stop().await;
}
