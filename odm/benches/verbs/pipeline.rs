//! A pipeline of ten stages, built with typed closures and written by hand.

use odm::{
    Id, Shape,
    bson::{DateTime, Document, doc},
    pipeline::{Pipeline, count, max, sum},
};

use crate::{
    Outcome,
    measure::{side, take_turns},
    order::{Customer, Order, Status, date},
    rounds::Rounds,
};

#[derive(Debug, Shape)]
struct Sales {
    #[odm(id)]
    customer: Id<Customer>,
    lines: i64,
    revenue: f64,
    last: DateTime,
}

fn typed(since: DateTime) -> odm::Result<Vec<Document>> {
    Pipeline::<Order>::new()
        .matching(|o| o.status().eq(Status::Paid) & o.placed_at().gte(since))
        .sort(|o| o.placed_at().desc())
        .limit(1_000)
        .unwind(|o| o.lines())
        .matching(|o| o.lines().qty().gt(3))
        .group(|o| SalesOf {
            customer: o.customer(),
            lines: count(),
            revenue: sum(o.lines().price() * o.lines().qty()),
            last: max(o.placed_at()),
        })
        .matching(|s| s.revenue().gte(100.0))
        .sort(|s| s.revenue().desc().then(s.last().desc()))
        .skip(20)
        .limit(10)
        .into_stages()
}

fn by_hand(since: DateTime) -> Vec<Document> {
    vec![
        doc! { "$match": { "status": { "$eq": "paid" }, "placedAt": { "$gte": since } } },
        doc! { "$sort": { "placedAt": -1 } },
        doc! { "$limit": 1_000_i64 },
        doc! { "$unwind": { "path": "$lines" } },
        doc! { "$match": { "lines.qty": { "$gt": 3 } } },
        doc! { "$group": {
            "_id": "$customer",
            "lines": { "$count": {} },
            "revenue": { "$sum": { "$multiply": ["$lines.price", "$lines.qty"] } },
            "last": { "$max": "$placedAt" },
        } },
        doc! { "$match": { "revenue": { "$gte": 100.0 } } },
        doc! { "$sort": { "revenue": -1, "last": -1 } },
        doc! { "$skip": 20_i64 },
        doc! { "$limit": 10_i64 },
    ]
}

/// Checks that both sides build the same stages.
pub(crate) fn agree() -> Outcome<()> {
    let since = date(7);
    if typed(since)? == by_hand(since) {
        return Ok(());
    }
    Err("the sides do not agree on the pipeline".into())
}

/// Measures both sides in turns.
pub(crate) fn measure(turns: usize) -> Outcome<Rounds<2>> {
    agree()?;
    let since = date(7);
    Ok(take_turns(turns, [side(|| typed(since)), side(|| by_hand(since))]))
}
