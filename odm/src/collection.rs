//! `Collection<M>`: the handle that verbs are called on.
//!
//! The handle has no verbs of its own: each lives with its builder, in a file under `action/`.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Document, RawDocumentBuf};

use crate::{
    database::Database,
    model::Model,
    trace::{Operation, Verb},
};

/// The collection of the model `M`: a cheap clone, like the [`Database`] it comes from.
///
/// ```no_run
/// use odm::{Collection, Database, Model};
///
/// struct Users<User: Model> {
///     collection: Collection<User>,
/// }
///
/// impl<User: Model> Users<User> {
///     fn new(db: &Database) -> Self {
///         Self { collection: db.collection() }
///     }
/// }
/// ```
pub struct Collection<M> {
    database: Database,
    driver: mongodb::Collection<Document>,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Collection<M> {
    pub(crate) fn new(database: Database) -> Self {
        let driver = database.driver().collection(M::COLLECTION);
        Self { database, driver, model: PhantomData }
    }
}

impl<M> Collection<M> {
    /// The driver's own handle: the way down a floor.
    ///
    /// For another type than `Document`, `collection.driver().clone_with_type::<T>()`.
    pub fn driver(&self) -> &mongodb::Collection<Document> {
        &self.driver
    }

    /// The database it belongs to.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The name of the collection.
    pub fn name(&self) -> &str {
        self.driver.name()
    }

    /// The driver's handle for documents that are encoded already.
    pub(crate) fn raw(&self) -> mongodb::Collection<RawDocumentBuf> {
        self.driver.clone_with_type()
    }

    /// What spans and errors say about a call of `verb` here.
    pub(crate) fn operation(&self, verb: Verb) -> Operation<'_> {
        Operation { verb, database: self.database.name(), collection: Some(self.name()) }
    }
}

impl<M> Clone for Collection<M> {
    fn clone(&self) -> Self {
        Self { database: self.database.clone(), driver: self.driver.clone(), model: PhantomData }
    }
}

impl<M> fmt::Debug for Collection<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Collection({}.{})", self.database.name(), self.name())
    }
}
