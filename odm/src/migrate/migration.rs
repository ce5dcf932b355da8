//! `Migration`: what one migration does.

use std::{error::Error as StdError, fmt, future::Future, sync::Arc};

use futures_core::future::BoxFuture;
use mongodb::bson::{Document, RawDocument, RawDocumentBuf};

use super::undeclared::Stored;
use crate::{
    Database, Model,
    error::Error,
    filter::{Filter, IntoFilter},
    value::{Doc, Versioned},
    write::encode_replacement,
};

/// The error of a step.
pub(super) type Cause = Box<dyn StdError + Send + Sync>;

/// One migration: a rewrite of documents, or a step.
///
/// [`migrations!`](crate::migrations!) gives it a name.
#[derive(Clone)]
#[must_use = "a migration does nothing until it is in a list that is run"]
pub struct Migration(pub(super) Kind);

#[derive(Clone)]
pub(super) enum Kind {
    Rewrite(Rewrite),
    Step(Step),
}

/// A function on the database.
pub(super) type Step = Arc<dyn Fn(Database) -> BoxFuture<'static, Result<(), Cause>> + Send + Sync>;

/// A function from an old document to the new one, or why there is none.
type Transform = Arc<dyn Fn(&RawDocument) -> Result<RawDocumentBuf, String> + Send + Sync>;

/// A rewrite without the types of its models.
#[derive(Clone)]
pub(super) struct Rewrite {
    pub(super) collection: &'static str,
    /// The names of the new model's fields, which messages may contain.
    pub(super) names: &'static [&'static str],
    pub(super) pending: Document,
    pub(super) transform: Transform,
    problem: Option<String>,
}

impl Migration {
    /// Rewrites the documents that `pending` matches with a function from the old model to the new one.
    ///
    /// Both models declare the same collection, and the function keeps the id. It returns the new document, or a
    /// `Result` with one: a document that it refuses is left as it is, all others are rewritten, and the run returns
    /// an error with the ids and the reasons. The same holds for a document that does not fit the old model, that
    /// violates a rule of the new one, or that the server refuses.
    ///
    /// The fields that neither model declares stay in the document. Those that only the old model declares are removed:
    /// that is how a rewrite removes a field. See [what is kept](crate::migrate#what-is-kept).
    ///
    /// A rewritten document must not match `pending`, because the filter determines which documents are left. For
    /// example, `exists(true)` of a field that the new model does not have. If the two forms do not differ otherwise,
    /// give the models versions and use [`upgrade`](Self::upgrade). The server reads the whole collection in the
    /// order of the `_id`s, so the filter needs no index.
    ///
    /// ```
    /// # use odm::{Id, Model, migrate::Migration};
    /// # #[derive(Model)]
    /// # #[odm(collection = "prices")]
    /// # struct InCents { id: Id<Price>, cents: i64 }
    /// # #[derive(Model)]
    /// # #[odm(collection = "prices")]
    /// # struct Price { id: Id<Price>, amount: f64 }
    /// let cents = InCents::fields().cents();
    /// let migration = Migration::rewrite(cents.exists(true), |old: InCents| Price {
    ///     id: old.id,
    ///     amount: old.cents as f64 / 100.0,
    /// });
    /// # drop(migration);
    /// ```
    pub fn rewrite<Old: Model, R: Rewritten>(
        pending: impl IntoFilter<Old>,
        rewrite: impl Fn(Old) -> R + Send + Sync + 'static,
    ) -> Self {
        Self(Kind::Rewrite(Rewrite::new(pending.into_filter(), rewrite)))
    }

    /// Rewrites the documents with an older schema version than the model: what reading upgrades one by one.
    ///
    /// `{ schema_version: { $not: { $gte: 3 } } }` selects the documents, with the stored name of the version. The fields
    /// that the model does not declare stay as the steps leave them: a step removes a field with `remove`. See
    /// [what is kept](crate::migrate#what-is-kept). The history knows only the text of the migration, so give the next
    /// version a migration of its own.
    ///
    /// ```
    /// # use odm::{Id, Model, bson::Document, migrate::Migration, migrations};
    /// #[derive(Model)]
    /// #[odm(collection = "contacts", schema_version = 2, upgrade(1 = into_a_list))]
    /// struct Contact {
    ///     id: Id<Contact>,
    ///     phones: Vec<String>,
    /// }
    /// # fn into_a_list(contact: &mut Document) { contact.insert("phones", Vec::<String>::new()); }
    ///
    /// let list = migrations!["contacts-2" => Migration::upgrade::<Contact>()];
    /// # drop(list);
    /// ```
    pub fn upgrade<M: Model + Versioned>() -> Self {
        Self(Kind::Rewrite(Rewrite::upgrade::<M>()))
    }

