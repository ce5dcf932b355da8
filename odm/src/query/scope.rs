//! The scopes of a collection: conditions that are added to every read of its documents. No collection has scopes yet.

use super::{Query, Ready};

/// Applies the scopes. All reads pass through this function: it alone returns a [`Ready`] query.
pub(super) fn apply<S, O>(query: Query<S, O>) -> Ready<S, O> {
    #[cfg(test)]
    crate::operation::exits::pass(crate::operation::exits::Exit::Scope);
    let Query { selection, options } = query;
    Ready { selection, options }
}
