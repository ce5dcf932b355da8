//! Update pipelines: what stages render, and how the server changes a document.

use odm::{
    Database, Embedded, Filter, Id, Model, Update, Value,
    bson::{DateTime, Decimal128, Document, doc},
    mongodb::options::UpdateModifications,
    pipeline::{cond, divide, lit, now, rand, root, switch},
    update::ComputedUpdate,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Value)]
struct Cents(i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Value)]
#[serde(rename_all = "lowercase")]
enum Size {
    Small,
    Large,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Label {
    text: String,
    copies: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "baskets")]
struct Basket {
    id: Id<Basket>,
    owner: String,
    price: f64,
    qty: u32,
    small: i32,
    total: f64,
    cents: Cents,
    exact: Decimal128,
    rebate: Option<f64>,
    note: Option<String>,
    size: Size,
    label: Option<Label>,
    lines: Vec<Label>,
    counts: Vec<i64>,
    smalls: Vec<i32>,
    changed: DateTime,
}

fn basket() -> Basket {
    Basket {
        id: Id::new(),
        owner: "ada".into(),
        price: 2.5,
        qty: 4,
        small: 3,
        total: 0.0,
        cents: Cents(0),
        exact: "1.5".parse().unwrap(),
        rebate: None,
        note: Some("n".into()),
        size: Size::Small,
        label: Some(Label { text: "l".into(), copies: 1 }),
        lines: vec![],
        counts: vec![1, 2],
        smalls: vec![7],
        changed: DateTime::from_millis(0),
    }
}

fn stages(update: impl odm::update::IntoUpdate<Basket>) -> Vec<Document> {
    match update.into_update().into_parts().unwrap() {
        (UpdateModifications::Pipeline(stages), filters) if filters.is_empty() => stages,
        other => panic!("not stages: {other:?}"),
    }
}

/// Stages, what they render, and the basket after the update.
type Case = (ComputedUpdate<Basket>, Vec<Document>, fn(&mut Basket));

fn set(fields: Document) -> Vec<Document> {
    vec![doc! { "$set": fields }]
}

/// One field, one value.
fn values() -> Vec<Case> {
    let b = Basket::fields();
    vec![
        (
            Update::computed().set(b.total(), |b| b.price() * b.qty()),
            set(doc! { "total": { "$multiply": ["$price", "$qty"] } }),
            |it| it.total = 10.0,
        ),
        // The number has the type of the field.
        (
            Update::computed().set(b.total(), |b| b.qty()),
            set(doc! { "total": { "$toDouble": "$qty" } }),
            |it| it.total = 4.0,
        ),
        (
            Update::computed().set(b.qty(), |b| b.small()),
            set(doc! { "qty": { "$toLong": "$small" } }),
            |it| {
                it.qty = 3;
            },
        ),
        (
            Update::computed().set(b.counts(), |b| b.smalls()),
            set(doc! { "counts": { "$map": { "input": "$smalls", "in": { "$toLong": "$$this" } } } }),
            |it| it.counts = vec![7],
        ),
        (
            Update::computed().set(b.small(), |b| (b.qty() + 1).to_int()),
            set(doc! { "small": { "$toInt": { "$add": ["$qty", 1] } } }),
            |it| it.small = 5,
        ),
        (
            Update::computed().set(b.cents(), |b| (b.price() * 100).to_long().as_::<Cents>()),
            set(doc! { "cents": { "$toLong": { "$multiply": ["$price", 100] } } }),
            |it| it.cents = Cents(250),
        ),
        (
            Update::computed().set(b.exact(), |b| b.qty().to_decimal()),
            set(doc! { "exact": { "$toDecimal": "$qty" } }),
            |it| it.exact = "4".parse().unwrap(),
        ),
        (Update::computed().set(b.qty(), |_| 7), set(doc! { "qty": 7_i64 }), |it| it.qty = 7),
        (Update::computed().set(b.size(), |_| Size::Large), set(doc! { "size": "large" }), |it| {
            it.size = Size::Large;
        }),
        (
            Update::computed().set(b.note(), |_| "$owner"),
            set(doc! { "note": { "$literal": "$owner" } }),
            |it| it.note = Some("$owner".into()),
        ),
        (Update::computed().set(b.note(), |b| b.owner()), set(doc! { "note": "$owner" }), |it| {
            it.note = Some("ada".into());
        }),
        (Update::computed().set(b.rebate(), |_| None::<f64>), set(doc! { "rebate": null }), |it| {
            it.rebate = None;
        }),
        (
            Update::computed().set(b.total(), |b| b.rebate().if_null(1)),
            set(doc! { "total": { "$ifNull": ["$rebate", 1.0] } }),
            |it| it.total = 1.0,
        ),
        (
            Update::computed().set(b.label(), |b| LabelOf { text: b.owner(), copies: b.qty() }),
            set(doc! { "label": { "$mergeObjects": [{ "text": "$owner", "copies": "$qty" }] } }),
            |it| it.label = Some(Label { text: "ada".into(), copies: 4 }),
        ),
        (
            Update::computed().set(b.label().copies(), |b| b.qty() % 3),
            set(doc! { "label.copies": { "$mod": ["$qty", 3] } }),
            |it| it.label = Some(Label { text: "l".into(), copies: 1 }),
        ),
    ]
}

