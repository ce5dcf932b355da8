//! `Collection<M>`: the handle that verbs are called on.
//!
//! The handle has no verbs of its own: each lives with its builder, in a file under `action/`.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Document, RawDocumentBuf};

use crate::{
    database::Database,
    model::Model,
    operation::{Operation, Verb},
};

/// The collection of the model `M`: a cheap clone, like the [`Database`] it comes from.
///
/// ```no_run
/// use odm::{Collection, Database, Id, Model};
///
/// #[derive(Model)]
/// #[odm(collection = "users")]
/// struct User {
///     id: Id<User>,
///     name: String,
/// }
///
/// #[derive(Clone)]
/// struct App {
///     users: Collection<User>,
/// }
///
/// impl App {
///     fn new(db: &Database) -> Self {
///         Self { users: db.collection() }
///     }
/// }
/// ```
pub struct Collection<M> {
    target: Target,
    model: PhantomData<fn() -> M>,
}

/// The untyped half of a collection: what calls are made with, so that they are compiled once and not per
/// model.
#[derive(Clone)]
pub(crate) struct Target {
    database: Database,
    driver: mongodb::Collection<Document>,
    /// The stored names of the model's fields.
    names: &'static [&'static str],
}

impl<M: Model> Collection<M> {
    pub(crate) fn new(database: Database) -> Self {
        let driver = database.driver().collection(M::COLLECTION);
        Self { target: Target { database, driver, names: M::NAMES }, model: PhantomData }
    }
}

impl<M> Collection<M> {
    /// The driver's own handle: the way down a floor.
    ///
    /// Its errors are the driver's; `.map_err(odm::Error::from_driver)` makes them ours. That is said and not done by
    /// `?`, so that no call of the driver passes unnoticed.
    ///
    /// For another type than `Document`: `collection.driver().clone_with_type::<T>()`.
    pub fn driver(&self) -> &mongodb::Collection<Document> {
        &self.target.driver
    }

    /// The database it belongs to.
    pub fn database(&self) -> &Database {
        &self.target.database
    }

    /// The name of the collection.
    pub fn name(&self) -> &str {
        self.target.driver.name()
    }

    /// A clone of the untyped half, for an action to own.
    pub(crate) fn target(&self) -> Target {
        self.target.clone()
    }
}

impl Target {
    /// The database it belongs to.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// The driver's handle for plain documents.
    pub(crate) fn driver(&self) -> &mongodb::Collection<Document> {
        &self.driver
    }

    /// The driver's handle for documents that are encoded already.
    pub(crate) fn raw(&self) -> mongodb::Collection<RawDocumentBuf> {
        self.driver.clone_with_type()
    }

    /// The name of the collection.
    pub(crate) fn name(&self) -> &str {
        self.driver.name()
    }

    /// What spans and errors say about a call of `verb` here.
    pub(crate) fn operation(&self, verb: Verb) -> Operation<'_> {
        Operation {
            verb,
            database: self.database.name(),
            collection: Some(self.driver.name()),
            names: self.names,
        }
    }
}

impl<M> Clone for Collection<M> {
    fn clone(&self) -> Self {
        Self { target: self.target.clone(), model: PhantomData }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.database.name(), self.driver.name())
    }
}

impl<M> fmt::Debug for Collection<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Collection({:?})", self.target)
    }
}
