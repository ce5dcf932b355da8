//! The options of collections: created, found again, modified in place, and what only an administrator changes.

use std::time::Duration;

use odm::{
    Database, Id, Model,
    bson::{DateTime, Document, doc},
    error::SchemaError,
    index::{Index, IndexType},
    model::{CollectionOptions, Granularity, ShardKey, TimeSeries},
    models,
    mongodb::options::{Collation, CollationStrength},
    schema::{Impact, Models, Schema},
};

use odm_test::Commands;

use super::live;

#[derive(Debug, Clone, Model)]
#[odm(collection = "events", capped(size = 100_000, max = 1_000), pre_and_post_images)]
struct Event {
    id: Id<Event>,
    name: String,
}

#[derive(Debug, Clone, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "readings", index(sensor, measured_at = -1))]
#[odm(time_series(time = measured_at, meta = sensor, granularity = "minutes", expire_after = "90d"))]
struct Reading {
    id: Id<Reading>,
    measured_at: DateTime,
    sensor: String,
    value: f64,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "hours", clustered(expire_after = "30d"))]
struct Hour {
    #[odm(id)]
    begin: DateTime,
    count: i64,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "people", validator, collation(locale = "en", strength = 2), index(name, unique))]
struct Person {
    id: Id<Person>,
    name: String,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "orders", shard_key(customer, id = "hashed"), index(customer, reference))]
struct Order {
    id: Id<Order>,
    customer: i64,
    reference: String,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "things")]
struct Thing {
    id: Id<Thing>,
    name: String,
}

// --- models end here

fn with(db: &Database, options: CollectionOptions) -> Schema {
    db.schema(Models::new().with_options::<Thing>(options))
}

fn new() -> CollectionOptions {
    CollectionOptions::new()
}

/// Returns the options of `listCollections`.
async fn options(db: &Database, collection: &str) -> Document {
    let command = doc! { "listCollections": 1, "filter": { "name": collection } };
    let answer = db.driver().run_command(command).await.unwrap();
    let batch = answer.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    batch[0].as_document().unwrap().get_document("options").unwrap().clone()
}

