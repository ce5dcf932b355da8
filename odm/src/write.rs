//! Writes without the type of their model. Every verb that writes builds a [`Statement`].
//!
//! [`Statement::finish`] applies the policies of the model and checks the result. Only the [`Ready`] statement that
//! it returns can be rendered: as arguments of the driver, as a command, or as one write of a bulk write. So no verb
//! can bypass a policy.

mod encode;
mod kind;
mod options;
mod policy;
mod render;

use mongodb::{
    bson::{Document, RawDocumentBuf},
    options::{ReturnDocument, UpdateModifications},
};

pub(crate) use self::{
    encode::{EncodedDocuments, encode, encode_replacement, encode_unchecked, sized},
    kind::WriteKind,
    options::WriteOptions,
    policy::{ReplyMeaning, VersionGuard},
    render::unwritten,
};
use crate::{error::Result, policies::Policies};

/// A write as its verb builds it.
pub(crate) struct Statement {
    kind: WriteKind,
    /// Boxed, like those of a [`Ready`] statement, because a statement is moved several times before it is sent.
    options: Box<WriteOptions>,
    policies: Policies,
}

impl Statement {
    /// Creates the statement of a write. `policies` are those of its model and its handle.
    pub(crate) fn new(kind: WriteKind, options: impl Into<WriteOptions>, policies: Policies) -> Self {
        Self { kind, options: Box::new(options.into()), policies }
    }

    /// Returns the kind of the write, for the hooks of its model.
    pub(crate) fn kind_mut(&mut self) -> &mut WriteKind {
        &mut self.kind
    }

    /// Applies the policies and checks the statement.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if the statement cannot be sent.
    pub(crate) fn finish(self) -> Result<Ready> {
        policy::apply(self)
    }
}

/// Many documents to insert. They are sent in batches, so they are not one statement.
pub(crate) struct Inserts {
    documents: EncodedDocuments,
    policies: Policies,
}

impl Inserts {
    /// Creates the inserts of documents. `policies` are those of their model and their handle.
    pub(crate) fn new(documents: EncodedDocuments, policies: Policies) -> Self {
        Self { documents, policies }
    }

    /// Returns the documents, for the hooks of their model.
    pub(crate) fn documents_mut(&mut self) -> &mut EncodedDocuments {
        &mut self.documents
    }

    /// Applies the policies, as [`Statement::finish`] does.
    pub(crate) fn finish(self) -> Result<EncodedDocuments> {
        policy::apply_to_inserts(self)
    }
}

/// A statement after the policies of its model. Only such a statement can be rendered.
#[derive(Debug)]
pub(crate) struct Ready {
    change: Change,
    options: Box<WriteOptions>,
    meaning: ReplyMeaning,
}

/// The kind of a statement as it is sent.
#[derive(Debug)]
pub(crate) enum Change {
    Insert { document: RawDocumentBuf },
    Update { many: bool, filter: Document, update: UpdateModifications },
    Replace { filter: Document, document: RawDocumentBuf },
    Delete { many: bool, filter: Document },
}

impl Ready {
    /// Returns the change and its options, for the driver's method.
    pub(crate) fn into_parts(self) -> (Change, Box<WriteOptions>) {
        (self.change, self.options)
    }

    /// Returns a copy of the document of an insert or a replacement, as it is stored if the write replaces a document.
    pub(crate) fn replacing_document(&self) -> Option<RawDocumentBuf> {
        policy::whole_document(&self.change, false)
    }

    /// Returns the document as it is stored if the write inserts it.
    pub(crate) fn inserted_document(&self) -> Option<RawDocumentBuf> {
        policy::whole_document(&self.change, true)
    }

    /// Returns whether a write that returns the document returns the new one.
    pub(crate) fn returns_new(&self) -> bool {
        matches!(self.options.return_document, Some(ReturnDocument::After))
    }

    /// Returns what the reply means, and leaves the meaning of the kind.
    pub(crate) fn take_meaning(&mut self) -> ReplyMeaning {
        std::mem::take(&mut self.meaning)
    }
}
