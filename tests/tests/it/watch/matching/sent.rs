//! The stages that filters of documents send, and the filters that are refused.

use odm::{
    Collection, Database,
    bson::{Bson, Document, doc},
    mongodb::options::{FullDocumentBeforeChangeType, FullDocumentType},
    watch::ResumeToken,
};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::{Order, ShopChange};

/// A token of the history of another server.
const TOKEN: &str =
    "826B03E2A3000000032B022C0100296E5A10042D44B4D16E4344EF8CACF24E6F2371F1461E5F6964002B020004";

fn not_of_documents() -> Bson {
    doc! { "operationType": { "$nin": ["insert", "update", "replace", "delete"] } }.into()
}

/// Returns the pipeline of the only command.
fn pipeline(commands: &Commands) -> Vec<Bson> {
    let sent = commands.take_whole();
    let sent = sent.iter().find(|command| command.contains_key("aggregate")).unwrap();
    sent.get_array("pipeline").unwrap().clone()
}

#[odm_test::test]
async fn the_filters_are_sent_before_the_stages_of_the_pipeline(db: Database, server: Server) {
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let orders: Collection<Order> = recorded.collection();
    let after: [Bson; 3] = [
        not_of_documents(),
        doc! { "operationType": "update", "fullDocument": null }.into(),
        doc! { "fullDocument": { "$type": "object" }, "fullDocument.status": { "$eq": "paid" } }.into(),
    ];
    let before = |value: &str| -> [Bson; 2] {
        [
            doc! {
                "operationType": { "$in": ["update", "replace", "delete"] },
                "fullDocumentBeforeChange": null,
            }
            .into(),
            doc! {
                "fullDocumentBeforeChange": { "$type": "object" },
                "fullDocumentBeforeChange.status": { "$eq": value },
            }
            .into(),
        ]
    };
    let matching = |conditions: Vec<Bson>| Bson::from(doc! { "$match": { "$or": conditions } });
    let stage = |options: Document| Bson::from(doc! { "$changeStream": options });

    let inserts = doc! { "$match": { "operationType": "insert" } };
    let changes = orders.watch().stage(inserts.clone()).matching(|o| o.status().eq("paid")).await.unwrap();
    assert_eq!(
        pipeline(&commands),
        [stage(doc! { "fullDocument": "updateLookup" }), matching(after.to_vec()), inserts.into()]
    );
    drop(changes);

    // The change before the stream passes: its document may not match any more.
    let token = ResumeToken::try_from(doc! { "_data": TOKEN }).unwrap();
    let watch = orders.watch().matching(|o| o.status().eq("paid")).resume_after(token);
    drop(watch.await);
    let mut conditions = vec![Bson::from(doc! { "_id._data": TOKEN })];
    conditions.extend(after.clone());
    assert_eq!(pipeline(&commands)[1], matching(conditions));

    let changes = orders
        .watch()
        .matching_before(|o| o.status().eq("open"))
        .full_document_before_change(FullDocumentBeforeChangeType::WhenAvailable)
        .await
        .unwrap();
    let mut conditions = vec![not_of_documents()];
    conditions.extend(before("open"));
    assert_eq!(
        pipeline(&commands),
        [stage(doc! { "fullDocumentBeforeChange": "whenAvailable" }), matching(conditions)]
    );
    drop(changes);

    let changes = orders
        .watch()
        .full_document(FullDocumentType::WhenAvailable)
        .matching_either(|o| o.status().eq("paid"))
        .await
        .unwrap();
    let mut conditions = after.to_vec();
    conditions.extend(before("paid"));
    let options = doc! { "fullDocument": "whenAvailable", "fullDocumentBeforeChange": "required" };
    assert_eq!(pipeline(&commands), [stage(options), matching(conditions)]);
    drop(changes);

    let models = doc! { "$match": { "$or": [
        { "ns.coll": { "$in": ["items", "orders"] } },
        { "ns.coll": { "$exists": false } },
    ] } };
    let watch = recorded.watch::<ShopChange>().matching::<Order, _>(|o| o.status().eq("paid"));
    let changes = watch.await.unwrap();
    let mut conditions = vec![Bson::from(doc! { "ns.coll": { "$ne": "orders" } })];
    conditions.extend(after);
    assert_eq!(
        pipeline(&commands),
        [stage(doc! { "fullDocument": "updateLookup" }), matching(conditions), models.into()]
    );
    drop(changes);
}

#[odm_test::test]
async fn a_filter_that_can_match_nothing_is_refused(db: Database) {
    let orders: Collection<Order> = db.collection();
    let default = FullDocumentType::Other("default".to_owned());
    let error = orders.watch().full_document(default).matching(|o| o.total().gt(1)).await.unwrap_err();
    assert!(error.is_not_sent());
    assert!(
        error.to_string().contains(
            "`matching` tests the documents after changes, and with the `full_document` that was set, the changes of \
             updates do not contain them: set `UpdateLookup`, `WhenAvailable` or `Required`"
        ),
        "{error}"
    );
    let off = FullDocumentBeforeChangeType::Off;
    let watch = orders.watch().matching_before(|o| o.total().gt(1));
    let error = watch.full_document_before_change(off).await.unwrap_err();
    assert!(
        error.is_not_sent()
            && error.to_string().contains(
                "`matching_before` and `matching_either` test the documents before changes, and \
                 `full_document_before_change` is `Off`: set `Required` or `WhenAvailable`"
            ),
        "{error}"
    );
    let error = orders.subscribe("x").matching(|_| doc! { "$where": "true" }).await.unwrap_err();
    assert!(
        error.is_not_sent() && error.to_string().contains("`$where` selects stored documents"),
        "{error}"
    );
}
