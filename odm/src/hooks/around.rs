//! `Around`: the hooks of one call of a verb, before and after its writes.

use std::future::Future;

use mongodb::{ClientSession, bson::RawDocumentBuf};

use super::{
    HookContext, HookOutcome,
    calls::{Calls, Written},
};
use crate::{
    collection::Target,
    error::{BulkWriteError, Error, Result},
    model::HookTable,
    operation::Verb,
    session::BorrowedSession,
    write::{EncodedDocuments, Inserts, Ready, Statement},
};

/// The hooks of one call of a verb, and the session in which they and its writes run.
pub(crate) struct Around<'s> {
    context: HookContext<'s>,
}

/// A write that was sent, or is to be sent, for the hook that runs after it.
pub(crate) struct Pending {
    written: Written,
    /// The document that the write stores if it replaces another, if it has one.
    document: Option<RawDocumentBuf>,
    /// The document that the write stores if it inserts it, if that is another.
    inserted: Option<RawDocumentBuf>,
}

impl<'s> Around<'s> {
    /// Begins a call in the session of the caller, or else in a session of its own, which is stored in `own`.
    pub(crate) async fn begin(
        target: Target,
        verb: Verb,
        lent: Option<BorrowedSession<'s>>,
        own: &'s mut Option<ClientSession>,
    ) -> Result<Self> {
        Ok(Self { context: HookContext::new(target, verb, lent, own).await? })
    }

    /// Continues with a write to another collection.
    pub(crate) fn switch(&mut self, target: Target) {
        self.context.switch(target);
    }

    /// Makes a call of the verb in the session.
    pub(crate) async fn observe<'a, T, F>(
        &'a mut self,
        call: impl FnOnce(Option<&'a mut ClientSession>) -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        self.context.observe(call).await
    }

    /// Runs the hooks before a write, and applies the policies. A write of a model without hooks is only finished.
    pub(crate) async fn before(&mut self, statement: Result<Statement>) -> Result<(Ready, Option<Pending>)> {
        let Some(table) = self.context.target().hooks() else {
            return Ok((statement.and_then(Statement::finish)?, None));
        };
        let mut statement = statement?;
        let before = calls(table)?.before;
        let written = before(statement.kind_mut(), &mut self.context).await;
        let written = written.map_err(|error| self.context.failed(error))?;
        let ready = statement.finish()?;
        let (document, inserted) = match written {
            Written::Inserted => (ready.replacing_document(), None),
            Written::Replaced | Written::Saved => (ready.replacing_document(), ready.inserted_document()),
            Written::Updated { .. } | Written::Deleted { .. } => (None, None),
        };
        Ok((ready, Some(Pending { written, document, inserted })))
    }

    /// Runs the hook after a write.
    pub(crate) async fn after(&mut self, pending: Option<Pending>, outcome: HookOutcome) -> Result<()> {
        let (Some(pending), Some(table)) = (pending, self.context.target().hooks()) else { return Ok(()) };
        let Pending { written, document, inserted } = pending;
        let document = if outcome.is_inserted() { inserted.or(document) } else { document };
        let after = calls(table)?.after;
        let ended = after(written, document.as_deref(), outcome, &mut self.context).await;
        ended.map_err(|error| self.context.failed(error))
    }

    /// Runs the hooks before the inserts of many documents, and applies the policies.
    ///
    /// # Errors
    ///
    /// Returns an error that lists all documents which their hooks refuse.
    pub(crate) async fn before_inserts(&mut self, inserts: Result<Inserts>) -> Result<EncodedDocuments> {
        let mut inserts = inserts?;
        if let Some(table) = self.context.target().hooks() {
            let before = calls(table)?.before_insert;
            let documents = std::mem::take(inserts.documents_mut());
            let mut changed = EncodedDocuments::default();
            let mut report = BulkWriteError::of_documents(documents.len());
            let mut is_refused = false;
            for (position, document) in documents.iter().enumerate() {
                match before(document, &mut self.context).await {
                    Ok(document) => changed.push_encoded(&document),
                    Err(error) => {
                        is_refused = true;
                        report.fail(position, self.context.failed(error));
                    }
                }
            }
            if is_refused {
                report.into_result()?;
            }
            *inserts.documents_mut() = changed;
        }
        inserts.finish()
    }

    /// Runs the hooks after the inserts of those documents that `is_inserted` selects by their position.
    pub(crate) async fn after_inserts(
        &mut self,
        documents: &EncodedDocuments,
        is_inserted: impl Fn(usize) -> bool,
    ) -> Result<()> {
        for (position, document) in documents.iter().enumerate() {
            if is_inserted(position) {
                let document = Some(document.to_owned());
                let pending = Pending { written: Written::Inserted, document, inserted: None };
                self.after(Some(pending), HookOutcome::inserted()).await?;
            }
        }
        Ok(())
    }
}

/// Returns the functions that a table of hooks contains.
fn calls(table: HookTable) -> Result<&'static Calls> {
    table.get::<Calls>().ok_or_else(|| Error::refused("the hooks of the model are no table of hooks"))
}
