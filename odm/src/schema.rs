//! The schema: what the models declare, compared with what the database has.
//!
//! Nothing here runs by itself. [`Schema::plan`] reads and compares, the [`Plan`] shows the differences, and
//! [`Plan::apply`] makes the changes. What is destructive is made only if the caller allows it. An index that no model
//! declares is reported and left alone, unless the server cannot have it beside a declared one: a second text index, or
//! one with the declared name. The plan shows such an index as one to rebuild. [`Schema::verify`] is for the start of a
//! service: it fails if the database lags behind the models.

mod apply;
mod change;
mod compare;
mod diff;
mod live;
mod models;
mod plan;
mod spec;

pub use self::{
    apply::{Applied, Apply},
    change::{Difference, Impact, SchemaChange},
    models::Models,
    plan::Plan,
};

use self::{compare::Comparison, diff::Undeclared};
use crate::{
    Database, Model,
    error::{Error, ErrorKind, Result, SchemaError},
    exec,
    operation::{Operation, Verb},
};

const VERIFY: Verb = Verb::new("verify", "listIndexes");

impl Database {
    /// Returns the schema that the models declare, for comparison with this database.
    ///
    /// ```no_run
    /// # use odm::{Model, models};
    /// # async fn deploy<Order: Model, Customer: Model>(db: odm::Database) -> odm::Result<()> {
    /// let plan = db.schema(models![Order, Customer]).plan().await?;
    /// println!("{plan}");
    /// println!("{}", plan.apply().await?);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "migrate")]
    #[doc(alias = "create_indexes")]
    pub fn schema(&self, models: Models) -> Schema {
        let (undeclared, known) = (Undeclared::default(), Vec::new());
        Schema(Comparison { database: self.clone(), models, undeclared, known })
    }
}

/// The declarations of models, and the database to compare them with.
///
/// You get one from [`Database::schema`].
#[derive(Debug, Clone)]
#[must_use = "a schema does nothing until it is planned: `.plan().await`"]
pub struct Schema(Comparison);

impl Schema {
    /// Leaves an index out of the plan that no model declares: one that another program or an administrator created.
    ///
    /// Without this, the plan reports the index, and is never empty. An index that the server cannot have beside a
    /// declared one is still in the plan, as one to rebuild. `M` must be one of the models, else this has no effect.
    pub fn known_index<M: Model>(mut self, name: impl Into<String>) -> Self {
        self.0.known.push((M::COLLECTION, name.into()));
        self
    }

    /// Plans to drop the indexes that no model declares and that are not [known](Self::known_index).
    ///
    /// An index is hidden first, which is safe: a query that needs it becomes slow, and the index can be shown again
    /// at once. The next plan drops the indexes that are hidden, which is destructive.
    pub fn drop_undeclared(mut self) -> Self {
        self.0.undeclared = Undeclared::Drop;
        self
    }

    /// Compares the declared schema with the database, and returns the [`Plan`]. Changes nothing.
    ///
    /// Both sides are normalized first, so that a value that the server fills in is not a difference: see MongoDB's
    /// [`listIndexes`](https://www.mongodb.com/docs/manual/reference/command/listIndexes/). As on the server, two
    /// indexes are the same if their keys, `unique`, `sparse`, `partial`, `collation` and projection are the same. A
    /// live index may have another name, unless the declaration specifies one.
    ///
    /// # Errors
    ///
    /// Returns an error with an [`Error::schema`](crate::Error::schema):
    ///
    /// - if no database can have the declared schema (two models in one collection, a TTL on several keys). Then
    ///   [`is_not_sent`](crate::Error::is_not_sent) is true.
    /// - if the name of a collection is that of a view.
    /// - if the server refuses the collation of an index.
    ///
    /// Returns an error for which [`is_unavailable`](crate::Error::is_unavailable) is true if no server could be used
    /// in time, or [`is_unauthorized`](crate::Error::is_unauthorized) if the user may not run `listCollections` and
    /// `listIndexes`, or `find` if an index has a collation or a TTL.
    pub async fn plan(&self) -> Result<Plan> {
        let comparison = self.0.clone();
        exec::completed(Box::pin(async move {
            let collections = comparison.compare().await?;
            Ok(Plan::new(comparison, collections))
        }))
        .await
    }

    /// Returns an error if the database lacks something that is declared, or has it in another form. Changes nothing.
    ///
    /// This is for the start of a service, if another program applies the plan. Indexes that are not declared are no
    /// error.
    ///
    /// ```no_run
    /// # use odm::{Model, models};
    /// # async fn start<Order: Model>(db: odm::Database) -> odm::Result<()> {
    /// db.schema(models![Order]).verify().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error with [`SchemaError::Outdated`], which lists the missing changes, and the errors of
    /// [`plan`](Self::plan).
    pub async fn verify(&self) -> Result<()> {
        let plan = self.plan().await?;
        let behind = plan.iter().filter(|change| change.is_behind());
        let changes: Vec<String> = behind.map(SchemaChange::to_string).collect();
        if changes.is_empty() {
            return Ok(());
        }
        let database = plan.database().name();
        let operation = Operation { verb: VERIFY, database, collection: None, names: &[], called_at: None };
        Err(Error::new(ErrorKind::Schema(SchemaError::Outdated { changes })).during(&operation))
    }
}
