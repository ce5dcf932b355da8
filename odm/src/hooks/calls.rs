//! `Calls`: the hooks of a model without its type, and what they make of each kind of write.

use std::marker::PhantomData;

use futures_core::future::BoxFuture;
use mongodb::bson::{Document, RawDocument, RawDocumentBuf};

use super::{DeleteStatement, HookContext, HookOutcome, HookResult, Hooks, UpdateStatement};
use crate::{
    error::{
        Error, Result,
        codec::{CodecError, CodecResult},
        invalid::Violations,
    },
    model::HookTable,
    update::Update,
    value::Raw,
    write::{WriteKind, encode, encode_replacement},
};

/// The functions of a model that run its hooks.
pub(super) struct Calls {
    /// Runs the hooks before a write, which they may change.
    pub(super) before:
        for<'a, 's> fn(&'a mut WriteKind, &'a mut HookContext<'s>) -> BoxFuture<'a, Result<Written>>,
    /// Runs the hook before the insert of an encoded document.
    pub(super) before_insert:
        for<'a, 's> fn(&'a RawDocument, &'a mut HookContext<'s>) -> BoxFuture<'a, Result<RawDocumentBuf>>,
    /// Runs the hook after a write. The document is the one that was sent, if there is one.
    pub(super) after: for<'a, 's> fn(
        Written,
        Option<&'a RawDocument>,
        HookOutcome,
        &'a mut HookContext<'s>,
    ) -> BoxFuture<'a, Result<()>>,
}

/// A write, as the hook that runs after it needs to know it.
pub(crate) enum Written {
    Inserted,
    Replaced,
    Saved,
    Updated { many: bool, filter: Document, update: Update<()> },
    Deleted { many: bool, filter: Document, purges: bool },
}

struct Of<M>(PhantomData<M>);

impl<M: Hooks> Of<M> {
    const CALLS: &'static Calls = &Calls {
        before: |kind, context| Box::pin(before::<M>(kind, context)),
        before_insert: |document, context| Box::pin(before_insert::<M>(document, context)),
        after: |written, document, outcome, context| {
            Box::pin(after::<M>(written, document, outcome, context))
        },
    };
}

/// Returns the table of the hooks of a model, which the derive stores in `Model::HOOKS`.
#[doc(hidden)]
#[must_use]
pub const fn hook_table<M: Hooks>() -> HookTable {
    HookTable::new(Of::<M>::CALLS)
}

/// Returns the error of a hook that runs before a write.
fn refused(hook: &'static str, result: HookResult) -> Result<()> {
    result.map_err(|cause| Error::before_write(hook, cause))
}

/// Returns the error of a hook that runs after a write.
fn failed(hook: &'static str, result: HookResult) -> Result<()> {
    result.map_err(|cause| Error::after_write(hook, cause))
}

async fn before<M: Hooks>(kind: &mut WriteKind, context: &mut HookContext<'_>) -> Result<Written> {
    match kind {
        WriteKind::Insert { document } => {
            *document = before_insert::<M>(document, context).await?;
            Ok(Written::Inserted)
        }
        WriteKind::Replace { document, .. } => {
            let mut model: M = model(document)?;
            refused("before_replace", model.before_replace(context).await)?;
            *document = same_id("before_replace", document, encode_replacement(&model)?)?;
            Ok(Written::Replaced)
        }
        WriteKind::Save { document, .. } => {
            let mut model: M = model(document)?;
            refused("before_save", model.before_save(context).await)?;
            *document = same_id("before_save", document, encode_replacement(&model)?)?;
            Ok(Written::Saved)
        }
        WriteKind::Update { many, filter, update, or_insert, violations, .. } => {
            if let Some(violations) = violations.take() {
                return Err((*violations).into());
            }
            if let Some(document) = or_insert {
                *document = before_insert::<M>(document, context).await?;
            }
            before_update::<M>(*many, filter, update, context).await
        }
        WriteKind::Restore { filter, update } => before_update::<M>(true, filter, update, context).await,
        WriteKind::Delete { many, filter, update } => {
            before_delete::<M>(*many, filter, Some(update), context).await
        }
        WriteKind::Purge { filter } => before_delete::<M>(true, filter, None, context).await,
    }
}

async fn before_insert<M: Hooks>(
    document: &RawDocument,
    context: &mut HookContext<'_>,
) -> Result<RawDocumentBuf> {
    let mut model: M = model(document)?;
    refused("before_insert", model.before_insert(context).await)?;
    same_id("before_insert", document, encode(&model)?)
}

async fn before_update<M: Hooks>(
    many: bool,
    filter: &mut Document,
    update: &mut Update<()>,
    context: &mut HookContext<'_>,
) -> Result<Written> {
    let mut statement = UpdateStatement {
        many,
        filter: std::mem::take(filter),
        update: Update::<M>::typed(std::mem::replace(update, Update::nothing())),
        violations: Violations::default(),
    };
    refused("before_update", M::before_update(&mut statement, context).await)?;
    if !statement.violations.is_empty() {
        return Err(statement.violations.into());
    }
    filter.clone_from(&statement.filter);
    *update = statement.update.untyped();
    Ok(Written::Updated { many, filter: statement.filter, update: update.clone() })
}

async fn before_delete<M: Hooks>(
    many: bool,
    filter: &mut Document,
    update: Option<&mut Update<()>>,
    context: &mut HookContext<'_>,
) -> Result<Written> {
    let purges = update.is_none();
    let mut statement = DeleteStatement::<M> {
        many,
        filter: std::mem::take(filter),
        update: Update::nothing(),
        violations: Violations::default(),
        purges,
    };
    refused("before_delete", M::before_delete(&mut statement, context).await)?;
    if !statement.violations.is_empty() {
        return Err(statement.violations.into());
    }
    filter.clone_from(&statement.filter);
    if let Some(update) = update {
        *update = statement.update.untyped();
    }
    Ok(Written::Deleted { many, filter: statement.filter, purges })
}

async fn after<M: Hooks>(
    written: Written,
    document: Option<&RawDocument>,
    outcome: HookOutcome,
    context: &mut HookContext<'_>,
) -> Result<()> {
    match written {
        Written::Inserted => {
            let model: M = sent("after_insert", document)?;
            failed("after_insert", model.after_insert(context).await)
        }
        Written::Replaced => {
            let model: M = sent("after_replace", document)?;
            failed("after_replace", model.after_replace(&outcome, context).await)
        }
        Written::Saved => {
            let model: M = sent("after_save", document)?;
            failed("after_save", model.after_save(&outcome, context).await)
        }
        Written::Updated { many, filter, update } => {
            let update = Update::typed(update);
            let statement = UpdateStatement { many, filter, update, violations: Violations::default() };
            failed("after_update", M::after_update(&statement, &outcome, context).await)
        }
        Written::Deleted { many, filter, purges } => {
            let (update, violations) = (Update::nothing(), Violations::default());
            let statement = DeleteStatement { many, filter, update, violations, purges };
            failed("after_delete", M::after_delete(&statement, &outcome, context).await)
        }
    }
}

/// Returns the document as the model that encoded it.
fn model<M: Hooks>(document: &RawDocument) -> CodecResult<M> {
    M::decode(Raw::document(document.as_bytes()))
}

/// Returns the document that was sent as the model that encoded it.
fn sent<M: Hooks>(hook: &'static str, document: Option<&RawDocument>) -> Result<M> {
    let document = document.ok_or_else(CodecError::malformed).and_then(model);
    document.map_err(|cause| Error::after_write(hook, cause.into()))
}

/// Returns the document that a hook has changed.
///
/// # Errors
///
/// Returns an error if the hook changed the `_id`: the caller has it already, and it may be in the filter.
fn same_id(hook: &'static str, before: &RawDocument, after: RawDocumentBuf) -> Result<RawDocumentBuf> {
    if before.get("_id").ok() == after.get("_id").ok() {
        return Ok(after);
    }
    Err(Error::refused(format!(
        "the hook `{hook}` changed the `_id` of the document, which the caller knows already: set it when the document \
         is created"
    )))
}
