//! `Write<M>`: one write of a bulk write.

use std::fmt;

use mongodb::{bson::Document, options::Collation};

use super::pending::{Kind, Pending};
use crate::{
    action::{IntoHint, get::by_id},
    error::Result,
    filter::IntoFilter,
    model::Model,
    sort::IntoSort,
    update::IntoUpdate,
    value::Value,
    write::{Policies, Ready, encode, encode_replacement, require_explicit},
};

/// One write of a [`bulk_write`](crate::Collection::bulk_write).
///
/// It has the same effect and the same checks as the method of [`Collection`](crate::Collection) with the same name.
/// It contains the encoded document, not the model.
///
/// ```
/// # use odm::{Id, Model, Write};
/// # #[derive(Model)]
/// # #[odm(collection = "users")]
/// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
/// # fn f(user: User, other: User) {
/// let u = User::fields();
/// let writes = [
///     Write::insert_one(&user),
///     Write::update_one(u.name().eq("ada"), u.visits().inc(1)).or_insert(&other),
///     Write::delete_many(u.visits().eq(0)),
/// ];
/// # drop(writes);
/// # }
/// ```
#[must_use = "nothing is written until a bulk write with it is awaited"]
pub struct Write<M: Model> {
    pending: Pending,
    id: Option<M::Id>,
}

impl<M: Model> Write<M> {
    fn of(kind: Kind) -> Self {
        Self { pending: Pending::new(kind, Policies::of::<M>()), id: None }
    }

    /// Inserts one document, like [`insert_one`](crate::Collection::insert_one).
    pub fn insert_one(model: &M) -> Self {
        Self { id: Some(model.id().clone()), ..Self::of(Kind::Insert { document: encode(model) }) }
    }

    /// Updates one document that matches a filter, like [`update_one`](crate::Collection::update_one).
    pub fn update_one(filter: impl IntoFilter<M>, update: impl IntoUpdate<M>) -> Self {
        let filter = filter.into_filter();
        Self::of(Kind::Update {
            many: false,
            update: update.into_update().checked_against(&filter).untyped(),
            filter: filter.into_document(),
        })
    }

    /// Updates every document that matches a filter, like [`update_many`](crate::Collection::update_many).
    pub fn update_many(filter: impl IntoFilter<M>, update: impl IntoUpdate<M>) -> Self {
        let filter = filter.into_filter();
        Self::of(Kind::Update {
            many: true,
            update: update.into_update().checked_against(&filter).untyped(),
            filter: require_explicit(filter),
        })
    }

    /// Replaces one document that matches a filter, like [`replace_one`](crate::Collection::replace_one).
    pub fn replace_one(filter: impl IntoFilter<M>, model: &M) -> Self {
        let filter = filter.into_filter().into_document();
        Self::of(Kind::Replace { filter, document: encode_replacement(model) })
    }

    /// Inserts a document, or replaces the one with its `_id`, like [`save`](crate::Collection::save).
    pub fn save(model: &M) -> Self {
        let filter = by_id(model.id().to_bson());
        Self::of(Kind::Replace { filter, document: encode_replacement(model) }).upsert(true)
    }

    /// Deletes one document that matches a filter, like [`delete_one`](crate::Collection::delete_one).
    pub fn delete_one(filter: impl IntoFilter<M>) -> Self {
        Self::of(Kind::Delete { many: false, filter: filter.into_filter().into_document() })
    }

    /// Deletes every document that matches a filter, like [`delete_many`](crate::Collection::delete_many).
    pub fn delete_many(filter: impl IntoFilter<M>) -> Self {
        Self::of(Kind::Delete { many: true, filter: require_explicit(filter.into_filter()) })
    }

    /// Sets whether to insert a document if nothing matches: `{ upsert: true }`. Only for updates and replacements:
    /// another write is refused before anything is sent.
    pub fn upsert(mut self, upsert: bool) -> Self {
        self.pending.upsert = Some(upsert);
        self
    }

    /// Inserts this document, except for the fields that the update writes, if nothing matches: see
    /// [`UpdateOne::or_insert`](crate::action::UpdateOne::or_insert). Only for `update_one`: another write is refused
    /// before anything is sent.
    pub fn or_insert(mut self, model: &M) -> Self {
        self.pending.or_insert = Some(encode(model));
        self
    }

    /// Sets the conditions for the array elements that a plain update selects with `$[name]`:
    /// `{ arrayFilters: [{ "name.n": 1 }] }`. The array filters of typed updates (`each_where`) are sent after them.
    /// Only for updates: another write is refused before anything is sent.
    pub fn array_filters(mut self, filters: impl IntoIterator<Item = Document>) -> Self {
        self.pending.array_filters = Some(filters.into_iter().collect());
        self
    }

    /// Sets which document is written if several match, the first in this order: `{ sort: { .. } }`. Only for
    /// `update_one` and `replace_one`: another write is refused before anything is sent.
    ///
    /// Servers accept it since MongoDB 8.0. An older server returns an error of the kind
    /// [`Unsupported`](crate::ErrorKind::Unsupported), and the writes of that command are not applied.
    pub fn sort(mut self, sort: impl IntoSort<M>) -> Self {
        self.pending.sort = Some(sort.into_sort().into_document());
        self
    }

    /// Sets the index to use, specified by its keys, `u.name().asc()`, or by its name. Only for writes with a filter:
    /// an insert is refused before anything is sent.
    pub fn hint(mut self, index: impl IntoHint<M>) -> Self {
        self.pending.hint = Some(index.into_hint());
        self
    }

    /// Sets how the filter compares strings. Only for writes with a filter: an insert is refused before anything is
    /// sent.
    pub fn collation(mut self, collation: Collation) -> Self {
        self.pending.collation = Some(collation);
        self
    }

    /// Returns the id of a document to insert, and the statement that can be rendered, or its error.
    pub(super) fn finish(self) -> (Option<M::Id>, Result<Ready>) {
        (self.id, self.pending.finish())
    }
}

impl<M: Model> fmt::Debug for Write<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Write({} on {})", self.pending.verb(), M::COLLECTION)
    }
}
