//! `Write<M>`: one of the writes of a bulk.

use std::fmt;

use mongodb::{
    bson::{Document, RawDocumentBuf, serialize_to_bson, serialize_to_document},
    options::{Collation, Hint},
};

use super::statement::{Change, Statement, To};
use crate::{
    action::{
        encode::encode,
        get::by_id,
        sentence::{OnInsert, changing, inserting, said},
    },
    error::{Error, Result},
    filter::{Filter, IntoFilter},
    model::Model,
    update::{IntoUpdate, Update},
    value::Value,
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
    kind: Kind<M>,
    upsert: Option<bool>,
    on_insert: OnInsert,
    hint: Option<Hint>,
    collation: Option<Collation>,
}

enum Kind<M: Model> {
    Insert { id: M::Id, document: Result<RawDocumentBuf> },
    Update { multi: bool, filter: Filter<M>, update: Update<M> },
    Replace { filter: Result<Document>, document: Result<RawDocumentBuf> },
    Delete { multi: bool, filter: Filter<M> },
}

impl<M: Model> Write<M> {
    fn of(kind: Kind<M>) -> Self {
        Self { kind, upsert: None, on_insert: None, hint: None, collation: None }
    }

    /// Stores one new document, as [`insert_one`](crate::Collection::insert_one) does.
    pub fn insert_one(model: &M) -> Self {
        Self::of(Kind::Insert { id: model.id().clone(), document: encode(model) })
    }

    /// Changes one document that matches a filter, as [`update_one`](crate::Collection::update_one) does.
    pub fn update_one(filter: impl IntoFilter<M>, update: impl IntoUpdate<M>) -> Self {
        let (filter, update) = (filter.into_filter(), update.into_update());
        Self::of(Kind::Update { multi: false, filter, update })
    }

    /// Changes every document that matches a filter, as [`update_many`](crate::Collection::update_many) does.
    pub fn update_many(filter: impl IntoFilter<M>, update: impl IntoUpdate<M>) -> Self {
        let (filter, update) = (filter.into_filter(), update.into_update());
        Self::of(Kind::Update { multi: true, filter, update })
    }

    /// Puts a whole document in the place of one that matches a filter, as
    /// [`replace_one`](crate::Collection::replace_one) does.
    pub fn replace_one(filter: impl IntoFilter<M>, model: &M) -> Self {
        let filter = filter.into_filter().into_document();
        Self::of(Kind::Replace { filter, document: encode(model) })
    }

    /// Stores a document, whether it is new or not, as [`save`](crate::Collection::save) does.
    pub fn save(model: &M) -> Self {
        let filter = by_id(model.id().to_bson());
        Self::of(Kind::Replace { filter, document: encode(model) }).upsert(true)
    }

    /// Removes one document that matches a filter, as [`delete_one`](crate::Collection::delete_one) does.
    pub fn delete_one(filter: impl IntoFilter<M>) -> Self {
        Self::of(Kind::Delete { multi: false, filter: filter.into_filter() })
    }

    /// Removes every document that matches a filter, as [`delete_many`](crate::Collection::delete_many) does.
    pub fn delete_many(filter: impl IntoFilter<M>) -> Self {
        Self::of(Kind::Delete { multi: true, filter: filter.into_filter() })
    }

    /// Makes a document if nothing matches: `{ upsert: true }`. For updates and replacements; on another write it is
    /// refused before anything is sent.
    pub fn upsert(mut self, upsert: bool) -> Self {
        self.upsert = Some(upsert);
        self
    }

    /// Makes this document, changed by the update, if nothing matches: as for
    /// [`update_one`](crate::action::UpdateOne::or_insert). For `update_one`; on another write it is refused before
    /// anything is sent.
    pub fn or_insert(mut self, model: &M) -> Self {
        self.on_insert = Some(encode(model));
        self
    }

    /// The index to find the documents by: its keys or its name. For what has a filter; on an insert it is refused
    /// before anything is sent.
    pub fn hint(mut self, hint: Hint) -> Self {
        self.hint = Some(hint);
        self
    }

    /// How the filter compares texts. For what has a filter; on an insert it is refused before anything is sent.
    pub fn collation(mut self, collation: Collation) -> Self {
        self.collation = Some(collation);
        self
    }

    /// The write as it is sent, if it can be, and the id of a document to insert.
    pub(super) fn into_statement(self) -> (Option<M::Id>, Result<Statement>) {
        if let Some(misplaced) = self.misplaced() {
            return (None, Err(misplaced));
        }
        let Self { kind, upsert, on_insert, hint, collation } = self;
        let to = |multi, filter| To::new(multi, filter, hint, collation);
        let statement = match kind {
            Kind::Insert { id, document } => return (Some(id), document.map(Statement::Insert)),
            Kind::Update { multi, filter, update } => {
                let upsert = if on_insert.is_some() { Some(true) } else { upsert };
                let filter = if multi { said(filter) } else { filter.into_document() };
                let update = inserting(update, on_insert, &filter).and_then(changing);
                to(multi, filter).and_then(|to| {
                    let (update, array_filters) = update?;
                    Ok(Statement::Change { to, change: Change::Update { update, array_filters }, upsert })
                })
            }
            Kind::Replace { filter, document } => to(false, filter)
                .and_then(|to| Ok(Statement::Change { to, change: Change::Replace(document?), upsert })),
            Kind::Delete { multi, filter } => {
                to(multi, if multi { said(filter) } else { filter.into_document() }).map(Statement::Delete)
            }
        };
        (None, statement)
    }

    /// A setter that this write has no use for.
    fn misplaced(&self) -> Option<Error> {
        let (updates, replaces, inserts) = match self.kind {
            Kind::Insert { .. } => (false, false, true),
            Kind::Update { multi, .. } => (!multi, true, false),
            Kind::Replace { .. } => (false, true, false),
            Kind::Delete { .. } => (false, false, false),
        };
        let setter = if self.on_insert.is_some() && !updates {
            "or_insert"
        } else if self.upsert.is_some() && !replaces {
            "upsert"
        } else if self.hint.is_some() && inserts {
            "hint"
        } else if self.collation.is_some() && inserts {
            "collation"
        } else {
            return None;
        };
        Some(Error::refused(format!("`{}` has no `{setter}`", self.verb())))
    }

    fn verb(&self) -> &'static str {
        match self.kind {
            Kind::Insert { .. } => "insert_one",
            Kind::Update { multi: false, .. } => "update_one",
            Kind::Update { multi: true, .. } => "update_many",
            Kind::Replace { .. } => "replace_one",
            Kind::Delete { multi: false, .. } => "delete_one",
            Kind::Delete { multi: true, .. } => "delete_many",
        }
    }
}

impl To {
    fn new(
        multi: bool,
        filter: Result<Document>,
        hint: Option<Hint>,
        collation: Option<Collation>,
    ) -> Result<Self> {
        let unusable = |error: mongodb::bson::error::Error| Error::from_driver(error.into());
        Ok(Self {
            filter: filter?,
            multi,
            hint: hint.as_ref().map(serialize_to_bson).transpose().map_err(unusable)?,
            collation: collation.as_ref().map(serialize_to_document).transpose().map_err(unusable)?,
        })
    }
}

impl<M: Model> fmt::Debug for Write<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Write({} on {})", self.verb(), M::COLLECTION)
    }
}
