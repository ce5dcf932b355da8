//! `insert_many`: inserts many documents.

use std::borrow::Borrow;

use futures_core::future::BoxFuture;
use mongodb::{ClientSession, action::Action, bson::RawDocument, options::InsertManyOptions};

use super::{
    BorrowedSession, ImplicitSession, SessionState, action,
    batch::Limits,
    concurrent::{self, Concurrent},
    deadline::deadline,
    setters::setters,
};
use crate::{
    collection::{Collection, Target},
    error::{BulkWriteError, Error, ErrorKind, Result, WriteReply},
    exec,
    hooks::Around,
    model::Model,
    operation::{Operation, Verb},
    write::{EncodedDocuments, Inserts},
};

pub(super) const INSERT_MANY: Verb = Verb::writes("insert_many", "insert");

impl<M: Model> Collection<M> {
    /// Inserts many documents.
    ///
    /// `{ insert: <collection>, documents: [..], ordered: true }`, in as few commands as the server's limits
    /// allow (100,000 documents or 47 MB each).
    ///
    /// Every document is checked against the rules of its model, encoded and measured before the first is sent. If
    /// one of them cannot be stored, none is sent. An ordered insert (the default) stops at the first document that
    /// the server refuses; an [unordered](InsertMany::ordered) insert continues, and can send several commands
    /// [at the same time](InsertMany::concurrency). Without documents, the action succeeds and sends nothing.
    ///
    /// Awaiting it returns the ids, in the order of the documents.
    ///
    /// # Errors
    ///
    /// [`bulk_write_error`](crate::Error::bulk_write_error) returns the outcome of each document. The predicates
    /// [`is_invalid`](crate::Error::is_invalid), [`is_duplicate_key`](crate::Error::is_duplicate_key) and
    /// [`is_rejected`](crate::Error::is_rejected) are true if all failures are of that kind.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, new: Vec<User>) -> odm::Result<()> {
    /// match users.insert_many(&new).ordered(false).await {
    ///     Ok(ids) => println!("{} users", ids.len()),
    ///     Err(error) if error.is_duplicate_key() => {
    ///         let known = error.bulk_write_error().map_or(0, |error| error.failures().len());
    ///         println!("{known} of them were known");
    ///     }
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn insert_many(&self, models: impl IntoIterator<Item = impl Borrow<M>>) -> InsertMany<M> {
        let mut ids = Vec::new();
        let mut documents = EncodedDocuments::default();
        let mut refused = Vec::new();
        for (position, model) in models.into_iter().enumerate() {
            let model = model.borrow();
            ids.push(model.id().clone());
            if let Err(error) = documents.push(model) {
                refused.push((position, error));
            }
        }
        InsertMany {
            target: self.target(),
            documents: if refused.is_empty() { Ok(documents) } else { Err(not_sent(ids.len(), refused)) },
            ids,
            options: InsertManyOptions::default(),
            state: ImplicitSession,
        }
    }
}

fn not_sent(count: usize, refused: Vec<(usize, Error)>) -> Error {
    let mut report = BulkWriteError::of_documents(count);
    for (position, error) in refused {
        report.fail(position, error);
    }
    Error::new(ErrorKind::BulkWrite(report))
}

/// Inserts many documents.
///
/// Construct with [`Collection::insert_many`]. It contains the encoded documents, not the models.
#[must_use = "nothing is inserted until the action is awaited"]
pub struct InsertMany<M: Model, S = ImplicitSession> {
    target: Target,
    ids: Vec<M::Id>,
    documents: Result<EncodedDocuments>,
    options: InsertManyOptions,
    state: S,
}

action!(InsertMany { target, ids, documents } with InsertManyOptions => Vec<M::Id>);
action!(@awaited InsertMany, Concurrent, 'static, crate::exec::completed => Vec<M::Id>);

setters!([M: Model, S] InsertMany<M, S>, of M: ordered bypass_document_validation comment write_concern);
deadline!([M: Model] InsertMany<M>, INSERT_MANY, reply);
deadline!([M: Model] InsertMany<M, Concurrent>, INSERT_MANY, reply);

impl<M: Model> InsertMany<M> {
    /// Distributes the documents of an [unordered](InsertMany::ordered) insert over `commands` commands of equal
    /// length, and sends up to this many at the same time, on as many connections:
    /// `{ insert: <collection>, documents: [..], ordered: false }`. `0` means 1, the default.
    ///
    /// The server then works with several threads, and the network carries one command while the server stores another.
    /// On a server without free cores, nothing is gained: measure it with your documents. A command contains at least
    /// 1,000 documents or 1 MB, so fewer commands are sent for few documents.
    ///
    /// The report of an error is the same as for commands one after the other: outcomes and failures have the positions
    /// of the documents in the call, and are sorted by them. If no reply arrives to a command, no further one is sent,
    /// and those that were sent are awaited; if several have no reply, the error has the cause of the first.
    ///
    /// A model with [hooks](crate::hooks) sends one command at a time, because its writes and its hooks share a session.
    ///
    /// # Errors
    ///
    /// Awaiting it returns an error, and sends nothing, if the insert is ordered. There is no `.session(..)` afterwards,
    /// because a session takes one command at a time:
    ///
    /// ```compile_fail,E0599
    /// # use odm::{Collection, Id, Model, session::Session};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User> }
    /// # async fn f(users: Collection<User>, new: Vec<User>, mut session: Session) -> odm::Result<()> {
    /// users.insert_many(&new).ordered(false).concurrency(4).session(&mut session).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User> }
    /// # async fn f(users: Collection<User>, new: Vec<User>) -> odm::Result<()> {
    /// users.insert_many(&new).ordered(false).concurrency(4).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn concurrency(self, commands: usize) -> InsertMany<M, Concurrent> {
        let Self { target, ids, documents, options, state: ImplicitSession } = self;
        InsertMany { target, ids, documents, options, state: Concurrent(commands.max(1)) }
    }
}

