//! What this crate refuses in a transaction is what the server refuses there.

use odm::{
    Database, Error, Filter,
    bson::{Document, doc},
};
use odm_integration::{
    commands::Commands,
    people::{Person, people, person},
};
use odm_test::Server;

/// Returns commands that the server understands, each with whether it may be part of a transaction.
fn commands() -> Vec<(Document, bool)> {
    let aggregate = |stage: Document| doc! { "aggregate": "people", "pipeline": [stage], "cursor": {} };
    let join = |stage: Document| doc! { "$lookup": { "from": "people", "pipeline": [stage], "as": "all" } };
    let lookup = |stage: Document| aggregate(join(stage));
    let of_database = |stage: Document| doc! { "aggregate": 1, "pipeline": [stage], "cursor": {} };
    vec![
        (doc! { "insert": "people", "documents": [{ "x": 1 }] }, true),
        (doc! { "update": "people", "updates": [{ "q": {}, "u": { "$set": { "x": 1 } } }] }, true),
        (doc! { "delete": "people", "deletes": [{ "q": { "x": 7 }, "limit": 1 }] }, true),
        (doc! { "findAndModify": "people", "query": { "x": 7 }, "remove": true }, true),
        (doc! { "find": "people" }, true),
        (doc! { "distinct": "people", "key": "x" }, true),
        (doc! { "create": "others" }, true),
        (doc! { "createIndexes": "new", "indexes": [{ "key": { "x": 1 }, "name": "x_1" }] }, true),
        (aggregate(doc! { "$match": {} }), true),
        (
            aggregate(
                doc! { "$lookup": { "from": "people", "localField": "x", "foreignField": "x", "as": "y" } },
            ),
            true,
        ),
        (aggregate(doc! { "$unionWith": "people" }), false),
        (aggregate(doc! { "$facet": { "all": [{ "$match": {} }] } }), true),
        (
            aggregate(doc! { "$facet": { "all": [{ "$match": {} }], "more": [{ "$unionWith": "people" }] } }),
            false,
        ),
        (lookup(doc! { "$match": { "x": 1 } }), true),
        (lookup(doc! { "$unionWith": "people" }), false),
        (lookup(doc! { "$collStats": { "count": {} } }), false),
        (lookup(doc! { "$indexStats": {} }), false),
        (aggregate(doc! { "$facet": { "all": [join(doc! { "$unionWith": "people" })] } }), false),
        (lookup(join(doc! { "$unionWith": { "coll": "people", "pipeline": [] } })), false),
        (aggregate(doc! { "$sample": { "size": 1 } }), true),
        (of_database(doc! { "$documents": [{ "x": 1 }] }), true),
        (aggregate(doc! { "$out": "others" }), false),
        (aggregate(doc! { "$merge": { "into": "others" } }), false),
        (aggregate(doc! { "$changeStream": {} }), false),
        (aggregate(doc! { "$collStats": { "count": {} } }), false),
        (aggregate(doc! { "$indexStats": {} }), false),
        (aggregate(doc! { "$planCacheStats": {} }), false),
        (of_database(doc! { "$listLocalSessions": {} }), false),
        (of_database(doc! { "$listCatalog": {} }), false),
        (aggregate(doc! { "$listSessions": {} }), false),
        (aggregate(doc! { "$listSearchIndexes": {} }), false),
        (aggregate(doc! { "$search": { "text": { "query": "x", "path": "y" } } }), false),
        (aggregate(doc! { "$searchMeta": { "exists": { "path": "y" } } }), false),
        (
            aggregate(
                doc! { "$vectorSearch": { "index": "v", "path": "y", "queryVector": [1.0], "limit": 1 } },
            ),
            false,
        ),
        (lookup(doc! { "$search": { "text": { "query": "x", "path": "y" } } }), false),
        (doc! { "count": "people" }, false),
        (doc! { "collMod": "people" }, false),
        (doc! { "collStats": "people" }, false),
        (doc! { "compact": "people", "force": true }, false),
        (doc! { "convertToCapped": "others", "size": 4096 }, false),
        (doc! { "dbStats": 1 }, false),
        (doc! { "drop": "others" }, false),
        (doc! { "dropDatabase": 1 }, false),
        (doc! { "dropIndexes": "people", "index": "*" }, false),
        (doc! { "explain": { "find": "people" } }, false),
        (doc! { "listCollections": 1 }, false),
        (doc! { "listIndexes": "people" }, false),
        (
            doc! { "mapReduce": "people", "map": "function() {}", "reduce": "function() {}", "out": { "inline": 1 } },
            false,
        ),
        (doc! { "ping": 1 }, false),
        (doc! { "serverStatus": 1 }, false),
        (doc! { "validate": "people" }, false),
    ]
}

