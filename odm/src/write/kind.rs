//! The kinds of writes: the only place where the arguments of a verb become the parts of a statement.

use mongodb::bson::{Document, RawDocumentBuf, doc};

use super::{encode, encode_replacement, encode_unchecked};
use crate::{
    error::{Error, Result, invalid::Violations},
    filter::{Filter, IntoFilter, by_id},
    model::Model,
    update::{IntoUpdate, Update},
    value::Value,
};

/// The kind of a statement, with its filter and its documents.
#[allow(clippy::large_enum_variant)] // updates are the common writes, and a statement is moved a few times only
pub(crate) enum WriteKind {
    Insert {
        document: RawDocumentBuf,
    },
    Update {
        many: bool,
        filter: Document,
        update: Update<()>,
        or_insert: Option<RawDocumentBuf>,
        /// The rules of the model that the update violates, if it violates any.
        violations: Option<Box<Violations>>,
        /// The document as it was read, if only a document of its version is changed.
        read: Option<RawDocumentBuf>,
    },
    Replace {
        filter: Document,
        document: RawDocumentBuf,
    },
    /// A replacement that inserts the document if nothing matches, regardless of the options.
    Save {
        filter: Document,
        document: RawDocumentBuf,
    },
    Delete {
        many: bool,
        filter: Document,
        /// What a delete that keeps the document changes besides.
        update: Update<()>,
    },
    /// An update of many deleted documents, after which they are not deleted.
    Restore {
        filter: Document,
        /// What is changed besides.
        update: Update<()>,
    },
    /// A delete of many deleted documents that does not keep them.
    Purge {
        filter: Document,
    },
}

impl WriteKind {
    pub(crate) fn insert<M: Model>(model: &M) -> Result<Self> {
        Ok(Self::Insert { document: encode(model)? })
    }

    pub(crate) fn update_one<M: Model>(
        filter: impl IntoFilter<M>,
        update: impl IntoUpdate<M>,
    ) -> Result<Self> {
        let filter = filter.into_filter();
        let update = update.into_update().checked_against(&filter);
        Ok(Self::update(false, filter.into_document()?, update))
    }

    pub(crate) fn update_many<M: Model>(
        filter: impl IntoFilter<M>,
        update: impl IntoUpdate<M>,
    ) -> Result<Self> {
        let filter = filter.into_filter();
        let update = update.into_update().checked_against(&filter);
        Ok(Self::update(true, require_explicit(filter)?, update))
    }

    fn update<M: Model>(many: bool, filter: Document, update: Update<M>) -> Self {
        let violations = update.violations(M::META);
        let violations = (!violations.is_empty()).then(|| Box::new(violations));
        Self::Update { many, filter, update: update.untyped(), or_insert: None, violations, read: None }
    }

    pub(crate) fn replace<M: Model>(filter: impl IntoFilter<M>, model: &M) -> Result<Self> {
        let filter = filter.into_filter().into_document()?;
        Ok(Self::Replace { filter, document: encode_replacement(model)? })
    }

    pub(crate) fn save<M: Model>(model: &M) -> Result<Self> {
        let filter = by_id(model.id().to_bson()?);
        Ok(Self::Save { filter, document: encode_replacement(model)? })
    }

    /// Returns the update between two states of a document, whose rules are checked. The filter contains the conditions
    /// that the stored document must meet, because it was read as `before`.
    pub(crate) fn save_changes<M: Model>(before: &M, after: &M, update: Update<M>) -> Result<Self> {
        after.validate()?;
        let mut filter = by_id(before.id().to_bson()?);
        // The fields of an older version are others, and the update does not upgrade them.
        if let Some(schema) = M::VERSION {
            filter.insert(schema.name(), doc! { "$eq": schema.stored() });
        }
        // It may violate rules that the model did not have when it was stored.
        let read = M::POLICIES.version().map(|_| encode_unchecked(before)).transpose()?;
        let update = update.untyped();
        Ok(Self::Update { many: false, filter, update, or_insert: None, violations: None, read })
    }

    pub(crate) fn delete_one<M>(filter: impl IntoFilter<M>) -> Result<Self> {
        Ok(Self::Delete {
            many: false,
            filter: filter.into_filter().into_document()?,
            update: Update::nothing(),
        })
    }

    pub(crate) fn delete_many<M>(filter: impl IntoFilter<M>) -> Result<Self> {
        Ok(Self::Delete {
            many: true,
            filter: require_explicit(filter.into_filter())?,
            update: Update::nothing(),
        })
    }

    pub(crate) fn restore<M>(filter: impl IntoFilter<M>) -> Result<Self> {
        Ok(Self::Restore { filter: require_explicit(filter.into_filter())?, update: Update::nothing() })
    }

    pub(crate) fn purge<M>(filter: impl IntoFilter<M>) -> Result<Self> {
        Ok(Self::Purge { filter: require_explicit(filter.into_filter())? })
    }

    /// Sets the document that an update inserts if nothing matches. Other kinds have none.
    pub(crate) fn or_insert<M: Model>(self, model: &M) -> Result<Self> {
        match self {
            Self::Update { many, filter, update, violations, read, .. } => {
                Ok(Self::Update { many, filter, update, or_insert: Some(encode(model)?), violations, read })
            }
            other => Ok(other),
        }
    }

    /// Allows an update that violates rules of the model.
    pub(crate) fn skip_rules(self) -> Self {
        match self {
            Self::Update { many, filter, update, or_insert, read, .. } => {
                Self::Update { many, filter, update, or_insert, violations: None, read }
            }
            other => other,
        }
    }
}

/// Returns the filter of a write of many documents.
///
/// # Errors
///
/// Returns an error for which [`is_not_sent`](Error::is_not_sent) is true if the filter matches every document and is
/// not [`Filter::all`].
fn require_explicit<M>(filter: Filter<M>) -> Result<Document> {
    if filter.is_empty() {
        let reason = if filter.clauses().has_no_condition() { "is empty, so it " } else { "" };
        return Err(Error::refused(format!(
            "the filter {reason}matches every document; if that is intended, use `Filter::all()`"
        )));
    }
    filter.into_document()
}
