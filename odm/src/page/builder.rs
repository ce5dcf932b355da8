//! `builder!`: what the builders of both kinds of pages have in common.

/// Implements the session, the deadline, the explanation, and `IntoFuture` with and without a session.
macro_rules! builder {
    ($builder:ident, $settings:ty, $verb:expr => $page:ty) => {
        impl<M: $crate::model::Model, T, S> $builder<M, T, S> {
            /// Returns the collection, the commands, the options of an include, how the documents are read, and the
            /// session.
            fn prepare(
                self,
            ) -> (
                $crate::collection::Target,
                $crate::error::Result<
                    $crate::page::fetch::Prepared<<$settings as $crate::page::fetch::Settings>::Reader>,
                >,
                $crate::relation::HopOptions,
                $crate::page::fetch::Rows<T>,
                S,
            ) {
                let (target, parts, session) = self.find.into_parts();
                let hops = parts.as_ref().map(|(_, options)| $crate::relation::HopOptions::of(options));
                let hops = hops.unwrap_or_default();
                let operation = target.operation($verb);
                let source = $crate::page::fetch::Source {
                    namespace: &operation.namespace(),
                    policies: target.policies(),
                    model: M::META,
                };
                let prepared = parts
                    .and_then(|parts| $crate::page::fetch::Settings::prepare(self.settings, &source, parts));
                let prepared = operation.check(prepared);
                let prepared = prepared.and_then(|prepared| self.rows.check(&target).map(|()| prepared));
                (target, prepared, hops, self.rows, session)
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
                let (target, prepared, ..) = self.prepare();
                $crate::action::Explain::of_read(target, prepared.map(|prepared| prepared.find))
            }
        }

        impl<M: $crate::model::Model, T: 'static> ::std::future::IntoFuture for $builder<M, T> {
            type Output = $crate::error::Result<$page>;
            type IntoFuture = ::futures_core::future::BoxFuture<'static, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                let (target, prepared, hops, reading, _) = self.prepare();
                let fetched = $crate::exec::completed(Box::pin(async move {
                    let fetched = prepared?.run(&target, $verb).await?;
                    Ok((fetched.into_page(&target.operation($verb))?, target))
                }));
                Box::pin(async move {
                    let (mut page, target) = fetched.await?;
                    let rows = ::std::mem::take(&mut page.items);
                    let items = reading.read((&target, $verb), hops, &rows, None).await?;
                    Ok(page.with_items(items))
                })
            }
        }

        impl<'s, M: $crate::model::Model, T: 'static> ::std::future::IntoFuture
            for $builder<M, T, $crate::action::ExplicitSession<'s>>
        {
            type Output = $crate::error::Result<$page>;
            type IntoFuture = ::futures_core::future::BoxFuture<'s, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                let (target, prepared, hops, reading, session) = self.prepare();
                Box::pin(async move {
                    let (prepared, operation) = (prepared?, target.operation($verb));
                    let mut lent = session.into_lent(operation)?;
                    let fetched = prepared.run_in(&target, $verb, &mut lent).await?;
                    let mut page = fetched.into_page(&target.operation($verb))?;
                    let rows = ::std::mem::take(&mut page.items);
                    let items = reading.read((&target, $verb), hops, &rows, Some(lent)).await?;
                    Ok(page.with_items(items))
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