/// Commands and pipelines are compared with the server's own answer, through a session that this crate does not know.
#[odm_test::test]
async fn the_server_refuses_the_same(db: Database) {
    people(&db).await.insert_one(&person("ada", 36)).await.unwrap();
    let mut wrong = Vec::new();
    for (command, is_allowed) in commands() {
        let mut session = db.client().start_session().await.unwrap();
        session.start_transaction().await.unwrap();
        let theirs = db.run_command::<Document>(command.clone()).session(&mut session).await;
        session.abort_transaction().await.unwrap();

        let ours = db
            .transaction(async |mut tx| {
                let sent = db.run_command::<Document>(command.clone()).session(&mut tx).await;
                let refused = sent.err().filter(Error::is_not_sent).map(|error| error.to_string());
                tx.abort().await?;
                Ok(refused)
            })
            .await
            .unwrap();
        let code =
            theirs.as_ref().err().map(|error| (error.code(), error.server_message().map(str::to_owned)));
        if code.is_none() != is_allowed || ours.is_none() != is_allowed {
            wrong.push(format!("{command}\n  the server: {code:?}\n  ours: {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Nothing is sent, the reason is given, and the transaction goes on.
#[odm_test::test]
async fn what_the_server_refuses_is_not_sent(db: Database, server: Server) {
    people(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    let texts = db
        .transaction(async |mut tx| {
            let out = people.aggregate().stage(doc! { "$out": "others" }).session(&mut tx).await.map(drop);
            let merge = people.aggregate().session(&mut tx).merge::<Person>(|merge| merge).await;
            let stats = people.aggregate().stage(doc! { "$indexStats": {} }).session(&mut tx).await.map(drop);
            let list = db.run_command::<Document>(doc! { "listCollections": 1 }).session(&mut tx).await;
            let pipeline = doc! { "aggregate": "people", "pipeline": [{ "$out": "others" }], "cursor": {} };
            let raw = db.run_command::<Document>(pipeline).session(&mut tx).await;
            let commit = db.run_command::<Document>(doc! { "commitTransaction": 1 }).session(&mut tx).await;
            let errors = [out, merge, stats, list.map(drop), raw.map(drop), commit.map(drop)];
            people.insert_one(&person("ada", 36)).session(&mut tx).await?;
            Ok(errors.map(|error| error.unwrap_err().to_string()))
        })
        .await
        .unwrap();
    let name = db.name();
    let writes = "run the aggregation outside of the transaction, or write its rows with `insert_many`; nothing was sent";
    assert_eq!(
        texts,
        [
            format!("aggregate on {name}.people: `$out` cannot be part of a transaction: {writes}"),
            format!("aggregate on {name}.people: `$merge` cannot be part of a transaction: {writes}"),
            format!(
                "aggregate on {name}.people: `$indexStats` cannot be part of a transaction: it reads the state of the \
                 server, not documents; nothing was sent"
            ),
            format!(
                "run_command on {name}: `listCollections` cannot be part of a transaction: run it outside of the \
                 transaction; nothing was sent"
            ),
            format!("run_command on {name}: `$out` cannot be part of a transaction: {writes}"),
            format!(
                "run_command on {name}: `commitTransaction` cannot be part of a transaction: return `Ok` from the body, \
                 or call `commit`; nothing was sent"
            ),
        ],
    );
    let sent: Vec<_> =
        commands.take_whole().iter().map(|command| command.keys().next().cloned().unwrap()).collect();
    assert_eq!(sent, ["insert", "commitTransaction"]);

    // Outside of a transaction, a session allows them.
    let mut session = db.session().await.unwrap();
    people.aggregate().stage(doc! { "$out": "others" }).session(&mut session).await.map(drop).unwrap();
    assert_eq!(people.count(Filter::all()).session(&mut session).await.unwrap(), 1);
}
