//! Pages of documents: with tokens that continue after a document, or by an offset with the total.
//!
//! ```no_run
//! # use odm::{Database, Id, Model, bson::DateTime};
//! use odm::page::{Page, PageKey};
//!
//! # #[derive(Model)]
//! # #[odm(collection = "orders")]
//! # struct Order { id: Id<Order>, status: String, placed_at: DateTime }
//! # async fn f(db: Database, secret: [u8; 32], token: Option<String>) -> odm::Result<()> {
//! let key = PageKey::new(secret)?; // once per program
//! let (orders, o) = (db.collection::<Order>(), Order::fields());
//!
//! let page: Page<Order> =
//!     orders.find(o.status().eq("open")).sort(o.placed_at().desc()).page(20, &key).token(token).await?;
//! println!("{} orders; more: {:?}", page.items.len(), page.next);
//! # Ok(())
//! # }
//! ```
//!
//! | | [`page`](Find::page) | [`offset_page`](Find::offset_page) |
//! |---|---|---|
//! | continues | after or before a document, by a token | after a number of documents |
//! | documents that are inserted or deleted meanwhile | do not move others | move those after them to another page |
//! | the 1,000th page | costs as much as the first, with an index on the keys | examines all documents before it |
//! | jump to page 7, number of pages | no | yes |
//! | total | with [`with_total`](FindPage::with_total) | always |
//!
//! # Order
//!
//! Pages need a total order, so the `_id` is added to the sort, in the direction of the last key. An index with
//! exactly these keys, or with the reverse of all directions, makes every page fast: for
//! `.sort(o.placed_at().desc())`, the index `{ placedAt: 1, _id: 1 }`.
//!
//! The order is that of the server, also for null, missing fields, NaN and fields of several types. The page after a
//! document is selected by a filter that matches exactly the documents that follow in this order. If many documents
//! are equal in the first key, specify the index, `.hint(o.status().asc().then(o.id().asc()))`: if its keys are those
//! of the sort, the server begins to read the index at the position of the token, and examines no document twice.
//!
//! These sorts are refused, with an error that contains the reason:
//!
//! - by a path that is or passes through an array: the least element of an array decides in one direction, and the
//!   greatest in the other, so a document has no single place. The declared types are checked before anything is sent,
//!   and the documents of the page when they are read.
//! - by a score (`$meta`) or in the natural order;
//! - with a [`collation`](Find::collation), if the `_id` is a string, because different ids can be equal by a
//!   collation;
//! - by values of the deprecated BSON types `undefined` and `DBPointer`, and of `Symbol` with a collation, which filters
//!   and sorts treat differently.
//!
//! A document whose sort key changes between two pages moves, and can be on both or on neither.
//!
//! # Tokens
//!
//! A [`PageToken`] contains the values of the sort keys of one document, the direction, and hashes of the collection, the
//! filter and the sort. It is encrypted and authenticated with a [`PageKey`]: clients cannot read it, and a token that was
//! changed, or that belongs to another query, is refused with an error for which
//! [`is_bad_page_token`](crate::Error::is_bad_page_token) is true. Tokens have no expiry: they stay valid for as long as the
//! key does.
//!
//! If a page has a token [`next`](Page::next), there was a document after it when it was read. The documents may have been
//! deleted since. Then the page is empty, and its own tokens lead back.
//!
//! # Views, references, sessions, requests
//!
//! `orders.find(..).view::<Label>().page(20, &key)` reads a [view](crate::view), which need not contain the sort keys.
//! `orders.find(..).include(|o| o.customer()).page(20, &key)` also [loads](crate::relation) what the documents of the page
//! refer to.
//! `.session(..)` reads in a session or a transaction. The filter, the sort and the limit of a
//! [request](crate::request) are the arguments of a page; [`page_token`](crate::request::Parameters::page_token) allows its
//! token.

mod after;
mod builder;
mod content;
mod fetch;
mod include;
mod keys;
mod keyset;
mod offset;
mod position;
mod projection;
#[cfg(test)]
mod tests;
mod token;

pub use self::{
    keyset::FindPage,
    offset::{FindOffsetPage, OffsetPage},
    token::{IntoPageToken, PageKey, PageToken},
};

use serde::Serialize;

#[cfg(doc)]
use crate::action::Find;

/// A page: its documents, and the tokens of its neighbours.
///
/// Awaiting [`Find::page`](crate::action::Find::page) returns it. serde writes `{ items, next, previous }`, and `total`
/// if it was requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Page<T> {
    /// The documents of the page, in the order of the sort.
    pub items: Vec<T>,
    /// The token of the next page, or `None` if this is the last one.
    pub next: Option<PageToken>,
    /// The token of the previous page, or `None` if this is the first one.
    pub previous: Option<PageToken>,
    /// The number of documents that match the filter, if it was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// Returns `true` if there is no previous page.
    pub fn is_first(&self) -> bool {
        self.previous.is_none()
    }

    /// Returns `true` if there is no next page.
    pub fn is_last(&self) -> bool {
        self.next.is_none()
    }

    /// Converts each document, for example into the type of a response.
    pub fn map<U>(mut self, convert: impl FnMut(T) -> U) -> Page<U> {
        let items = std::mem::take(&mut self.items).into_iter().map(convert).collect();
        self.with_items(items)
    }

    /// Returns the page with these documents.
    fn with_items<U>(self, items: Vec<U>) -> Page<U> {
        let Self { next, previous, total, .. } = self;
        Page { items, next, previous, total }
    }
}

/// Iterates over the documents.
impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// `{ "type": "object", "properties": { "items": [..], "next": .., "previous": .., "total": .. } }`
#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Page<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Page_of_{}", T::schema_name()).into()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        format!("{}::Page<{}>", module_path!(), T::schema_id()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "properties": {
                "items": generator.subschema_for::<Vec<T>>(),
                "next": generator.subschema_for::<Option<PageToken>>(),
                "previous": generator.subschema_for::<Option<PageToken>>(),
                "total": generator.subschema_for::<u64>(),
            },
            "required": ["items", "next", "previous"],
        })
    }
}