/// Conditions, and several stages in sequence.
fn conditions_and_sequences() -> Vec<Case> {
    let b = Basket::fields();
    vec![
        (
            Update::computed()
                .set(b.size(), |b| cond(b.qty().gt(3) & !b.price().lt(1), lit(Size::Large), Size::Small)),
            set(doc! { "size": { "$cond": {
                "if": { "$and": [{ "$gt": ["$qty", 3_i64] }, { "$not": [{ "$lt": ["$price", 1.0] }] }] },
                "then": "large",
                "else": "small",
            } } }),
            |it| it.size = Size::Large,
        ),
        (
            Update::computed().set(b.price(), |b| {
                switch(b.qty().gte(9), 1.0).case(b.qty().gte(3), 1.5).default(b.price()).round().place(1)
            }),
            set(doc! { "price": { "$round": [{ "$switch": {
                "branches": [
                    { "case": { "$gte": ["$qty", 9_i64] }, "then": 1.0 },
                    { "case": { "$gte": ["$qty", 3_i64] }, "then": 1.5 },
                ],
                "default": "$price",
            } }, 1] } }),
            |it| it.price = 1.5,
        ),
        // Both expressions read the document before the stage.
        (
            Update::computed().set(b.price(), |b| b.total()).and_set(b.total(), |b| b.price()),
            set(doc! { "price": "$total", "total": "$price" }),
            |it| (it.price, it.total) = (it.total, it.price),
        ),
        // One stage after the other.
        (
            Update::computed().set(b.price(), |_| 8).set(b.total(), |b| divide(b.price(), 2)),
            vec![
                doc! { "$set": { "price": 8.0 } },
                doc! { "$set": { "total": { "$divide": ["$price", 2] } } },
            ],
            |it| (it.price, it.total) = (8.0, 4.0),
        ),
        (
            Update::computed().unset(b.note()).and_set(b.total(), |_| 1),
            vec![doc! { "$unset": "note" }, doc! { "$set": { "total": 1.0 } }],
            |it| (it.note, it.total) = (None, 1.0),
        ),
        (
            Update::<Basket>::computed()
                .replace_with(|b| cond(b.qty().gt(100), root(), root()))
                .set(b.owner(), |_| "eve"),
            vec![
                doc! { "$replaceWith": { "$cond": {
                    "if": { "$gt": ["$qty", 100_i64] },
                    "then": "$$ROOT",
                    "else": "$$ROOT",
                } } },
                doc! { "$set": { "owner": "eve" } },
            ],
            |it| it.owner = "eve".into(),
        ),
    ]
}

fn cases() -> Vec<Case> {
    values().into_iter().chain(conditions_and_sequences()).collect()
}

#[test]
fn stages_render_in_the_order_in_which_they_are_written() {
    for (update, rendered, _) in cases() {
        assert_eq!(stages(update), rendered);
    }
}

#[odm_test::test]
async fn the_server_applies_the_stages(db: Database) -> odm::Result<()> {
    let baskets = db.collection::<Basket>();
    let b = Basket::fields();
    for (update, _, change) in cases() {
        let mut expected = basket();
        baskets.insert_one(&expected).await?;
        let update_text = update.to_string();
        baskets.update_one(b.id().eq(expected.id), update).await?;
        change(&mut expected);
        assert_eq!(baskets.get(expected.id).await?.as_ref(), Some(&expected), "{update_text}");
        // Byte for byte: every field is stored as the model stores it.
        let stored =
            baskets.driver().clone_with_type::<Document>().find_one(doc! { "_id": expected.id.key() }).await;
        let stored = stored.unwrap().unwrap();
        let declared = Document::from_reader(odm::to_vec(&expected)?.as_slice()).unwrap();
        for (name, value) in declared {
            let found = stored.get(&name).map(odm::bson::Bson::element_type);
            assert!(
                found == Some(value.element_type()) || found.is_none(),
                "{name} after {update_text}: {found:?}"
            );
        }
    }
    Ok(())
}

