//! The sides: each reads and writes the orders as its documentation shows.

use std::hint::black_box;

use futures_util::TryStreamExt as _;
use mongodb::{
    Collection, Database,
    bson::{RawDocumentBuf, doc},
};
use mongodm::ToRepository as _;

use crate::{Outcome, order::Order};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    Typed,
    Mongodm,
    #[cfg(feature = "odm")]
    Odm,
    #[cfg(feature = "oximod")]
    OxiMod,
    /// Documents that are not decoded: the limit for every typed side.
    Bytes,
}

/// The result of a read. It is dropped after the time is taken.
pub(crate) enum Found {
    Orders(Vec<Order>),
    Undecoded(usize),
}

impl Found {
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Orders(orders) => orders.len(),
            Self::Undecoded(count) => *count,
        }
    }
}

#[cfg(feature = "odm")]
const BSON: &str = "bson 3";
#[cfg(feature = "oximod")]
const BSON: &str = "bson 2";

impl Side {
    /// All sides of this build. The ratios of the others refer to the first.
    pub(crate) const ALL: [Self; 4] = [
        Self::Typed,
        Self::Mongodm,
        #[cfg(feature = "odm")]
        Self::Odm,
        #[cfg(feature = "oximod")]
        Self::OxiMod,
        Self::Bytes,
    ];

    pub(crate) fn name(self) -> String {
        match self {
            Self::Typed => format!("driver, typed ({BSON})"),
            Self::Mongodm => "  mongodm".into(),
            #[cfg(feature = "odm")]
            Self::Odm => "  odm".into(),
            #[cfg(feature = "oximod")]
            Self::OxiMod => "  oximod".into(),
            Self::Bytes => "  driver, undecoded bytes".into(),
        }
    }

    /// Writes the orders, and returns how many the side reports as written.
    pub(crate) async fn insert_many(
        self,
        db: &Database,
        orders: &[Order],
        encoded: &[RawDocumentBuf],
    ) -> Outcome<usize> {
        Ok(match self {
            Self::Typed => db.collection::<Order>("orders").insert_many(orders).await?.inserted_ids.len(),
            Self::Mongodm => db.repository::<Order>().insert_many(orders).await?.inserted_ids.len(),
            #[cfg(feature = "odm")]
            Self::Odm => odm(db).insert_many(orders).await?.len(),
            // OxiMod has no such method, but returns the driver's collection.
            #[cfg(feature = "oximod")]
            Self::OxiMod => {
                use oximod::Model as _;
                Order::get_collection()?.insert_many(orders).await?.inserted_ids.len()
            }
            Self::Bytes => bytes(db).insert_many(encoded).await?.inserted_ids.len(),
        })
    }

    /// Reads all orders.
    pub(crate) async fn find(self, db: &Database) -> Outcome<Found> {
        Ok(Found::Orders(match self {
            Self::Typed => db.collection::<Order>("orders").find(doc! {}).await?.try_collect().await?,
            Self::Mongodm => db.repository::<Order>().find(doc! {}).await?.try_collect().await?,
            #[cfg(feature = "odm")]
            Self::Odm => odm(db).find(odm::Filter::all()).await?.try_collect().await?,
            #[cfg(feature = "oximod")]
            Self::OxiMod => {
                use oximod::Queryable as _;
                Order::query().all().await?
            }
            Self::Bytes => return undecoded(db).await.map(Found::Undecoded),
        }))
    }
}

async fn undecoded(db: &Database) -> Outcome<usize> {
    let mut cursor = bytes(db).find(doc! {}).await?;
    let (mut count, mut length) = (0, 0);
    while cursor.advance().await? {
        count += 1;
        length += cursor.current().as_bytes().len();
    }
    black_box(length);
    Ok(count)
}

#[cfg(feature = "odm")]
fn odm(db: &Database) -> odm::Collection<Order> {
    odm::Database::from_driver(db.clone()).collection()
}

fn bytes(db: &Database) -> Collection<RawDocumentBuf> {
    db.collection("orders")
}

/// Encodes the orders, for the side that does not encode while it is timed.
pub(crate) fn encode(orders: &[Order]) -> Outcome<Vec<RawDocumentBuf>> {
    #[cfg(feature = "odm")]
    use mongodb::bson::serialize_to_raw_document_buf as encode;
    #[cfg(feature = "oximod")]
    use mongodb::bson::to_raw_document_buf as encode;
    Ok(orders.iter().map(encode).collect::<Result<_, _>>()?)
}
