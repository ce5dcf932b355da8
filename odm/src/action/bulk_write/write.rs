//! `Write<M>`: one of the writes of a bulk.

use std::fmt;

use mongodb::{bson::Document, options::Collation};

use super::pending::{Kind, Pending};
use crate::{
    action::{
        IntoHint,
        encode::{encode, encode_replacement},
        get::by_id,
    },
    error::Result,
    filter::IntoFilter,
    model::Model,
    sort::IntoSort,
    update::IntoUpdate,
    value::Value,
    write::{Policies, Ready, require_explicit},
};

/// One write of a [`bulk_write`](crate::Collection::bulk_write): a verb that is sent together with others.
///
/// It means what the verb of its name means, is checked as that is, and holds the encoded document, not the model.
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

    /// Stores one new document, as [`insert_one`](crate::Collection::insert_one) does.
    pub fn insert_one(model: &M) -> Self {
        Self { id: Some(model.id().clone()), ..Self::of(Kind::Insert { document: encode(model) }) }
    }

    /// Changes one document that matches a filter, as [`update_one`](crate::Collection::update_one) does.
    pub fn update_one(filter: impl IntoFilter<M>, update: impl IntoUpdate<M>) -> Self {
        let filter = filter.into_filter();
        Self::of(Kind::Update {
            many: false,
            update: update.into_update().under(&filter).untyped(),
            filter: filter.into_document(),
        })
    }

    /// Changes every document that matches a filter, as [`update_many`](crate::Collection::update_many) does.
    pub fn update_many(filter: impl IntoFilter<M>, update: impl IntoUpdate<M>) -> Self {
        let filter = filter.into_filter();
        Self::of(Kind::Update {
            many: true,
            update: update.into_update().under(&filter).untyped(),
            filter: require_explicit(filter),
        })
    }

    /// Puts a whole document in the place of one that matches a filter, as
    /// [`replace_one`](crate::Collection::replace_one) does.
    pub fn replace_one(filter: impl IntoFilter<M>, model: &M) -> Self {
        let filter = filter.into_filter().into_document();
        Self::of(Kind::Replace { filter, document: encode_replacement(model) })
    }

    /// Stores a document, whether it is new or not, as [`save`](crate::Collection::save) does.
    pub fn save(model: &M) -> Self {
        let filter = by_id(model.id().to_bson());
        Self::of(Kind::Replace { filter, document: encode_replacement(model) }).upsert(true)
    }

    /// Removes one document that matches a filter, as [`delete_one`](crate::Collection::delete_one) does.
    pub fn delete_one(filter: impl IntoFilter<M>) -> Self {
        Self::of(Kind::Delete { many: false, filter: filter.into_filter().into_document() })
    }

    /// Removes every document that matches a filter, as [`delete_many`](crate::Collection::delete_many) does.
    pub fn delete_many(filter: impl IntoFilter<M>) -> Self {
        Self::of(Kind::Delete { many: true, filter: require_explicit(filter.into_filter()) })
    }

    /// Makes a document if nothing matches: `{ upsert: true }`. For updates and replacements; on another write it is
    /// refused before anything is sent.
    pub fn upsert(mut self, upsert: bool) -> Self {
        self.pending.upsert = Some(upsert);
        self
    }

    /// Makes this document, but for what the update writes, if nothing matches: as for
    /// [`update_one`](crate::action::UpdateOne::or_insert). For `update_one`; on another write it is refused before
    /// anything is sent.
    pub fn or_insert(mut self, model: &M) -> Self {
        self.pending.or_insert = Some(encode(model));
        self
    }

    /// Conditions for the elements that a plain update names as `$[name]`: `{ arrayFilters: [{ "name.n": 1 }] }`. Those of
    /// typed updates (`each_where`) are sent after them. For updates; on another write it is refused before anything is sent.
    pub fn array_filters(mut self, filters: impl IntoIterator<Item = Document>) -> Self {
        self.pending.array_filters = Some(filters.into_iter().collect());
        self
    }

    /// Which document is taken where several match: `{ sort: { .. } }`. For `update_one` and `replace_one`; on another write
    /// it is refused before anything is sent.
    ///
    /// Servers take it since MongoDB 8.0; an older one gives an error of the kind
    /// [`Unsupported`](crate::ErrorKind::Unsupported), and the writes of that command are not applied.
    pub fn sort(mut self, sort: impl IntoSort<M>) -> Self {
        self.pending.sort = Some(sort.into_sort().into_document());
        self
    }

    /// The index to find the documents by: its keys, `u.name().asc()`, or its name. For what has a filter; on an insert it is refused
    /// before anything is sent.
    pub fn hint(mut self, index: impl IntoHint<M>) -> Self {
        self.pending.hint = Some(index.into_hint());
        self
    }

    /// How the filter compares texts. For what has a filter; on an insert it is refused before anything is sent.
    pub fn collation(mut self, collation: Collation) -> Self {
        self.pending.collation = Some(collation);
        self
    }

    /// The id of a document to insert, and the write as it is sent, if it can be.
    pub(super) fn finish(self) -> (Option<M::Id>, Result<Ready>) {
        (self.id, self.pending.finish())
    }
}

impl<M: Model> fmt::Debug for Write<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Write({} on {})", self.pending.verb(), M::COLLECTION)
    }
}
