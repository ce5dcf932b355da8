//! `.offset_page(..)`: pages by the number of documents before them, with the total.

use mongodb::{
    bson::{Document, RawDocumentBuf},
    options::FindOptions,
};
use serde::Serialize;

use super::{
    builder::builder,
    fetch::{Fetched, Prepared, Rows, Settings, Source, limit, pageable, total},
    keys::with_id,
};
use crate::{
    action::{Find, ImplicitSession, ReadAs},
    error::{Error, Result},
    model::Model,
    operation::{Operation, Verb},
    query::Query,
    value::OwnedRow,
};

const OFFSET_PAGE: Verb = Verb::reads("offset_page", "find");

impl<M: Model, S> Find<M, S> {
    /// Reads the documents after the first `skip` ones, at most `limit`, and the number of all.
    ///
    /// `{ find: <collection>, filter: { .. }, sort: { .., _id: 1 }, skip: skip, limit: limit, batchSize: limit }`, and
    /// at the same time, or before it in a session, the command of [`count`](crate::Collection::count).
    ///
    /// These are two commands and not one with `$facet`, which reads every matching document as a whole and cannot use an
    /// index for the order: with 100,000 documents, it took as long without an index, and 3 to 8 times as long otherwise.
    ///
    /// The server examines every document that is skipped and every one that is counted. An inserted or deleted document
    /// moves those after it to another page: [`page`](Find::page) has neither disadvantage.
    ///
    /// Awaiting it returns an [`OffsetPage`].
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_not_sent`](crate::Error::is_not_sent): the limit is 0, or the find has a `skip`, a `limit`, a `min`, a
    ///   `max` or another option that a page sets itself.
    /// - [`is_decode`](crate::Error::is_decode): a stored document does not fit the declared type.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// let u = User::fields();
    /// let page = users.find(u.age().gte(18)).sort(u.name().asc()).offset_page(40, 20).await?;
    /// println!("page {} of {}, {} adults", page.number(), page.pages(), page.total);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "paginate")]
    pub fn offset_page(self, skip: u64, limit: u64) -> FindOffsetPage<M, M, S> {
        FindOffsetPage::new(self, Rows::decoded(), skip, limit)
    }
}

impl<M: Model, V, S> ReadAs<Find<M, S>, V> {
    /// Reads the documents after the first `skip` ones as the view: see [`Find::offset_page`].
    pub fn offset_page(self, skip: u64, limit: u64) -> FindOffsetPage<M, V, S>
    where
        V: OwnedRow,
    {
        FindOffsetPage::new(self.into_action(), Rows::decoded(), skip, limit)
    }
}

/// Reads a page by its offset, and the number of all documents.
///
/// Construct with [`Find::offset_page`]. Awaiting it returns an [`OffsetPage`].
#[must_use = "nothing is read until the action is awaited"]
pub struct FindOffsetPage<M, T = M, S = ImplicitSession> {
    find: Find<M, S>,
    settings: Offset,
    rows: Rows<T>,
}

impl<M, T, S> FindOffsetPage<M, T, S> {
    pub(super) fn new(find: Find<M, S>, rows: Rows<T>, skip: u64, limit: u64) -> Self {
        Self { find, settings: Offset { skip, limit }, rows }
    }
}

/// Which documents are part of a page.
struct Offset {
    skip: u64,
    limit: u64,
}

builder! { FindOffsetPage, Offset, OFFSET_PAGE => OffsetPage<T> }

impl Settings for Offset {
    type Reader = Self;

    fn prepare(self, _: &Source<'_>, parts: (Document, FindOptions)) -> Result<Prepared<Self>> {
        let (filter, mut options) = parts;
        pageable(&options)?;
        if self.limit == 0 {
            return Err(Error::refused("a page cannot have 0 documents"));
        }
        if i64::try_from(self.skip).is_err() {
            return Err(Error::refused(format!("a page cannot skip {} documents", self.skip)));
        }
        let total = Some(total(filter.clone(), &options)?);
        options.sort = Some(with_id(options.sort.take()));
        options.skip = Some(self.skip);
        limit(&mut options, self.limit)?;
        Ok(Prepared { find: Query::new(filter, options), total, reader: self })
    }
}

impl Fetched<Offset> {
    #[allow(clippy::unnecessary_wraps)] // the form of the other kind of page
    fn into_page(self, _: &Operation<'_>) -> Result<OffsetPage<RawDocumentBuf>> {
        let Self { rows: items, total, reader: Offset { skip, limit } } = self;
        Ok(OffsetPage { items, total: total.unwrap_or_default(), skip, limit })
    }
}

/// A page by its offset: its documents, and the number of all documents.
///
/// Awaiting [`Find::offset_page`] returns it. serde writes `{ items, total, skip, limit }`.
///
/// The documents and the total are read by two commands. If documents are inserted or deleted at the same time, they may
/// differ, except in a transaction or a snapshot session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct OffsetPage<T> {
    /// The documents of the page, in the order of the sort.
    pub items: Vec<T>,
    /// The number of documents that match the filter.
    pub total: u64,
    /// The number of documents before the page.
    pub skip: u64,
    /// The maximum number of documents of the page: at least 1.
    pub limit: u64,
}

impl<T> OffsetPage<T> {
    /// Returns the number of the page, from 1: `skip / limit + 1`.
    pub fn number(&self) -> u64 {
        (self.skip / self.limit.max(1)).saturating_add(1)
    }

    /// Returns the number of pages: 0 if no document matches.
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(self.limit.max(1))
    }

    /// Returns `true` if no document is before the page.
    pub fn is_first(&self) -> bool {
        self.skip == 0
    }

    /// Returns `true` if no document is after the page.
    pub fn is_last(&self) -> bool {
        self.skip.saturating_add(self.limit) >= self.total
    }

    /// Converts each document, for example into the type of a response.
    pub fn map<U>(mut self, convert: impl FnMut(T) -> U) -> OffsetPage<U> {
        let items = std::mem::take(&mut self.items).into_iter().map(convert).collect();
        self.with_items(items)
    }

    /// Returns the page with these documents.
    fn with_items<U>(self, items: Vec<U>) -> OffsetPage<U> {
        let Self { total, skip, limit, .. } = self;
        OffsetPage { items, total, skip, limit }
    }
}

/// Iterates over the documents.
impl<T> IntoIterator for OffsetPage<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// `{ "type": "object", "properties": { "items": [..], "total": .., "skip": .., "limit": .. } }`
#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for OffsetPage<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("OffsetPage_of_{}", T::schema_name()).into()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        format!("{}::OffsetPage<{}>", module_path!(), T::schema_id()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "properties": {
                "items": generator.subschema_for::<Vec<T>>(),
                "total": generator.subschema_for::<u64>(),
                "skip": generator.subschema_for::<u64>(),
                "limit": generator.subschema_for::<u64>(),
            },
            "required": ["items", "total", "skip", "limit"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_from_one() {
        for (skip, limit, total, number, pages, is_last) in [
            (0, 20, 0, 1, 0, true),
            (0, 20, 20, 1, 1, true),
            (0, 20, 21, 1, 2, false),
            (40, 20, 41, 3, 3, true),
            (60, 20, 41, 4, 3, true),
            (u64::MAX, 1, u64::MAX, u64::MAX, u64::MAX, true),
        ] {
            let page = OffsetPage::<()> { items: Vec::new(), total, skip, limit };
            assert_eq!((page.number(), page.pages(), page.is_last()), (number, pages, is_last));
            assert_eq!(page.is_first(), skip == 0);
        }
    }
}