/// A document value replaces the existing one completely.
#[odm_test::test]
async fn a_document_is_replaced_and_not_merged(db: Database) -> odm::Result<()> {
    let baskets = db.collection::<Basket>();
    let b = Basket::fields();
    let basket = basket();
    baskets.insert_one(&basket).await?;
    let raw = baskets.driver().clone_with_type::<Document>();
    raw.update_one(doc! {}, doc! { "$set": { "label.old": 1 } }).await.unwrap();
    let update = Update::computed().set(b.label(), |b| LabelOf { text: b.owner(), copies: b.qty() });
    baskets.update_one(b.id().eq(basket.id), update).await?;
    let stored = raw.find_one(doc! {}).await.unwrap().unwrap();
    assert_eq!(stored.get_document("label").unwrap(), &doc! { "text": "ada", "copies": 4_i64 });
    Ok(())
}

#[odm_test::test]
async fn every_update_method_accepts_stages(db: Database) -> odm::Result<()> {
    let baskets = db.collection::<Basket>();
    let b = Basket::fields();
    baskets.insert_many([&basket(), &basket()]).await?;
    let total = || Update::computed().set(b.total(), |b| b.price() * b.qty());
    assert_eq!(baskets.update_many(Filter::all(), total()).await?.modified_count, 2);
    let update = Update::computed().set(b.total(), |b| b.total() + 1).and_set(b.changed(), |_| now());
    let after = baskets.find_one_and_update(b.total().eq(10), update).return_new().await?.unwrap();
    assert!((after.total - 11.0).abs() < f64::EPSILON);
    assert!(after.changed > DateTime::from_millis(0));
    baskets.update_one(b.total().eq(11), Update::computed().set(b.total(), |_| rand())).await?;
    assert_eq!(baskets.count(b.total().gte(0) & b.total().lt(1)).await?, 1);
    let fresh = basket();
    let replaced = Update::<Basket>::computed().replace_with(|_| lit(fresh.clone()));
    let upserted = baskets.update_one(b.id().eq(fresh.id), replaced).upsert(true).await?;
    assert!(upserted.upserted_id.is_some());
    assert_eq!(baskets.get(fresh.id).await?, Some(fresh));
    Ok(())
}

#[odm_test::test]
async fn invalid_stages_are_not_sent(db: Database) {
    let baskets = db.collection::<Basket>();
    let b = Basket::fields();
    for (update, expected) in [
        (
            Update::computed().set(b.total(), |_| 1).and_set(b.total(), |_| 2),
            "`total`: expected one change of a field in one update, found two changes of it",
        ),
        (
            Update::computed().set(b.label(), |_| None::<Label>).and_set(b.label().copies(), |_| 2),
            "`label`: expected one change of a field in one update, found a change of it and one of `label.copies` inside it",
        ),
        (
            Update::computed().set(b.lines().at(0).copies(), |_| 2),
            "`lines.0.copies`: expected a field that a stage can name, found a position in an array",
        ),
        (
            Update::computed().set(b.label().copies(), |_| lit(u64::MAX)),
            "`label.copies`: expected an integer that fits int64, found a number outside its range",
        ),
    ] {
        let error = baskets.update_many(Filter::all(), update).await.unwrap_err();
        assert!(error.is_not_sent());
        assert!(error.to_string().contains(expected), "{error}");
    }
    // An empty update, and stages beside operators that came as documents.
    let nothing = baskets.update_one(Filter::all(), Update::computed()).await.unwrap_err();
    assert!(nothing.is_not_sent() && nothing.to_string().contains("the update is empty"), "{nothing}");
    let mixed =
        Update::raw(doc! { "$set": { "qty": 1 } }) + Update::raw_pipeline(vec![doc! { "$unset": "note" }]);
    let mixed = baskets.update_one(Filter::all(), mixed).await.unwrap_err();
    assert!(
        mixed.is_not_sent() && mixed.to_string().contains("a pipeline update without other changes"),
        "{mixed}"
    );
}
