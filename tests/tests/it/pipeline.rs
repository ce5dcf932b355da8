//! Pipelines: what the stages render, and the rows that the server returns.

use std::{borrow::Cow, sync::Arc};

use odm::{
    Database, Embedded, Pipeline, Shape,
    bson::{Bson, Document, doc},
    pipeline::{add_to_set, avg, count, divide, first, last, lit, max, min, push, sum},
};
use odm_integration::story::{Order, Status, line, order};

mod arguments;
mod buckets;
mod conversions;
mod gaps;
mod merge;
mod missing;
mod nested;
mod newer;
mod rows;
mod sources;
mod stated_types;
mod tags;
mod window_order;

#[derive(Debug, Clone, PartialEq, Shape)]
struct Revenue {
    #[odm(id)]
    sku: String,
    total: f64,
    lines: i64,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Key {
    status: Status,
    sku: String,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct ByKey {
    #[odm(id)]
    key: Key,
    sold: u64,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct ByStatus {
    #[odm(id)]
    status: Status,
    most: u64,
}

/// Every accumulator over all rows. No field is stored as `_id`.
#[derive(Debug, Clone, PartialEq, Shape)]
struct Everything {
    sum: u64,
    avg: f64,
    min: u32,
    max: u32,
    first: String,
    last: String,
    all: Vec<String>,
    set: Vec<f64>,
    half: f64,
    rows: u32,
}

/// Formats a document, because documents are equal in any order of their fields, and the order matters here.
fn shown(stages: &[Document]) -> Vec<String> {
    stages.iter().map(ToString::to_string).collect()
}

#[test]
fn stages_render_as_in_the_manual() {
    let pipeline = Pipeline::<Order>::new()
        .matching(|o| o.status().eq(Status::Paid))
        .unwind(|o| o.lines())
        .group(|o| RevenueOf {
            sku: o.lines().sku(),
            total: sum(o.lines().price() * o.lines().qty()),
            lines: count(),
        })
        .sort(|r| r.total().desc().then(r.sku().asc()))
        .skip(1)
        .limit(10)
        .stage(doc! { "$sample": { "size": 3 } });
    assert_eq!(
        shown(&pipeline.into_stages().unwrap()),
        shown(&[
            doc! { "$match": { "status": { "$eq": "paid" } } },
            doc! { "$unwind": { "path": "$lines" } },
            doc! { "$group": {
                "_id": "$lines.sku",
                "total": { "$sum": { "$multiply": ["$lines.price", "$lines.qty"] } },
                "lines": { "$count": {} },
            } },
            doc! { "$sort": { "total": -1, "_id": 1 } },
            doc! { "$skip": 1_i64 },
            doc! { "$limit": 10_i64 },
            doc! { "$sample": { "size": 3 } },
        ]),
    );
}

#[test]
fn a_constant_is_never_read_as_a_path_or_an_operator() {
    #[derive(Debug, Shape)]
    struct Text {
        text: String,
        status: Status,
    }
    let pipeline = Pipeline::<Order>::new()
        .group(|_| TextOf { text: first("$reference"), status: first(lit(Status::Open)) });
    assert_eq!(
        pipeline.into_stages().unwrap(),
        [doc! { "$group": {
            "text": { "$first": { "$literal": "$reference" } },
            "status": { "$first": "open" },
            "_id": Bson::Null,
        } }],
    );
}

#[test]
fn an_operand_that_cannot_be_stored_is_an_error_of_the_pipeline() {
    #[derive(Debug, Shape)]
    struct Big {
        big: u64,
    }
    let error =
        Pipeline::<Order>::new().group(|_| BigOf { big: max(lit(u64::MAX)) }).into_stages().unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot be sent: `$group.big`: expected an integer that fits int64, found a number outside its range; nothing was sent",
    );
}

async fn filled(db: &Database) -> odm::Result<odm::Collection<Order>> {
    let orders = db.collection::<Order>();
    let mut all: Vec<Order> = (1..=3).map(order).collect();
    all[2].status = Status::Paid;
    all[2].lines.push(line("plum", 1, 9.0));
    orders.insert_many(&all).await?;
    Ok(orders)
}

#[odm_test::test]
async fn rows_of_unwound_lines_group_into_a_shape(db: Database) -> odm::Result<()> {
    let orders = filled(&db).await?;
    let rows: Vec<Revenue> = orders
        .aggregate()
        .unwind(|o| o.lines())
        .group(|o| RevenueOf {
            sku: o.lines().sku(),
            total: sum(o.lines().price() * o.lines().qty()),
            lines: count(),
        })
        .sort(|r| r.total().desc().then(r.sku().asc()))
        .await?
        .try_collect()
        .await?;
    let row = |sku: &str, total, lines| Revenue { sku: sku.to_owned(), total, lines };
    assert_eq!(rows, [row("pear", 9.0, 3), row("plum", 9.0, 1), row("apple", 3.0, 3)]);
    Ok(())
}

#[odm_test::test]
async fn a_compound_key_is_grouped_again_by_its_parts(db: Database) -> odm::Result<()> {
    let orders = filled(&db).await?;
    let by_key = || {
        orders.aggregate().unwind(|o| o.lines()).group(|o| ByKeyOf {
            key: KeyOf { status: o.status(), sku: o.lines().sku() },
            sold: sum(o.lines().qty()),
        })
    };
    let rows: Vec<ByKey> = by_key()
        .matching(|r| r.key().sku().ne("plum"))
        .sort(|_| doc! { "_id.status": 1, "_id.sku": 1 })
        .await?
        .try_collect()
        .await?;
    let row = |status, sku: &str, sold| ByKey { key: Key { status, sku: sku.to_owned() }, sold };
    assert_eq!(
        rows,
        [
            row(Status::Open, "apple", 3),
            row(Status::Open, "pear", 6),
            row(Status::Paid, "apple", 3),
            row(Status::Paid, "pear", 6),
        ],
    );

    let rows: Vec<ByStatus> = by_key()
        .group(|r| ByStatusOf { status: r.key().status(), most: max(r.sold()) })
        .sort(|_| doc! { "_id": 1 })
        .await?
        .try_collect()
        .await?;
    assert_eq!(
        rows,
        [ByStatus { status: Status::Open, most: 6 }, ByStatus { status: Status::Paid, most: 6 }]
    );
    Ok(())
}

#[odm_test::test]
async fn every_accumulator_returns_its_declared_type(db: Database) -> odm::Result<()> {
    let orders = filled(&db).await?;
    let mut rows: Vec<Everything> = orders
        .aggregate()
        .sort(|o| o.reference().asc())
        .unwind(|o| o.lines())
        .group(|o| EverythingOf {
            sum: sum(o.lines().qty()),
            avg: avg(o.lines().qty()),
            min: min(o.lines().qty()),
            max: max(o.lines().qty()),
            first: first(o.reference()),
            last: last(o.lines().sku()),
            all: push(o.lines().sku()),
            set: add_to_set(o.lines().price()),
            half: sum(divide(o.lines().qty(), 2)),
            rows: count(),
        })
        .await?
        .try_collect()
        .await?;
    let mut row = rows.pop().unwrap();
    assert!(rows.is_empty());
    row.set.sort_by(f64::total_cmp);
    assert_eq!(
        row,
        Everything {
            sum: 19,
            avg: 19.0 / 7.0,
            min: 1,
            max: 6,
            first: "AB-000001".to_owned(),
            last: "plum".to_owned(),
            all: ["apple", "pear", "apple", "pear", "apple", "pear", "plum"].map(String::from).to_vec(),
            set: vec![0.5, 0.75, 9.0],
            half: 9.5,
            rows: 7,
        },
    );
    Ok(())
}

#[odm_test::test]
async fn a_raw_stage_returns_rows_of_the_declared_type(db: Database) -> odm::Result<()> {
    #[derive(Debug, PartialEq, Shape)]
    struct Counted {
        orders: i32,
    }
    let orders = filled(&db).await?;
    let rows: Vec<Counted> =
        orders.aggregate().stage_as::<Counted>(doc! { "$count": "orders" }).await?.try_collect().await?;
    assert_eq!(rows, [Counted { orders: 3 }]);

    let plain: Vec<Order> = orders
        .aggregate()
        .matching(|_| doc! { "status": "paid" })
        .sort(|_| doc! { "_id": 1 })
        .await?
        .try_collect()
        .await?;
    assert_eq!(plain.len(), 1);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Spot {
    row: i32,
}

#[derive(Debug, PartialEq, odm::Model)]
#[odm(collection = "pointers")]
struct Pointers {
    id: i32,
    boxed: Box<Spot>,
    shared: Option<Arc<Spot>>,
    cow: Cow<'static, Spot>,
}

#[derive(Debug, PartialEq, Shape)]
struct Pointed {
    #[odm(id)]
    spot: Spot,
    most: Option<Spot>,
    last: Option<Box<Spot>>,
    all: Vec<Spot>,
    cows: Vec<Spot>,
}

#[odm_test::test]
async fn a_pointer_returns_its_target(db: Database) -> odm::Result<()> {
    let spot = || Spot { row: 1 };
    let pointers = db.collection::<Pointers>();
    let stored =
        Pointers { id: 1, boxed: Box::new(spot()), shared: Some(Arc::new(spot())), cow: Cow::Owned(spot()) };
    pointers.insert_one(&stored).await?;
    let rows: Vec<Pointed> = pointers
        .aggregate()
        .group(|p| PointedOf {
            spot: p.boxed(),
            most: max(p.shared()),
            last: last(p.boxed()),
            all: push(p.boxed()),
            cows: push(p.cow()),
        })
        .await?
        .try_collect()
        .await?;
    let expected = Pointed {
        spot: spot(),
        most: Some(spot()),
        last: Some(Box::new(spot())),
        all: vec![spot()],
        cows: vec![spot()],
    };
    assert_eq!(rows, [expected]);
    Ok(())
}