#[odm_test::test]
async fn collections_are_created_as_declared(db: Database) {
    let schema = db.schema(models![Event, Reading, Hour, Person]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        "\
+ events: create collection (capped, size 100000, max 1000, pre- and post-images) [safe]
+ readings: create collection (time series, time measuredAt, meta sensor, granularity minutes, expires after 90d) [safe]
+ readings: create index sensor_1_measuredAt_-1 [safe]
+ hours: create collection (clustered, expires after 30d) [safe]
+ people: create collection (collation { \"locale\": \"en\", \"strength\": 2 }) with validator [safe]
+ people: create index name_1 (unique) [safe]"
    );
    plan.apply().await.unwrap();
    let again = schema.plan().await.unwrap();
    assert!(again.is_empty(), "{again}");
    schema.verify().await.unwrap();

    assert_eq!(
        options(&db, "events").await,
        doc! {
            "capped": true, "size": 100_096, "max": 1_000,
            "changeStreamPreAndPostImages": { "enabled": true },
        }
    );
    let readings = options(&db, "readings").await;
    assert_eq!(readings.get_i64("expireAfterSeconds").unwrap(), 90 * 86_400);
    let series = readings.get_document("timeseries").unwrap();
    assert_eq!(series.get_str("metaField").unwrap(), "sensor");
    assert_eq!(series.get_str("timeField").unwrap(), "measuredAt");
    assert_eq!(series.get_str("granularity").unwrap(), "minutes");
    assert!(options(&db, "hours").await.contains_key("clusteredIndex"));
    // The index has the collation of its collection: `anna` and `Anna` are one key.
    let people = db.collection::<Person>();
    people.insert_one(&Person { id: Id::new(), name: "anna".to_owned() }).await.unwrap();
    let again = people.insert_one(&Person { id: Id::new(), name: "Anna".to_owned() }).await;
    assert!(again.unwrap_err().is_duplicate_key());
    assert!(live(&db, "people").await[0].contains_key("collation"));

    // A time series is written and read like any collection.
    let readings = db.collection::<Reading>();
    let reading =
        |value| Reading { id: Id::new(), measured_at: DateTime::now(), sensor: "roof".to_owned(), value };
    readings.insert_many([reading(1.0), reading(2.5)]).await.unwrap();
    let r = Reading::fields();
    assert_eq!(readings.count(r.sensor().eq("roof") & r.value().gt(2.0)).await.unwrap(), 1);
}

#[odm_test::test]
async fn what_the_server_can_modify_is_modified_in_place(db: Database) {
    let seconds = Duration::from_secs;
    let series = |granularity| TimeSeries::new("at").meta("m").granularity(granularity);
    let view = |limit: i32| new().view("others", vec![doc! { "$limit": limit }]);
    for (before, after, line) in [
        (new().capped(4_096, None), new().capped(8_000, None), "size 4096 -> 8192 [safe]"),
        (new().capped(8_000, None), new().capped(4_096, None), "size 8192 -> 4096 [safe]"),
        (new().capped(4_096, Some(5)), new().capped(4_096, Some(9)), "max 5 -> 9 [safe]"),
        (new().capped(4_096, Some(5)), new().capped(4_096, None), "max 5 -> none [safe]"),
        (new(), new().pre_and_post_images(), "pre- and post-images off -> on [safe]"),
        (
            new().time_series(series(Granularity::Seconds)),
            new().time_series(series(Granularity::Hours)).expire_after(seconds(3_600)),
            "granularity seconds -> hours; expires after none -> 1h [safe]",
        ),
        (
            new().time_series(series(Granularity::Hours)).expire_after(seconds(3_600)),
            new().time_series(series(Granularity::Hours)),
            "expires after 1h -> none [safe]",
        ),
        (
            new().clustered().expire_after(seconds(60)),
            new().clustered().expire_after(seconds(120)),
            "expires after 1m -> 2m [safe]",
        ),
        (view(1), view(2), r#"pipeline [{ "$limit": 1 }] -> [{ "$limit": 2 }] [safe]"#),
        (view(1), new().view("people", vec![doc! { "$limit": 1 }]), "view on others -> people [safe]"),
    ] {
        with(&db, before.clone()).plan().await.unwrap().apply().await.unwrap();
        assert!(with(&db, before).plan().await.unwrap().is_empty());
        let plan = with(&db, after.clone()).plan().await.unwrap();
        assert_eq!(plan.to_string(), format!("~ things: modify collection: {line}"));
        assert!(with(&db, after.clone()).verify().await.is_err());
        assert_eq!(plan.apply().await.unwrap().to_string(), "modified collection things");
        let again = with(&db, after).plan().await.unwrap();
        assert!(again.is_empty(), "{again}");
        db.driver().run_command(doc! { "drop": "things" }).await.unwrap();
    }
}

#[odm_test::test]
async fn a_smaller_collection_that_has_documents_is_destructive(db: Database) {
    with(&db, new().capped(8_192, None)).plan().await.unwrap().apply().await.unwrap();
    db.driver().collection::<Document>("things").insert_one(doc! { "name": "a" }).await.unwrap();
    let schema = with(&db, new().capped(4_096, Some(10)));
    let plan = schema.plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        "~ things: modify collection: size 8192 -> 4096; max none -> 10 [destructive]\n\
         1 change is destructive: only `apply().allow_destructive()` makes it"
    );
    assert_eq!(plan.apply().await.unwrap().left().len(), 1);
    assert_eq!(schema.plan().await.unwrap().iter().count(), 1, "nothing was changed");
    plan.apply().allow_destructive().await.unwrap();
    assert!(schema.plan().await.unwrap().is_empty());
}

#[odm_test::test]
async fn what_the_server_cannot_modify_is_left_to_an_administrator(db: Database) {
    let advice =
        "the server does not change this: create the collection again and copy its documents [manual]";
    let collation = |locale: &str| Collation::builder().locale(locale).build();
    for (before, after, line) in [
        (new(), new().capped(4_096, None), "type ordinary -> capped"),
        (new(), new().clustered(), "type ordinary -> clustered"),
        (
            new().time_series(TimeSeries::new("at").granularity(Granularity::Hours)),
            new().time_series(TimeSeries::new("at")),
            "granularity hours -> seconds",
        ),
        (
            new().time_series(TimeSeries::new("at")),
            new().time_series(TimeSeries::new("on").meta("m")),
            "time field at -> on; meta field none -> m",
        ),
        (
            new().collation(collation("en")),
            new().collation(collation("de")),
            r#"collation { "locale": "en" } -> { "locale": "de" }"#,
        ),
        (
            new().collation(collation("en")),
            new().collation(Collation::builder().locale("en").strength(CollationStrength::Primary).build()),
            r#"collation { "locale": "en", "strength": 3 } -> { "locale": "en", "strength": 1 }"#,
        ),
        (new(), new().collation(collation("en")), r#"collation simple -> { "locale": "en" }"#),
        (new(), new().view("others", vec![]), "type ordinary -> view"),
    ] {
        with(&db, before.clone()).plan().await.unwrap().apply().await.unwrap();
        let plan = with(&db, after.clone()).plan().await.unwrap();
        let lines: Vec<String> = plan.iter().map(ToString::to_string).collect();
        assert_eq!(lines.first().unwrap(), &format!("! things: {line}: {advice}"));
        assert!(plan.iter().all(odm::schema::SchemaChange::is_manual), "{plan}");
        let applied = plan.apply().allow_destructive().allow_narrowing().await.unwrap();
        assert!(applied.is_empty() && applied.left().len() == lines.len(), "{applied}");
        let error = with(&db, after).verify().await.unwrap_err();
        assert!(matches!(error.schema(), Some(SchemaError::Outdated { .. })), "{error}");
        let again = with(&db, before).plan().await.unwrap();
        assert!(again.is_empty(), "{again}");
        db.driver().run_command(doc! { "drop": "things" }).await.unwrap();
    }
}

#[odm_test::test]
async fn options_that_no_model_declares_are_reported_or_known(db: Database) {
    let create = doc! {
        "create": "things", "capped": true, "size": 4_096,
        "changeStreamPreAndPostImages": { "enabled": true }, "collation": { "locale": "en" },
    };
    db.driver().run_command(create).await.unwrap();
    let schema = db.schema(models![Thing]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        "\
? things: option capped, size 4096 is not declared
? things: option collation { \"locale\": \"en\" } is not declared
? things: option pre- and post-images is not declared"
    );
    assert!(!plan.is_pending());
    schema.verify().await.unwrap();
    assert!(schema.clone().known_options::<Thing>().plan().await.unwrap().is_empty());

    let before = options(&db, "things").await;
    plan.apply().allow_destructive().await.unwrap();
    assert_eq!(options(&db, "things").await, before);

    let dropping = schema.drop_undeclared();
    let plan = dropping.plan().await.unwrap();
    let first = plan.iter().next().unwrap();
    // The collection has no documents, but a change stream may need the images of those to come.
    assert_eq!(
        first.to_string(),
        "~ things: modify collection: pre- and post-images on -> off [destructive]"
    );
    assert!(plan.apply().await.unwrap().is_empty());
    plan.apply().allow_destructive().await.unwrap();
    assert!(!options(&db, "things").await.contains_key("changeStreamPreAndPostImages"));
    let known = dropping.known_options::<Thing>().plan().await.unwrap();
    assert!(known.is_empty(), "{known}");
}

#[odm_test::test]
async fn a_collection_that_someone_else_created_otherwise_is_a_conflict(db: Database) {
    let schema = with(&db, new().capped(4_096, None));
    let plan = schema.plan().await.unwrap();
    db.driver().create_collection("things").await.unwrap();
    let error = plan.apply().await.unwrap_err();
    assert!(matches!(error.schema(), Some(SchemaError::CollectionConflict { .. })), "{error}");
    assert!(
        error
            .to_string()
            .ends_with("the collection `things` differs from the declared one: type ordinary -> capped"),
        "{error}"
    );
    // As planned, it is no conflict.
    db.driver().run_command(doc! { "drop": "things" }).await.unwrap();
    db.driver().run_command(doc! { "create": "things", "capped": true, "size": 4_096 }).await.unwrap();
    assert!(plan.apply().await.unwrap().is_empty());
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_create_and_modify_at_once(db: Database) {
    let series = |granularity| {
        let series = TimeSeries::new("at").granularity(granularity);
        with(&db, new().time_series(series).collation(Collation::builder().locale("en").build()))
    };
    for schema in [series(Granularity::Seconds), series(Granularity::Hours)] {
        let plan = schema.plan().await.unwrap();
        assert_eq!(plan.iter().count(), 1);
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let plan = plan.clone();
            tasks.spawn(async move { plan.apply().await });
        }
        for applied in tasks.join_all().await {
            if let Err(error) = applied {
                panic!("{error}: {:?}", error.server_message());
            }
        }
        let again = schema.plan().await.unwrap();
        assert!(again.is_empty(), "{again}");
    }
}

#[odm_test::test]
async fn commands_that_a_cluster_sends_to_every_shard_are_found(db: Database, commands: Commands) {
    let orders = db.collection::<Order>();
    let o = Order::fields();
    drop(orders.find(o.customer().eq(7)).await.unwrap());
    orders.update_many(o.customer().in_([7, 8]), o.reference().set("x")).await.unwrap();
    orders.insert_one(&Order { id: Id::new(), customer: 7, reference: "a".to_owned() }).await.unwrap();
    commands.assert_targeted::<Order>();
    drop(orders.find(o.reference().eq("a")).await.unwrap());
    orders.count(o.customer().eq(7)).await.unwrap();
    let untargeted = commands.take_untargeted::<Order>();
    assert_eq!(untargeted.len(), 1);
    assert_eq!(untargeted[0].get_str("find").unwrap(), "orders");
}

#[odm_test::test]
async fn a_shard_key_is_a_command_for_an_administrator(db: Database) {
    let schema = db.schema(models![Order]);
    let plan = schema.plan().await.unwrap();
    let command =
        format!(r#"sh.shardCollection("{}.orders", {{ "customer": 1, "_id": "hashed" }})"#, db.name());
    assert_eq!(
        plan.to_string(),
        format!(
            "\
+ orders: create collection [safe]
+ orders: create index customer_1_reference_1 [safe]
? orders: the shard key needs a sharded cluster: run `{command}` on one of its routers (mongos)"
        )
    );
    let error = plan.apply().await.err();
    assert!(error.is_none());
    // There is nothing to do without a cluster.
    assert!(!schema.plan().await.unwrap().is_pending());
    schema.verify().await.unwrap();
    assert!(schema.known_options::<Order>().plan().await.unwrap().is_empty());
}

#[odm_test::test]
async fn declarations_that_no_database_can_have_are_refused(db: Database) {
    let shard_key = || ShardKey::new().key("customer", IndexType::Ascending);
    let unique = Index::new().key("name", IndexType::Ascending).unique();
    let models = Models::new()
        .with_indexes::<Thing>([unique])
        .with_options::<Thing>(new().capped(1, None).shard_key(shard_key()));
    let error = db.schema(models).plan().await.unwrap_err();
    assert!(error.is_not_sent());
    assert!(
        error.to_string().ends_with(
            "the collection `things` of `it::schema::collections::Thing` has a shard key, but is capped: such a \
             collection is on one shard; index `name_1` of `it::schema::collections::Thing` is unique and does not \
             begin with the shard key { \"customer\": 1 }: no shard knows the documents of the others; nothing was \
             sent"
        ),
        "{error}"
    );
    let validated = Models::new().with_validator::<Thing>(odm::model::Validator::new());
    let error = db
        .schema(validated.with_options::<Thing>(new().time_series(TimeSeries::new("at"))))
        .plan()
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("is a time series with a validator: the server validates no measurements"),
        "{error}"
    );
    let unknown = new().collation(Collation::builder().locale("xx").build());
    let error = with(&db, unknown).plan().await.unwrap_err();
    assert!(
        error.to_string().contains(
            "the server refuses the collation of the collection `things`; its message is in `server_message()`"
        ),
        "{error}"
    );
    assert_eq!(Impact::Manual.to_string(), "manual");
}

/// What is refused before it is sent, the server refuses too, and it accepts the others.
#[odm_test::test]
async fn indexes_of_a_time_series_are_refused_as_by_the_server(db: Database) {
    use odm::index::IndexType::{Ascending, Geo2d, Geo2dSphere, Hashed};
    let series = new().time_series(TimeSeries::new("at").meta("sensor"));
    let english = || Collation::builder().locale("en").build();
    let on = |field: &str, index_type| Index::new().key(field, index_type);
    with(&db, series.clone()).plan().await.unwrap().apply().await.unwrap();
    for index in [
        on("value", Hashed),
        on("value", Geo2d),
        on("spot", Geo2dSphere),
        on("spot", Geo2dSphere).collation(english()),
        on("sensor.kind", Hashed),
        on("sensor.spot", Geo2d),
        on("sensor.spot", Geo2dSphere).collation(english()),
        on("value", Ascending).sparse(),
        on("sensor", Ascending).key("at", Ascending).sparse(),
        on("name", Ascending).collation(english()),
        on("name", Ascending).collation(english()).partial(Thing::fields().name().gt("m")),
        on("name", Ascending).partial(Thing::fields().name().gt("m")),
    ] {
        let models =
            Models::new().with_indexes::<Thing>([index.clone()]).with_options::<Thing>(series.clone());
        let plan = db.schema(models.clone()).plan().await;
        let create = doc! { "createIndexes": "things", "indexes": [index.to_document()] };
        let sent = db.driver().run_command(create).await;
        assert_eq!(plan.is_ok(), sent.is_ok(), "{index:?}: {plan:?} {sent:?}");
        if sent.is_ok() {
            assert!(db.schema(models).plan().await.unwrap().is_empty(), "{index:?}");
            db.driver().run_command(doc! { "dropIndexes": "things", "index": "*" }).await.unwrap();
        }
    }
}
