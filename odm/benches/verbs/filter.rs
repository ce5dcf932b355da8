//! A filter of five conditions, built with typed paths and written by hand.

use odm::{
    Id, Model,
    bson::{DateTime, Document, doc, oid::ObjectId},
};

use crate::{
    Outcome,
    measure::{side, take_turns},
    order::{Customer, Order, Status, date},
    rounds::Rounds,
};

fn typed(customer: Id<Customer>, since: DateTime) -> odm::Result<Document> {
    let o = Order::fields();
    let filter = o.customer().eq(customer)
        & o.status().eq(Status::Open)
        & o.placed_at().gte(since)
        & o.lines().qty().gt(3)
        & o.ship_to().city().eq("Oslo");
    filter.into_document()
}

fn by_hand(customer: ObjectId, since: DateTime) -> Document {
    doc! {
        "customer": { "$eq": customer },
        "status": { "$eq": "open" },
        "placedAt": { "$gte": since },
        "lines.qty": { "$gt": 3 },
        "shipTo.city": { "$eq": "Oslo" },
    }
}

/// Checks that both sides build the same document.
pub(crate) fn agree() -> Outcome<()> {
    let (customer, since) = (ObjectId::new(), date(7));
    if typed(customer.into(), since)? == by_hand(customer, since) {
        return Ok(());
    }
    Err("the sides do not agree on the filter".into())
}

/// Measures both sides in turns.
pub(crate) fn measure(turns: usize) -> Outcome<Rounds<2>> {
    agree()?;
    let (customer, since) = (ObjectId::new(), date(7));
    Ok(take_turns(turns, [side(|| typed(customer.into(), since)), side(|| by_hand(customer, since))]))
}