impl<M: Model, S> super::TakesComment for InsertMany<M, S> {
    fn take_comment(&mut self, comment: Result<mongodb::bson::Bson>) -> Option<mongodb::bson::Bson> {
        comment.map_err(|problem| self.documents = Err(problem)).ok()
    }
}

impl<M: Model, S> InsertMany<M, S> {
    fn execute<'s>(self) -> BoxFuture<'s, Result<Vec<M::Id>>>
    where
        S: SessionState<'s>,
    {
        let Self { target, ids, documents, options, state } = self;
        let concurrency = state.concurrency();
        let documents = documents.and_then(|documents| match concurrency {
            2.. if is_ordered(&options) => Err(Error::refused(
                "the insert is ordered, and `.concurrency(..)` sends commands in no order: add `.ordered(false)`",
            )),
            _ => Ok(documents),
        });
        let inserts = documents.map(|documents| Inserts::new(documents, target.policies().clone()));
        let state = state.at(target.operation(INSERT_MANY));
        if target.hooks().is_some() {
            return state.run_with(|lent| {
                Box::pin(async move { hooked(target, inserts, options, lent).await.map(|()| ids) })
            });
        }
        state.run(|session| {
            Box::pin(async move {
                let documents = target.operation(INSERT_MANY).check(inserts.and_then(Inserts::finish))?;
                send(&target, &documents, options, concurrency, session).await.map(|()| ids)
            })
        })
    }
}

/// Inserts the documents between the hooks of their model.
async fn hooked(
    target: Target,
    inserts: Result<Inserts>,
    options: InsertManyOptions,
    lent: Option<BorrowedSession<'_>>,
) -> Result<()> {
    let mut own = None;
    let mut around = Around::begin(target.clone(), INSERT_MANY, lent, &mut own).await?;
    let before = around.before_inserts(inserts).await;
    let documents = target.operation(INSERT_MANY).check(before)?;
    let sent = around.observe(|session| send(&target, &documents, options, 1, session)).await;
    match &sent {
        Ok(()) => around.after_inserts(&documents, |_| true).await?,
        Err(error) => {
            let is_inserted =
                |position| error.bulk_write_error().is_some_and(|report| report.is_written(position));
            // The error of the write says more than that of a hook.
            let _ = around.after_inserts(&documents, is_inserted).await;
        }
    }
    sent
}

fn is_ordered(options: &InsertManyOptions) -> bool {
    options.ordered.unwrap_or(true)
}

async fn send(
    target: &Target,
    documents: &EncodedDocuments,
    options: InsertManyOptions,
    concurrency: usize,
    mut session: Option<&mut ClientSession>,
) -> Result<()> {
    let operation = target.operation(INSERT_MANY);
    let mut report = BulkWriteError::of_documents(documents.len());
    let limits = Limits::DOCUMENTS.spread(concurrency, documents.len(), documents.bytes_len());
    let batches = limits.cut(documents.sizes().enumerate());
    let of = |batch: &[usize]| batch.iter().filter_map(|position| documents.document(*position)).collect();
    if concurrency > 1 {
        let call = |batch| insert_batch(target, operation, of(batch), options.clone(), None);
        for (batch, answer) in concurrent::send(&batches, concurrency, call).await {
            report.take(batch, answer, false);
        }
    } else {
        for batch in &batches {
            let answer =
                insert_batch(target, operation, of(batch), options.clone(), session.as_deref_mut()).await;
            if !report.take(batch, answer, is_ordered(&options)) {
                break;
            }
        }
    }
    operation.check(report.into_result()).map(drop)
}

/// Sends one `insert` command. The driver retries it after a failure if that is safe.
pub(super) async fn insert_batch(
    target: &Target,
    operation: Operation<'_>,
    documents: Vec<&RawDocument>,
    options: InsertManyOptions,
    session: Option<&mut ClientSession>,
) -> Result<WriteReply> {
    let ordered = is_ordered(&options);
    let collection = target.driver().clone_with_type::<&RawDocument>();
    let call = collection
        .insert_many(&documents)
        .with_options(options)
        .optional(session, mongodb::action::InsertMany::session);
    match exec::run(operation, call).await {
        Ok(_) => Ok(WriteReply::inserted(documents.len())),
        Err(error) => WriteReply::of_insert(&error, &documents, ordered).ok_or(error),
    }
}
