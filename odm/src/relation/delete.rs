//! Deletes by the rules of the references: `#[odm(on_delete = "..")]`.

mod deleted;
mod rules;
mod run;

use std::{fmt, future::IntoFuture, sync::Arc, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::bson::Bson;

pub use self::deleted::Deleted;
use self::{
    rules::{Handles, Member, Rules},
    run::Start,
};
use crate::{
    action::{AsSession, ExplicitSession, ImplicitSession, WithDeadline},
    collection::{Collection, Target},
    database::Database,
    error::{Error, Result},
    model::{Model, Tenanted},
    operation::{Operation, Verb},
    policies::{Scope, Tenant},
    value::{Id, Value},
};

const DELETE: Verb = Verb::new("delete", "delete");
const DELETE_MANY: Verb = Verb::new("delete_many", "delete");

/// A list of models: a tuple of up to sixteen.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of models",
    label = "expected a tuple of models",
    note = "for one model: `db.references::<(Comment,)>()`; each model is `Send` and `Sync`"
)]
pub trait ModelList: sealed::Listed {}

mod sealed {
    use super::rules::Member;

    /// The members of a list.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a list of models",
        label = "expected a tuple of models"
    )]
    pub trait Listed {
        #[doc(hidden)]
        fn members() -> Vec<Member>;
    }
}

macro_rules! lists {
    ($(($($model:ident),+))*) => { $(
        impl<$($model: Model + Send + Sync),+> sealed::Listed for ($($model,)+) {
            fn members() -> Vec<Member> {
                vec![$(Member::of::<$model>()),+]
            }
        }

        impl<$($model: Model + Send + Sync),+> ModelList for ($($model,)+) {}
    )* };
}

lists! {
    (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G)
    (A, B, C, D, E, F, G, H) (A, B, C, D, E, F, G, H, I) (A, B, C, D, E, F, G, H, I, J)
    (A, B, C, D, E, F, G, H, I, J, K) (A, B, C, D, E, F, G, H, I, J, K, L) (A, B, C, D, E, F, G, H, I, J, K, L, M)
    (A, B, C, D, E, F, G, H, I, J, K, L, M, N) (A, B, C, D, E, F, G, H, I, J, K, L, M, N, O)
    (A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P)
}

impl Database {
    /// Returns the references between these models, for deletes by their rules.
    ///
    /// The caller lists the models, because there is no registry: the one whose documents are deleted, and all that
    /// refer to it. A reference declares its rule with `#[odm(on_delete = "restrict")]`, `"cascade"` or `"nullify"`. A
    /// reference without a rule is left as it is, and dangles.
    ///
    /// ```no_run
    /// use odm::{Database, Id, Model};
    ///
    /// #[derive(Model)]
    /// #[odm(collection = "posts")]
    /// struct Post {
    ///     id: Id<Post>,
    ///     #[odm(on_delete = "restrict")]
    ///     author: Id<User>,
    ///     #[odm(on_delete = "nullify")]
    ///     reviewer: Option<Id<User>>,
    /// }
    ///
    /// #[derive(Model)]
    /// #[odm(collection = "comments", index(post))]
    /// struct Comment {
    ///     id: Id<Comment>,
    ///     #[odm(on_delete = "cascade")]
    ///     post: Id<Post>,
    /// }
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User> }
    ///
    /// # async fn f(db: Database, post: Id<Post>) -> odm::Result<()> {
    /// let references = db.references::<(User, Post, Comment)>();
    /// let deleted = references.delete(post).await?;
    /// println!("{} comments", deleted.count::<Comment>());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "on_delete")]
    #[doc(alias = "cascade")]
    pub fn references<L: ModelList>(&self) -> References {
        let handles = Handles { database: self.clone(), scope: Scope::default() };
        References { handles, rules: Arc::new(Rules::of(&L::members())) }
    }
}

/// The references between some models. Cloning it is cheap.
///
/// Construct with [`Database::references`].
#[derive(Clone)]
pub struct References {
    handles: Handles,
    rules: Arc<Rules>,
}

