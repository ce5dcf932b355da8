//! The tag of an enum with data, in every context that takes a field.

use odm::{
    Database, Embedded, Filter, Id, Model, Pipeline, Shape, Value,
    bson::{DateTime, doc},
    index::Index,
    pipeline::{add_to_set, count, push},
};

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "state", rename_all = "lowercase")]
enum Status {
    Open,
    Sent { carrier: String },
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "kind", content = "data", rename_all = "lowercase")]
enum Payment {
    Cash(i32),
    Card { last4: String },
}

#[derive(Debug, Clone, PartialEq, Embedded)]
#[serde(rename_all = "camelCase")]
struct Stamps {
    created_at: DateTime,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "parcels")]
#[odm(index(status.state, stamps.created_at = -1), index(payments.kind), index(stamps.created_at, ttl = "1d"))]
struct Parcel {
    #[odm(id)]
    id: i32,
    status: Status,
    before: Option<Status>,
    payments: Vec<Payment>,
    #[serde(flatten)]
    stamps: Stamps,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct ByState {
    #[odm(id)]
    state: String,
    parcels: i64,
    before: Vec<Option<String>>,
    kinds: Vec<Vec<String>>,
}

fn parcels() -> [Parcel; 3] {
    let stamps = || Stamps { created_at: DateTime::from_millis(0) };
    let sent = || Status::Sent { carrier: "post".to_owned() };
    let parcel = |id, status, before, payments| Parcel { id, status, before, payments, stamps: stamps() };
    [
        parcel(1, Status::Open, None, vec![]),
        parcel(
            2,
            sent(),
            Some(Status::Open),
            vec![Payment::Cash(5), Payment::Card { last4: "4242".to_owned() }],
        ),
        parcel(3, sent(), None, vec![Payment::Cash(1)]),
    ]
}

#[odm_test::test]
async fn rows_are_grouped_counted_and_sorted_by_a_tag(db: Database) -> odm::Result<()> {
    let collection = db.collection::<Parcel>();
    collection.insert_many(parcels()).await?;
    let rows: Vec<ByState> = collection
        .aggregate()
        .sort(|p| p.status().state().asc().then(p.id().asc()))
        .group(|p| ByStateOf {
            state: p.status().state(),
            parcels: count(),
            before: push(p.before().state()),
            kinds: push(p.payments().kind()),
        })
        .sort(|row| row.parcels().desc())
        .await?
        .try_collect()
        .await?;
    let text = |text: &str| text.to_owned();
    let row = |state: &str, parcels, before, kinds| ByState { state: text(state), parcels, before, kinds };
    assert_eq!(
        rows,
        [
            row(
                "sent",
                2,
                vec![Some(text("open")), None],
                vec![vec![text("cash"), text("card")], vec![text("cash")]]
            ),
            row("open", 1, vec![None], vec![vec![]]),
        ],
    );
    Ok(())
}

#[odm_test::test]
async fn a_tag_is_found_sorted_and_listed_as_a_string(db: Database) -> odm::Result<()> {
    let collection = db.collection::<Parcel>();
    collection.insert_many(parcels()).await?;
    let p = Parcel::fields();
    let find = collection
        .find(p.status().state().starts_with("s"))
        .sort(p.status().state().asc().then(p.id().desc()));
    let ids: Vec<i32> =
        find.await?.try_collect::<Vec<Parcel>>().await?.iter().map(|parcel| parcel.id).collect();
    assert_eq!(ids, [3, 2]);
    assert_eq!(collection.count(p.payments().kind().eq("card")).await?, 1);
    let mut states: Vec<String> = collection.distinct(p.status().state(), Filter::all()).await?;
    states.sort();
    assert_eq!(states, ["open", "sent"]);
    Ok(())
}

#[test]
fn a_tag_and_a_flattened_field_may_be_index_keys() {
    let names: Vec<String> = Parcel::indexes().iter().map(Index::name).collect();
    assert_eq!(names, ["status.state_1_createdAt_-1", "payments.kind_1", "createdAt_1"]);
}

/// The tag may have any name, and other items may have the same name.
#[derive(Debug, Value)]
#[serde(tag = "@type")]
enum Odd {
    Type { n: i32 },
    Crate { n: i32 },
    Super,
}

#[derive(Debug, Value)]
#[serde(tag = "my-kind")]
enum Dashed {
    One,
    #[serde(untagged)]
    Any(Loose),
}

#[derive(Debug, Embedded)]
struct Loose {
    n: i32,
}

#[derive(Debug, Model)]
#[odm(collection = "odds")]
struct Odds {
    id: Id<Odds>,
    odd: Odd,
    dashed: Dashed,
    #[serde(flatten)]
    flat: Flat,
}

#[derive(Debug, Value)]
#[serde(tag = "flatKind")]
enum Flat {
    Here { x: i32 },
}

#[derive(Debug, Model)]
#[serde(tag = "kind")]
#[odm(collection = "events")]
enum Event {
    Made { id: Id<Event>, by: String },
    Gone { id: Id<Event> },
}

#[test]
fn a_tag_of_every_name_has_an_accessor() {
    let o = Odds::fields();
    assert_eq!(o.odd().type_().name(), "odd.@type");
    assert_eq!(
        o.odd().r#type().n().eq(1).to_string(),
        r#"{ "odd.@type": { "$eq": "Type" }, "odd.n": { "$eq": 1 } }"#
    );
    assert_eq!(
        o.odd().crate_().n().eq(1).to_string(),
        r#"{ "odd.@type": { "$eq": "Crate" }, "odd.n": { "$eq": 1 } }"#
    );
    assert_eq!(o.odd().super_().is_variant().to_string(), r#"{ "odd.@type": { "$eq": "Super" } }"#);
    assert_eq!(
        o.dashed().my_kind().is_null_or_missing().to_string(),
        r#"{ "dashed.my-kind": { "$eq": null } }"#
    );
    assert_eq!(o.flat().flat_kind().eq("Here").to_string(), r#"{ "flatKind": { "$eq": "Here" } }"#);
    assert_eq!(Event::fields().kind().ne("Made").to_string(), r#"{ "kind": { "$ne": "Made" } }"#);
}

#[test]
fn a_tag_is_compared_and_used_in_a_literal() {
    #[derive(Debug, Shape)]
    struct Kinds {
        kinds: Vec<String>,
    }
    let stages = Pipeline::<Event>::new()
        .matching_expr(|e| e.kind().ne("Made"))
        .group(|e| KindsOf { kinds: add_to_set(e.kind()) })
        .into_stages()
        .unwrap();
    assert_eq!(
        stages,
        [
            doc! { "$match": { "$expr": { "$ne": ["$kind", "Made"] } } },
            doc! { "$group": { "kinds": { "$addToSet": "$kind" }, "_id": null } },
        ],
    );
}
