//! Reads without the type of their model. Every verb that reads builds a [`Query`].
//!
//! [`Query::finish`] applies the scope of the collection, and checks the operators. Only the [`Ready`] query that it returns can be sent, or
//! rendered as a command for `explain`. So no verb can bypass a scope.

mod render;
mod scope;

use mongodb::bson::Document;

pub(crate) use self::{
    render::Render,
    scope::{Selection, stream_of_all_tenants},
};
use crate::{error::Result, exec::Servers, policies::Policies};

/// A read as its verb builds it: what it selects, and the driver's options.
///
/// `S` is a filter, the stages of a pipeline, the [`Values`] of a field, or a [`WholeCollection`].
pub(crate) struct Query<S, O> {
    selection: S,
    options: O,
}

impl<S, O> Query<S, O> {
    /// Creates a query.
    pub(crate) fn new(selection: S, options: O) -> Self {
        Self { selection, options }
    }

    /// Returns the selection and the options, for a query that is built from them.
    pub(crate) fn into_parts(self) -> (S, O) {
        (self.selection, self.options)
    }

    /// Applies the scope of the collection. `policies` are those of its model and its handle.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if the query cannot be limited to
    /// the scope, or if the servers do not have one of its operators.
    pub(crate) fn finish(self, policies: &Policies) -> Result<Ready<S, O>>
    where
        S: Selection<O>,
    {
        scope::apply(self, Some(policies), &policies.servers)
    }

    /// Returns the query for all documents, whatever the policies of their model are: those that are deleted, and those
    /// of every tenant. For streams and copies, whose events and documents belong to several models, or to all of a
    /// collection, and for reads of a database, whose documents belong to no model.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if the servers do not have one of
    /// its operators.
    pub(crate) fn unscoped(self, servers: &Servers) -> Result<Ready<S, O>>
    where
        S: Selection<O>,
    {
        scope::apply(self, None, servers)
    }
}

/// The values of a field in the documents that match a filter.
#[derive(Debug)]
pub(crate) struct Values {
    pub(crate) key: String,
    pub(crate) filter: Document,
}

/// All documents of a collection. They are counted from its metadata.
#[derive(Debug)]
pub(crate) struct WholeCollection;

/// A query after the scope of its collection was applied. Only such a query can be sent or rendered.
#[derive(Debug)]
pub(crate) struct Ready<S, O> {
    selection: S,
    options: O,
}

impl<S, O> Ready<S, O> {
    /// Returns the selection and the options, for the driver's method.
    pub(crate) fn into_parts(self) -> (S, O) {
        (self.selection, self.options)
    }
}