impl References {
    /// Returns the references between the documents of the tenant of a handle: `references.tenant_of(&orders)`.
    ///
    /// A delete then neither finds nor changes documents of other tenants. It is refused if a model of the list stores
    /// its tenants in another BSON type. Models without a tenant are not limited.
    #[must_use]
    pub fn tenant_of<M: Tenanted>(mut self, collection: &Collection<M>) -> Self {
        self.handles.scope.tenant = collection.policies().scope.tenant.clone();
        self
    }

    /// Returns the references between the documents of all tenants.
    #[must_use]
    pub fn all_tenants(mut self) -> Self {
        self.handles.scope.tenant = Tenant::All;
        self
    }

    /// Deletes the document with this id, and applies the rules of the references to it.
    ///
    /// - `restrict`: if a document refers to it that is not deleted itself, nothing is deleted.
    /// - `cascade`: the documents that refer to it are deleted too, and the rules of the references to these apply.
    /// - `nullify`: an `Option` becomes null, and the id is removed from a list. The field must be an `Option` or a
    ///   list.
    ///
    /// All of this is one [transaction](crate::transaction): a `find` for each reference with a rule, an `update` for
    /// each one to nullify, and then `{ delete: <collection>, deletes: [{ q: { _id: { $in: [ .. ] } }, limit: 0 }] }`
    /// for each model, with up to 1,000 ids in a command. Each reference should have an index. A document that another
    /// client inserts at the same time may still refer to a deleted one: the server's snapshots do not exclude it.
    ///
    /// The policies of the models apply. A model with a field [`deleted_at`](macro@crate::Model#policies) keeps its
    /// documents, and those that are deleted already neither prevent a delete nor are changed.
    /// [`restore`](crate::Collection::restore) does not undo the rules. If a model has a tenant,
    /// [`tenant_of`](Self::tenant_of) or [`all_tenants`](Self::all_tenants) specifies whose documents take part.
    ///
    /// Awaiting it returns what was [`Deleted`]. If there is no document with the id, nothing is changed.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_restricted`](Error::is_restricted) is true if a document prevents the delete,
    /// which [`Error::restriction`] describes. Returns an error for which [`is_not_sent`](Error::is_not_sent) is true
    /// if the model is not in the list, if documents of a model belong to tenants and neither
    /// [`tenant_of`](Self::tenant_of) nor [`all_tenants`](Self::all_tenants) is called, or if a rule of any model in
    /// the list cannot be applied: `nullify` of a field that is neither an `Option` nor a list, or a rule of a field
    /// that contains no reference, or only in a map, in an array inside of an array or in an untagged enum. Otherwise
    /// returns the errors of a [transaction](crate::Database::transaction).
    pub fn delete<M: Model>(&self, id: Id<M>) -> DeleteReferenced {
        self.start([id], DELETE)
    }

    /// Deletes the documents with these ids, like [`delete`](Self::delete), in one transaction. A document that is
    /// deleted itself prevents no other delete. Ids without a document are ignored.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`delete`](Self::delete).
    pub fn delete_many<M: Model>(&self, ids: impl IntoIterator<Item = Id<M>>) -> DeleteReferenced {
        self.start(ids, DELETE_MANY)
    }

    fn start<M: Model>(&self, ids: impl IntoIterator<Item = Id<M>>, verb: Verb) -> DeleteReferenced {
        let ids: Result<Vec<Bson>, _> = ids.into_iter().map(|id| id.to_bson()).collect();
        let start = ids.map_err(Error::from).and_then(|ids| self.rules.start::<M>(ids, &self.handles.scope));
        let on = self.handles.database.collection::<M>().untracked_target();
        let call = Call { on, verb };
        DeleteReferenced { references: self.clone(), call, start, retry_for: None, state: ImplicitSession }
    }
}

impl fmt::Debug for References {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("References").field("on", &self.handles.database).finish_non_exhaustive()
    }
}

