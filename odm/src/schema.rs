//! The schema: what the models declare, compared with what the database has.
//!
//! Nothing here runs by itself. [`Schema::plan`] reads and compares, the [`Plan`] shows the differences, and
//! [`Plan::apply`] makes the changes. What is destructive is made only if the caller allows it. An index that no model
//! declares is reported and left alone, unless the server cannot have it beside a declared one: a second text index, or
//! one with the declared name. The plan shows such an index as one to rebuild. [`Schema::verify`] is for the start of a
//! service: it fails if the database lags behind the models.
//!
//! # Validators
//!
//! A model with `#[odm(validator)]` has a validator on the server, so that a program without the model cannot store what
//! the model cannot read. [`ModelValidator::of`] returns it without a database. A document satisfies it if the model
//! reads the document and the rules of the model accept it:
//!
//! - Each field has the BSON types that its type reads, with the range of an integer, the variants of an enum, the
//!   fields of the documents inside, and its rules. `#[odm(validator(exact_types))]` accepts only the types that the
//!   model writes.
//! - A field that is an `Option` or has a default may be missing. An alias is another name of its field.
//! - An undeclared field is accepted, unless the type has `#[serde(deny_unknown_fields)]` or the validator
//!   `deny_unknown_fields`.
//! - A document of an older schema version is accepted if the steps of the type upgrade it. Only its version is
//!   checked. A document of a newer version is refused.
//! - Rules about several fields, ranges of dates and lengths of bytes are conditions beside the schema.
//!
//! What the server cannot check, the plan lists as checked in Rust only: [`Plan::rust_only`]. The server also accepts a
//! few documents that the model does not read:
//!
//! - doubles beyond 2^53 in an integer field, and integers beyond 2^53 in a floating-point field
//! - a number beyond the range of `f32` or of a decimal type, and zero in a `NonZero`
//! - a double beyond 10^15 in a field with `multiple_of`
//! - a string of several characters in a `char`, and a string that is not a URL or an address
//! - a map with keys of another type
//! - a date that is not midnight for a day without time
//! - two elements with one name
//! - the levels below the third of a type that contains itself
//! - what only serde can judge
//!
//! An element that two flattened values declare is judged by both.
//!
//! `apply` creates a collection with its validator. A validator that may refuse more than the present one is
//! [`Impact::Narrowing`], and is set only after `allow_narrowing()`. [`Schema::scan`] counts the stored documents that
//! it would refuse.

mod apply;
mod change;
mod compare;
mod diff;
mod live;
mod models;
mod options;
mod plan;
mod scan;
mod search;
mod spec;
mod validator;

pub use self::{
    apply::{Applied, Apply, BuildProgress},
    change::{Difference, Impact, SchemaChange},
    models::Models,
    plan::Plan,
    scan::{CollectionScan, Finding, Problem, Sample, Scan},
    validator::{ModelValidator, RustOnly, value_schema},
};

use self::{compare::Comparison, diff::UndeclaredPolicy};
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
    #[doc(alias = "create_indexes")]
    #[doc(alias = "ensure_indexes")]
    pub fn schema(&self, models: Models) -> Schema {
        Schema(Comparison {
            database: self.clone(),
            models,
            undeclared: UndeclaredPolicy::default(),
            known: Vec::new(),
            known_validators: Vec::new(),
            known_options: Vec::new(),
        })
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

    /// Leaves the validator of a collection out of the plan whose model declares none: one that another program or an
    /// administrator created.
    ///
    /// Without this, the plan reports the validator, and is never empty. `M` must be one of the models, and declare no
    /// validator, else this has no effect.
    pub fn known_validator<M: Model>(mut self) -> Self {
        self.0.known_validators.push(M::COLLECTION);
        self
    }

    /// Leaves the options of a collection out of the plan that its model does not declare: those that another program or
    /// an administrator set. Also leaves out what the server cannot have: the shard key of a collection that is not in a
    /// sharded cluster, and the search indexes if the server has no search.
    ///
    /// Without this, the plan reports them, and is never empty, and [`verify`](Self::verify) fails if search indexes are
    /// declared and the server has no search.
    pub fn known_options<M: Model>(mut self) -> Self {
        self.0.known_options.push(M::COLLECTION);
        self
    }

    /// Plans to drop what no model declares and is not known: indexes, search indexes, validators, and pre- and
    /// post-images.
    ///
    /// - An index is hidden first, which is safe: a query that needs it becomes slow, and the index can be shown again
    ///   at once. The next plan drops the indexes that are hidden, which is destructive.
    /// - A search index cannot be hidden: the first plan drops it, which is destructive.
    /// - The validator of a collection whose model declares none is dropped, which is destructive.
    /// - The pre- and post-images of a collection whose model does not declare them are turned off, which is
    ///   destructive, because a change stream may need them.
    ///
    /// [`known_index`](Self::known_index), [`known_validator`](Self::known_validator) and
    /// [`known_options`](Self::known_options) except what another program needs.
    pub fn drop_undeclared(mut self) -> Self {
        self.0.undeclared = UndeclaredPolicy::Drop;
        self
    }

    /// Compares the declared schema with the database, and returns the [`Plan`]. Changes nothing.
    ///
    /// Both sides are normalized first, so that a value that the server fills in is not a difference: see MongoDB's
    /// [`listIndexes`](https://www.mongodb.com/docs/manual/reference/command/listIndexes/). As on the server, two
    /// indexes are the same if their keys, `unique`, `sparse`, `partial`, `collation` and projection are the same. A
    /// live index may have another name, unless the declaration specifies one. Two validators are the same if they
    /// differ only in the types of numbers, in the order of keys, and in the order of `bsonType`, `required` and `enum`.
    /// The order of other lists is a difference, for example of an `anyOf` or of the `items` of a tuple.
    ///
    /// Search indexes are read only of collections whose models declare some, and of the other collections if any model
    /// declares some.
    ///
    /// # Errors
    ///
    /// Returns an error with an [`Error::schema`](crate::Error::schema):
    ///
    /// - if no database can have the declared schema (two models in one collection, a TTL on several keys). Then
    ///   [`is_not_sent`](crate::Error::is_not_sent) is true.
    /// - if the name of a collection is that of a view, or of a time series and the model has a validator.
    /// - if the server refuses the collation of an index.
    ///
    /// Returns an error for which [`is_unavailable`](crate::Error::is_unavailable) is true if no server could be used
    /// in time, or [`is_unauthorized`](crate::Error::is_unauthorized) if the user may not run `listCollections` and
    /// `listIndexes`, or `find` if an index has a collation or a TTL.
    #[doc(alias = "diffIndexes")]
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
    /// This is for the start of a service, if another program applies the plan. Indexes and validators that are not
    /// declared are no error. A declared search index is an error if the server has no search, unless
    /// [`known_options`](Self::known_options) accepts that. A search index that the server is still building is no error.
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
        let operation = Operation::new(VERIFY, database, None);
        Err(Error::new(ErrorKind::Schema(SchemaError::Outdated { changes })).during(&operation))
    }
}
