//! Pipelines and commands of a database, and untyped rows.
#![allow(clippy::items_after_statements, reason = "a reply type is declared beside its command")]

use odm::{
    Database, Filter, Shape,
    bson::{Bson, Document, doc},
    pipeline::{count, sum},
};
use odm_integration::story::{Order, order};

#[derive(Debug, PartialEq, Shape)]
struct Item {
    sku: String,
    qty: i32,
}

#[derive(Debug, PartialEq, Shape)]
struct BySku {
    #[odm(id)]
    sku: String,
    qty: i64,
    items: i64,
}

#[odm_test::test]
async fn a_pipeline_of_a_database_begins_with_a_stage_that_produces_rows(db: Database) -> odm::Result<()> {
    let items = doc! { "$documents": [
        { "sku": "pear", "qty": 2 }, { "sku": "plum", "qty": 0 }, { "sku": "pear", "qty": 3 },
    ] };
    let rows: Vec<BySku> = db
        .aggregate()
        .stage_as::<Item>(items.clone())
        .matching(|item| item.qty().gt(0))
        .group(|item| BySkuOf { sku: item.sku(), qty: sum(item.qty()), items: count() })
        .batch_size(1)
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows, [BySku { sku: "pear".to_owned(), qty: 5, items: 2 }]);

    let plain: Vec<Document> =
        db.aggregate().stage(items).stage(doc! { "$limit": 1 }).await?.try_collect().await?;
    assert_eq!(plain, [doc! { "sku": "pear", "qty": 2 }]);

    let mut session = db.start_session().await?;
    let stage = doc! { "$documents": [{ "n": 1 }, { "n": 2 }] };
    let in_session: Vec<Document> =
        db.aggregate().stage(stage).session(&mut session).await?.try_collect().await?;
    assert_eq!(in_session, [doc! { "n": 1 }, doc! { "n": 2 }]);
    Ok(())
}

#[odm_test::test]
async fn a_pipeline_of_a_database_with_another_first_stage_is_refused(db: Database) {
    let error = db.aggregate().stage(doc! { "$match": {} }).await.unwrap_err();
    assert_eq!(error.code(), Some(73), "{error}");
    assert!(error.to_string().starts_with("aggregate on "), "{error}");
}

#[odm_test::test]
async fn a_pipeline_of_a_database_can_be_explained(db: Database) -> odm::Result<()> {
    let stage = doc! { "$documents": [{ "n": 1 }] };
    let explained = db.aggregate().stage(stage).explain().await?;
    assert!(explained.raw().contains_key("stages"), "{}", explained.raw());
    Ok(())
}

#[odm_test::test]
async fn a_reply_is_decoded_as_the_requested_type(db: Database) -> odm::Result<()> {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct BuildInfo {
        version: String,
        max_bson_object_size: i32,
    }
    let info: BuildInfo = db.run_command(doc! { "buildInfo": 1 }).await?;
    assert_eq!(info.max_bson_object_size, 16 * 1024 * 1024);
    assert!(info.version.contains('.'));

    let reply = db.run_command::<Document>(doc! { "ping": 1 }).await?;
    assert_eq!(reply.get("ok"), Some(&Bson::Double(1.0)));

    let mut session = db.start_session().await?;
    let reply: Document = db.run_command(doc! { "ping": 1 }).session(&mut session).await?;
    assert_eq!(reply.get("ok"), Some(&Bson::Double(1.0)));
    Ok(())
}

#[odm_test::test]
async fn a_failed_command_is_an_error(db: Database) {
    let error = db.run_command::<Document>(doc! { "nothingOfTheKind": 1 }).await.unwrap_err();
    assert_eq!(error.code(), Some(59), "{error}");

    #[derive(Debug, Shape)]
    struct Pong {
        #[allow(dead_code)]
        pong: i32,
    }
    let error = db.run_command::<Pong>(doc! { "ping": 1 }).await.unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!(error.decode_error().map(|error| error.path().clone()).as_deref(), Some("pong"));

    let error = db.run_command::<Document>(doc! {}).await.unwrap_err();
    assert!(error.is_not_sent(), "{error}");
}

#[odm_test::test]
async fn untyped_documents_are_read_unchanged(db: Database) -> odm::Result<()> {
    let orders = db.collection::<Order>();
    let stored = order(1);
    orders.insert_one(&stored).await?;
    orders
        .driver()
        .insert_one(doc! { "_id": "odd", "lines": "none" })
        .await
        .map_err(odm::Error::from_driver)?;
    let odd = doc! { "_id": "odd", "lines": "none" };

    let found: Vec<Document> = orders.find(doc! { "_id": "odd" }).as_documents().await?.try_collect().await?;
    assert_eq!(found, std::slice::from_ref(&odd));
    let found = orders.find_one(doc! { "_id": "odd" }).as_document().await?;
    assert_eq!(found, Some(odd.clone()));
    let rows: Vec<Document> =
        orders.aggregate().matching(|_| doc! { "_id": "odd" }).as_documents().await?.try_collect().await?;
    assert_eq!(rows, [odd]);

    // The type of an unwound row is only a marker, so its rows are read as documents.
    let lines: Vec<Document> = orders
        .aggregate()
        .matching(|o| o.id().eq(stored.id))
        .unwind(|o| o.lines())
        .as_documents()
        .await?
        .try_collect()
        .await?;
    assert_eq!(lines.len(), stored.lines.len());
    let counted: Vec<Document> =
        orders.aggregate().stage_as::<Document>(doc! { "$count": "n" }).await?.try_collect().await?;
    assert_eq!(counted, [doc! { "n": 2 }]);
    assert_eq!(orders.count(Filter::all()).await?, 2);
    Ok(())
}

#[odm_test::test]
async fn a_sample_rate_is_valid_in_find_and_count(db: Database) -> odm::Result<()> {
    let orders = db.collection::<Order>();
    orders.insert_many(&[order(1), order(2)]).await?;
    assert_eq!(orders.count(Filter::sample_rate(1.0)).await?, 2);
    assert_eq!(orders.find(Filter::sample_rate(0.0)).await?.try_collect::<Vec<Order>>().await?, []);
    Ok(())
}

#[odm_test::test]
async fn after_a_shutdown_nothing_is_sent(db: Database) -> odm::Result<()> {
    let orders = db.collection::<Order>();
    orders.insert_one(&order(1)).await?;
    let cursor = orders.find(Filter::all()).await?;
    db.shutdown().await;
    drop(cursor);
    let error = orders.find(Filter::all()).await.map(drop).unwrap_err();
    assert!(error.is_not_sent(), "{error}");
    assert!(error.to_string().ends_with(": the client has been shut down; nothing was sent"), "{error}");
    Ok(())
}
