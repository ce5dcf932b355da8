//! `Collection<M>`: the handle of a collection.
//!
//! Its actions are not defined here: each method is defined next to its builder, in a file under `action/`.

mod scope;

use std::{fmt, marker::PhantomData, panic::Location};

use mongodb::{
    bson::{Bson, Document, RawDocumentBuf},
    options::SelectionCriteria,
};

use crate::{
    database::Database,
    error::Result,
    model::{HookTable, Model},
    operation::{Operation, Verb},
    policies::{Policies, Scope},
    query::{Query, Ready, Selection},
};

/// The collection of the model `M`. Cloning it is cheap, as for the [`Database`] that it comes from.
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

/// The untyped part of a collection. Calls use only this part, so that they are compiled once and not per model.
#[derive(Clone)]
pub(crate) struct Target {
    database: Database,
    driver: mongodb::Collection<Document>,
    /// The stored names of the model's fields.
    names: &'static [&'static str],
    policies: Policies,
    /// The hooks of the model, if it has some.
    hooks: Option<HookTable>,
    /// Where the method of the collection was called, once the target belongs to an action.
    called_at: Option<&'static Location<'static>>,
}

impl<M: Model> Collection<M> {
    pub(crate) fn new(database: Database) -> Self {
        let driver = database.driver().collection(M::COLLECTION);
        let policies = Policies::of::<M>(database.clock().clone(), database.servers().clone());
        Self {
            target: Target { database, driver, names: M::NAMES, policies, hooks: M::HOOKS, called_at: None },
            model: PhantomData,
        }
    }
}

impl<M> Collection<M> {
    /// Returns the driver's handle of this collection.
    ///
    /// Its methods return the driver's errors. Convert them with `.map_err(odm::Error::from_driver)`: the operator
    /// `?` does not convert them, so that calls of the driver are visible.
    ///
    /// For a type other than `Document`: `collection.driver().clone_with_type::<T>()`.
    pub fn driver(&self) -> &mongodb::Collection<Document> {
        &self.target.driver
    }

    /// Returns the database of the collection.
    pub fn database(&self) -> &Database {
        &self.target.database
    }

    /// Returns the name of the collection.
    pub fn name(&self) -> &str {
        self.target.driver.name()
    }

    /// Returns the policies of the model, in the scope of this handle.
    pub(crate) fn policies(&self) -> &Policies {
        &self.target.policies
    }

    /// Returns a clone of the untyped part, for an action to own. Methods of users that call this have
    /// `#[track_caller]`.
    #[track_caller]
    pub(crate) fn target(&self) -> Target {
        Target { called_at: Some(Location::caller()), ..self.target.clone() }
    }
}

impl<M> Collection<M> {
    /// Returns a clone of the untyped part for calls that no line of a user makes.
    pub(crate) fn untracked_target(&self) -> Target {
        self.target.clone()
    }
}

impl Target {
    /// Returns the database of the collection.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// Limits the documents that the target refers to.
    pub(crate) fn in_scope(mut self, scope: Scope) -> Self {
        self.policies.scope = scope;
        self
    }

    /// Returns the driver's handle for plain documents.
    pub(crate) fn driver(&self) -> &mongodb::Collection<Document> {
        &self.driver
    }

    /// Returns the driver's handle for documents that are already encoded.
    pub(crate) fn raw(&self) -> mongodb::Collection<RawDocumentBuf> {
        self.driver.clone_with_type()
    }

    /// Returns the name of the collection.
    pub(crate) fn name(&self) -> &str {
        self.driver.name()
    }

    /// Returns where the method of the collection was called.
    pub(crate) fn called_at(&self) -> Option<&'static Location<'static>> {
        self.called_at
    }

    /// Returns the policies of the model, in the scope of the handle.
    pub(crate) fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Returns the hooks of the model, if it has some.
    pub(crate) fn hooks(&self) -> Option<HookTable> {
        self.hooks
    }

    /// Returns the data for spans and errors of a call of `verb` on this collection.
    pub(crate) fn operation(&self, verb: Verb) -> Operation<'_> {
        Operation {
            verb,
            database: self.database.name(),
            collection: Some(self.driver.name()),
            names: self.names,
            called_at: self.called_at,
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

/// The collection or the database that an action runs on.
#[derive(Clone)]
pub(crate) enum OperationTarget {
    Collection(Target),
    Database(Database),
}

impl From<Target> for OperationTarget {
    fn from(target: Target) -> Self {
        Self::Collection(target)
    }
}

impl std::fmt::Debug for OperationTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Collection(target) => target.fmt(f),
            Self::Database(database) => database.fmt(f),
        }
    }
}

impl OperationTarget {
    /// Returns the value that specifies the target in a command: the name of the collection, or 1 for a database.
    pub(crate) fn name(&self) -> Bson {
        match self {
            Self::Collection(target) => target.name().into(),
            Self::Database(_) => Bson::Int32(1),
        }
    }

    /// Applies the scope of the collection to a query. A database has none.
    pub(crate) fn finish<S: Selection<O>, O>(&self, query: Query<S, O>) -> Result<Ready<S, O>> {
        match self {
            Self::Collection(target) => query.finish(target.policies()),
            Self::Database(database) => query.unscoped(database.servers()),
        }
    }

    /// Returns the database that the commands are sent to.
    pub(crate) fn database(&self) -> &Database {
        match self {
            Self::Collection(target) => target.database(),
            Self::Database(database) => database,
        }
    }

    /// Returns the read preference of the handle, for actions that do not set one.
    pub(crate) fn members(&self) -> Option<&SelectionCriteria> {
        match self {
            Self::Collection(target) => target.driver().selection_criteria(),
            Self::Database(database) => database.driver().selection_criteria(),
        }
    }

    /// Returns the operation of a call of `verb`, which spans and errors describe.
    pub(crate) fn operation(&self, verb: Verb) -> Operation<'_> {
        match self {
            Self::Collection(target) => target.operation(verb),
            Self::Database(database) => database.operation(verb),
        }
    }
}
