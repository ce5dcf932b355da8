//! The two forms of the documents, and the migration from one to the other.

use std::ops::Range;

use odm::{
    Database, Model,
    bson::{Document, doc, oid::ObjectId},
    migrate::{Migration, Migrations},
    migrations,
};

/// The old form: the total is a string.
#[derive(Debug, Model)]
#[odm(collection = "orders")]
pub(crate) struct OldOrder {
    id: u32,
    total: String,
    visits: u32,
}

/// The field of the new form with a value that each rewrite makes, so that the oplog shows all of them.
pub(crate) const REWRITTEN: &str = "rewritten";
/// A field that neither form declares, as another program stores it.
pub(crate) const NOTE: &str = "a string of some length, as documents have it";

/// The new form: the total is a number of cents.
#[derive(Debug, Model)]
#[odm(collection = "orders")]
pub(crate) struct Order {
    pub(crate) id: u32,
    pub(crate) cents: i64,
    /// The service counts visits, in both forms.
    pub(crate) visits: u32,
    /// A new id in each rewrite, and `None` if the order was stored in this form.
    pub(crate) rewritten: Option<ObjectId>,
}

pub(crate) fn migrations() -> Migrations {
    migrations![
        "totals-in-cents" => Migration::rewrite(OldOrder::fields().total().exists(true), |old: OldOrder| {
            let (euros, cents) = old.total.split_once('.').ok_or("the total has no point")?;
            let number = |text: &str| text.parse::<i64>().map_err(|_| "the total is not a number");
            Ok::<_, &str>(Order {
                id: old.id,
                cents: number(euros)? * 100 + number(cents)?,
                visits: old.visits,
                rewritten: Some(ObjectId::new()),
            })
        }),
    ]
}

/// Returns the total of an order.
pub(crate) fn cents(id: u32) -> i64 {
    i64::from(id) * 7 % 100_000
}

/// Returns an order as a program of the old version stores it.
pub(crate) fn old(id: u32) -> Document {
    let cents = cents(id);
    let total = format!("{}.{:02}", cents / 100, cents % 100);
    doc! { "_id": i64::from(id), "total": total, "visits": 0, "note": NOTE }
}

/// Inserts orders in the old form.
pub(crate) async fn insert_old(db: &Database, ids: Range<u32>) -> anyhow::Result<()> {
    let mut ids = ids.peekable();
    while ids.peek().is_some() {
        super::undecoded(db).insert_many(ids.by_ref().take(10_000).map(old)).await?;
    }
    Ok(())
}

/// Replaces the first rewritten orders as a second rewrite would.
pub(crate) async fn rewrite_again(db: &Database, orders: u32) -> anyhow::Result<()> {
    let mut left = orders;
    if left == 0 {
        return Ok(());
    }
    let mut stored = super::undecoded(db).find(doc! {}).await?;
    while left > 0 && stored.advance().await? {
        let mut order = stored.deserialize_current()?;
        if order.get_object_id(REWRITTEN).is_err() {
            continue;
        }
        left -= 1;
        let id = doc! { "_id": order.get("_id") };
        order.insert(REWRITTEN, ObjectId::new());
        super::undecoded(db).replace_one(id, order).await?;
    }
    Ok(())
}
