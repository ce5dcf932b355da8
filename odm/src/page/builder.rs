//! `builder!`: what the builders of both kinds of pages have in common.

/// Implements the session, the deadline, the explanation, and `IntoFuture` with and without a session.
macro_rules! builder {
    ($builder:ident, $settings:ty, $verb:expr => $page:ty) => {
        impl<M: $crate::model::Model, T, S> $builder<M, T, S> {
            /// Returns the collection, the commands, and the session.
            fn prepare(
                self,
            ) -> (
                $crate::collection::Target,
                $crate::error::Result<
                    $crate::page::fetch::Prepared<<$settings as $crate::page::fetch::Settings>::Reader>,
                >,
                S,
            ) {
                let (target, parts, session) = self.find.into_parts();
                let operation = target.operation($verb);
                let source = $crate::page::fetch::Source {
                    namespace: &operation.namespace(),
                    policies: target.policies(),
                    model: M::META,
                };
                let prepared = parts
                    .and_then(|parts| $crate::page::fetch::Settings::prepare(self.settings, &source, parts));
                let prepared = operation.check(prepared);
                (target, prepared, session)
            }
        }

        impl<M: $crate::model::Model, T> $builder<M, T> {
            /// Runs the action in this session.
            ///
            /// The action borrows the session until its future completes. An action can have only one session.
            pub fn session(
                self,
                session: &mut impl $crate::action::AsSession,
            ) -> $builder<M, T, $crate::action::ExplicitSession<'_>> {
                let Self { find, settings, rows } = self;
                $builder { find: find.session(session), settings, rows }
            }

            /// Limits how long the call may take, including the network: see [`WithDeadline`](crate::action::WithDeadline).
            ///
            /// After the deadline, returns an error for which [`is_timeout`](crate::Error::is_timeout) is true. The
            /// server receives the limit too: `{ maxTimeMS: n }`.
            pub fn deadline(mut self, after: ::std::time::Duration) -> $crate::action::WithDeadline<Self> {
                let on = self.find.limit_time(after);
                $crate::action::WithDeadline::new(self, after, on, $verb)
            }

            /// Explains how the server finds the documents of this page: which index it uses, what it examines, how
            /// long it takes.
            ///
            /// Awaiting it returns an [`Explanation`](crate::action::Explanation). See
            /// [`Explain`](crate::action::Explain).
            pub fn explain(self) -> $crate::action::Explain {
                let (target, prepared, _) = self.prepare();
                $crate::action::Explain::of_read(target, prepared.map(|prepared| prepared.find))
            }
        }

        impl<M: $crate::model::Model, T: $crate::value::OwnedRow + 'static> ::std::future::IntoFuture
            for $builder<M, T>
        {
            type Output = $crate::error::Result<$page>;
            type IntoFuture = ::futures_core::future::BoxFuture<'static, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                let (target, prepared, _) = self.prepare();
                $crate::exec::completed(Box::pin(async move {
                    let fetched = prepared?.run(&target, $verb).await?;
                    fetched.into_page(&target.operation($verb))
                }))
            }
        }

        impl<'s, M: $crate::model::Model, T: $crate::value::OwnedRow + 'static> ::std::future::IntoFuture
            for $builder<M, T, $crate::action::ExplicitSession<'s>>
        {
            type Output = $crate::error::Result<$page>;
            type IntoFuture = ::futures_core::future::BoxFuture<'s, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                let (target, prepared, session) = self.prepare();
                Box::pin(async move {
                    let fetched = prepared?.run_in(&target, $verb, session).await?;
                    fetched.into_page(&target.operation($verb))
                })
            }
        }

        impl<M: $crate::model::Model, T, S> ::std::fmt::Debug for $builder<M, T, S> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($builder)).field("find", &self.find).finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use builder;
