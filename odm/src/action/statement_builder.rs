//! The part that the builders of all writes share: the kind of the write, and the errors of its setters.
//!
//! The macros `write_verb!` and `find_and_modify!` implement how the builder of a write is sent and explained.

use std::marker::PhantomData;

use super::prepare::Problems;
use crate::{
    error::Result,
    model::Model,
    policies::Policies,
    write::{Statement, WriteKind, WriteOptions},
};

/// A write while its setters are called. The options are beside it, in the builder.
pub(super) struct StatementBuilder<M> {
    kind: Result<WriteKind>,
    pub(super) problems: Problems,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> StatementBuilder<M> {
    /// Creates a statement builder from the kind of the write, which the arguments of the verb determine.
    pub(super) fn new(kind: Result<WriteKind>) -> Self {
        Self { kind, problems: Problems::default(), model: PhantomData }
    }

    /// Sets the document that an update inserts if nothing matches.
    pub(super) fn or_insert(self, model: &M) -> Self {
        Self { kind: self.kind.and_then(|kind| kind.or_insert(model)), ..self }
    }

    /// Allows an update that violates rules of the model.
    pub(super) fn skip_rules(self) -> Self {
        Self { kind: self.kind.map(WriteKind::skip_rules), ..self }
    }

    /// Returns the statement, or the first error of a setter or an argument.
    pub(super) fn into_statement(
        self,
        options: impl Into<WriteOptions>,
        policies: &Policies,
    ) -> Result<Statement> {
        self.into_statement_with(Ok(options), policies)
    }

    /// Returns the statement, or the first error of a setter, an argument or the options.
    pub(super) fn into_statement_with(
        self,
        options: Result<impl Into<WriteOptions>>,
        policies: &Policies,
    ) -> Result<Statement> {
        let kind = self.problems.or(self.kind)?;
        Ok(Statement::new(kind, options?, policies.clone()))
    }
}

/// Implements `execute` and the explanation of a builder with the fields `target`, `builder`, `options` and `state`.
macro_rules! write_verb {
    ($action:ident, $verb:expr, $send:path => $output:ty) => {
        impl<M: $crate::model::Model> $crate::action::explain::Explained for $action<M> {
            fn explained(self) -> $crate::action::Explain {
                let Self { target, builder, options, state: _ } = self;
                let statement = builder.into_statement(options, target.policies());
                $crate::action::Explain::of_write(target, statement)
            }
        }

        impl<M: $crate::model::Model, S> $action<M, S> {
            fn execute<'s>(self) -> ::futures_core::future::BoxFuture<'s, $crate::error::Result<$output>>
            where
                S: $crate::action::SessionState<'s>,
            {
                let Self { target, builder, options, state } = self;
                let statement = builder.into_statement(options, target.policies());
                $crate::action::hooked::run(
                    state,
                    target,
                    $verb,
                    statement,
                    |target, verb, ready, session| {
                        ::std::boxed::Box::pin($send(target, verb, ready, session))
                    },
                )
            }
        }
    };
}
pub(crate) use write_verb;

/// Declares `.skip_rules()` of a builder of updates. `$builder` is its statement builder.
macro_rules! skip_rules {
    ([$($generics:tt)*] $action:ty, $($builder:tt).+) => {
        impl<$($generics)*> $action {
            /// Sends the update even if it violates [rules](crate::update#rules) of the model. The collection's
            /// validator still applies: see [`bypass_document_validation`](crate::action::UpdateOne::bypass_document_validation).
            /// A document that the update inserts is still checked.
            #[doc(alias = "runValidators")]
            pub fn skip_rules(mut self) -> Self {
                self.$($builder).+ = self.$($builder).+.skip_rules();
                self
            }
        }
    };
}
pub(crate) use skip_rules;

/// Implements `view`, `execute` and the explanation of a builder that also has the field `view`.
macro_rules! find_and_modify {
    ($action:ident, $verb:expr) => {
        impl<M: $crate::model::Model> $crate::action::explain::Explained for $action<M> {
            fn explained(self) -> $crate::action::Explain {
                let (target, statement, _) = self.into_statement();
                $crate::action::Explain::of_find_and_modify(target, statement)
            }
        }

        impl<M: $crate::model::Model, S> $action<M, S> {
            /// Reads the document as a [view](crate::view): `{ fields: { .. } }`.
            ///
            /// Awaiting it returns the view, or `None` if nothing matches. The view owns its data, because there is no
            /// cursor to borrow from.
            pub fn view<V: $crate::view::View<M> + $crate::value::OwnedRow>(
                mut self,
            ) -> $crate::action::ReadAs<Self, V> {
                self.view = Some($crate::view::Projection::of::<M, V>());
                $crate::action::ReadAs::new(self, $crate::action::Decoder::of())
            }

            fn into_statement(
                self,
            ) -> ($crate::collection::Target, $crate::error::Result<$crate::write::Statement>, S) {
                let Self { target, builder, view, mut options, state } = self;
                let projection = $crate::action::prepare::projection(view, options.projection.as_ref());
                let options = projection.map(|projection| {
                    options.projection = projection;
                    options
                });
                let statement = builder.into_statement_with(options, target.policies());
                (target, statement, state)
            }

            fn execute<'s>(self) -> ::futures_core::future::BoxFuture<'s, $crate::error::Result<Option<M>>>
            where
                S: $crate::action::SessionState<'s>,
            {
                self.execute_as($crate::action::Decoder::of())
            }

            pub(super) fn execute_as<'s, T: 's>(
                self,
                decoder: $crate::action::Decoder<T>,
            ) -> ::futures_core::future::BoxFuture<'s, $crate::error::Result<Option<T>>>
            where
                S: $crate::action::SessionState<'s>,
            {
                let (target, statement, state) = self.into_statement();
                $crate::action::hooked::run_and_decode(state, target, $verb, statement, decoder)
            }
        }
    };
}
pub(crate) use find_and_modify;