/// Deletes documents by the rules of the references to them.
///
/// Construct with [`References::delete`] or [`References::delete_many`]. Awaiting it returns what was [`Deleted`].
#[must_use = "nothing happens until the action is awaited"]
pub struct DeleteReferenced<S = ImplicitSession> {
    references: References,
    call: Call,
    start: Result<Start>,
    retry_for: Option<Duration>,
    state: S,
}

/// The method of the caller, and the collection whose documents it deletes.
#[derive(Clone)]
struct Call {
    on: Target,
    verb: Verb,
}

impl Call {
    fn operation(&self) -> Operation<'_> {
        self.on.operation(self.verb)
    }

    /// Names the method in an error of no command.
    fn check<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| match error.operation() {
            Some(_) => error,
            None => error.during(&self.operation()),
        })
    }
}

impl DeleteReferenced {
    /// Sets for how long the transaction is tried again: see
    /// [`Transaction::retry_for`](crate::transaction::Transaction::retry_for). The default is 120 seconds. It has no effect
    /// with a [`session`](Self::session), because the caller repeats the transaction of that session.
    pub fn retry_for(mut self, limit: Duration) -> Self {
        self.retry_for = Some(limit);
        self
    }

    /// Limits how long the whole transaction may take, including the network: see [`WithDeadline`].
    ///
    /// After the deadline, returns an error for which [`is_timeout`](Error::is_timeout) is true. The transaction is
    /// aborted, unless its commit has been sent.
    pub fn deadline(self, after: Duration) -> WithDeadline<Self> {
        let Call { on, verb } = self.call.clone();
        WithDeadline::new(self, after, on.into(), verb)
    }

    /// Runs the deletes in this transaction of the caller, in place of one of their own. They are applied when the
    /// caller commits it, and after an error the caller must abort it.
    ///
    /// # Errors
    ///
    /// The action returns an error for which [`is_not_sent`](Error::is_not_sent) is true if the session is not known to
    /// be in a transaction. A [`Tx`](crate::Tx) always is, and a [`Session`](crate::Session) after
    /// [`start_transaction`](crate::Session::start_transaction).
    pub fn session(self, session: &mut impl AsSession) -> DeleteReferenced<ExplicitSession<'_>> {
        let Self { references, call, start, retry_for, state: ImplicitSession } = self;
        DeleteReferenced { references, call, start, retry_for, state: ExplicitSession::new(session) }
    }
}

impl IntoFuture for DeleteReferenced {
    type Output = Result<Deleted>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { references, call, start, retry_for, state: ImplicitSession } = self;
        let References { handles, rules } = references;
        Box::pin(async move {
            let shared = Arc::new((handles.clone(), rules, call.check(start)?, call.clone()));
            let body = |mut tx| {
                let shared = Arc::clone(&shared);
                async move {
                    let (handles, rules, start, call) = &*shared;
                    let mut lent = ExplicitSession::new(&mut tx).into_lent(call.operation())?;
                    run::run(handles, rules, start, &mut lent).await
                }
            };
            let transaction = handles.database.transaction(body);
            call.check(match retry_for {
                Some(limit) => transaction.retry_for(limit).await,
                None => transaction.await,
            })
        })
    }
}

impl<'s> IntoFuture for DeleteReferenced<ExplicitSession<'s>> {
    type Output = Result<Deleted>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { references: References { handles, rules }, call, start, state, .. } = self;
        Box::pin(async move {
            let (start, mut lent) = (call.check(start)?, state.into_lent(call.operation())?);
            if !lent.observer.in_transaction() {
                return call.check(Err(Error::refused(
                    "deletes by the rules of references are several commands that belong together: start a transaction \
                     in the session, or leave the session out",
                )));
            }
            call.check(run::run(&handles, &rules, &start, &mut lent).await)
        })
    }
}

impl<S> fmt::Debug for DeleteReferenced<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteReferenced")
            .field("on", &self.references.handles.database)
            .finish_non_exhaustive()
    }
}