    /// Runs an async function on the database.
    ///
    /// The function may run again: if it returns an error, if the process ends before it does, and if the lease is
    /// lost. Write it so that this does no harm. What it changes in a transaction is changed as a whole or not.
    ///
    /// ```
    /// # use odm::{Database, Filter, Id, Model, migrate::Migration};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String }
    /// let migration = Migration::step(|db: Database| async move {
    ///     let users = db.collection::<User>();
    ///     users.delete_many(User::fields().name().eq("")).await.map(drop)
    /// });
    /// # drop(migration);
    /// ```
    pub fn step<F, Fut, E>(step: F) -> Self
    where
        F: Fn(Database) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self(Kind::Step(Arc::new(move |database| {
            let step = step(database);
            Box::pin(async move { step.await.map_err(Into::into) })
        })))
    }

    pub(super) fn problem(&self) -> Option<&str> {
        match &self.0 {
            Kind::Rewrite(rewrite) => rewrite.problem.as_deref(),
            Kind::Step(_) => None,
        }
    }
}

impl Rewrite {
    fn new<Old: Model, R: Rewritten>(
        pending: Filter<Old>,
        rewrite: impl Fn(Old) -> R + Send + Sync + 'static,
    ) -> Self {
        let mut problem = (Old::COLLECTION != R::Document::COLLECTION).then(|| {
            format!(
                "rewrites documents of `{}` into documents of `{}`: both models must have one collection",
                Old::COLLECTION,
                R::Document::COLLECTION
            )
        });
        let pending = pending.into_document().unwrap_or_else(|error| {
            problem = Some(format!("has a filter that cannot be sent: {}", error.kind()));
            Document::new()
        });
        if pending.is_empty() {
            problem.get_or_insert_with(|| {
                "has an empty filter: it must match only documents that are not rewritten yet".to_owned()
            });
        }
        let transform = move |stored: &RawDocument| {
            let stored = Stored::<Old>::read(stored).map_err(|error| unreadable(&error))?;
            let (old, undeclared) = stored.into_parts();
            let new = rewrite(old).into_rewritten()?;
            let document = encode_replacement(&new).map_err(|error| unwritable(&error))?;
            undeclared.append_to::<R::Document>(document).map_err(|error| unwritable(&error))
        };
        Self {
            collection: Old::COLLECTION,
            names: R::Document::NAMES,
            pending,
            transform: Arc::new(transform),
            problem,
        }
    }

    pub(super) fn upgrade<M: Model + Versioned>() -> Self {
        Self::new(Filter::<M>::outdated(), |document: M| document)
    }
}

/// Returns why a document cannot be read, with the reason of an upgrade step.
fn unreadable(error: &Error) -> String {
    match error.decode_error().and_then(|error| error.upgrade_failure()) {
        Some(reason) => format!("{}: {reason}", error.kind()),
        None => error.kind().to_string(),
    }
}

/// Returns why a document cannot be written.
fn unwritable(error: &Error) -> String {
    match error.violations() {
        Some(violations) => violations.to_string(),
        None => error.kind().to_string(),
    }
}

impl fmt::Debug for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Rewrite(rewrite) => write!(f, "Migration(rewrite {})", rewrite.collection),
            Kind::Step(_) => f.write_str("Migration(step)"),
        }
    }
}

/// What the function of a [rewrite](Migration::rewrite) returns: the new document, or a `Result` with one.
#[diagnostic::on_unimplemented(
    message = "a rewrite cannot return `{Self}`",
    label = "expected a model, or a `Result<Model, E>` where `E: Display`",
    note = "derive `odm::Model` for the new form of the documents"
)]
pub trait Rewritten {
    /// The model of the new document, which has the collection of the old one.
    type Document: Model;

    /// Returns the new document, or why there is none.
    #[doc(hidden)]
    fn into_rewritten(self) -> Result<Self::Document, String>;
}

#[diagnostic::do_not_recommend]
impl<M: Model> Rewritten for M {
    type Document = M;

    fn into_rewritten(self) -> Result<M, String> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, E: fmt::Display> Rewritten for Result<M, E> {
    type Document = M;

    fn into_rewritten(self) -> Result<M, String> {
        self.map_err(|error| error.to_string())
    }
}
