//! The two forms of the documents, and the migration from one to the other.

use std::ops::Range;

use odm::{
    Database, Model,
    bson::{Document, doc},
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
    #[serde(default)]
    rewrites: u32,
}

/// The new form: the total is a number of cents.
#[derive(Debug, Model)]
#[odm(collection = "orders")]
pub(crate) struct Order {
    pub(crate) id: u32,
    pub(crate) cents: i64,
    /// The service counts visits, in both forms.
    pub(crate) visits: u32,
    /// How often the document was rewritten.
    pub(crate) rewrites: u32,
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
                rewrites: old.rewrites + 1,
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
    doc! { "_id": i64::from(id), "total": total, "visits": 0, "note": "a string of some length, as documents have it" }
}

/// Inserts orders in the old form.
pub(crate) async fn insert_old(db: &Database, ids: Range<u32>) -> anyhow::Result<()> {
    let mut ids = ids.peekable();
    while ids.peek().is_some() {
        super::undecoded(db).insert_many(ids.by_ref().take(10_000).map(old)).await?;
    }
    Ok(())
}
