//! `insert_many`: store many new documents.

use std::{borrow::Borrow, ops::Range};

use futures_core::future::BoxFuture;
use mongodb::{ClientSession, action::Action, bson::RawDocument, options::InsertManyOptions};

use super::{Implicit, SessionState, action, encode::Encoded};
use crate::{
    collection::{Collection, Target},
    error::{Error, ErrorKind, InsertManyError, Result},
    exec,
    model::Model,
    trace::Verb,
};

pub(super) const INSERT_MANY: Verb = Verb::new("insert_many", "insert");

/// What one `insert` command takes: `maxWriteBatchSize`, and `maxMessageSizeBytes` less room for the rest of
/// the command. Batches are cut here and not by the driver, which does not tell how many it has sent when one
/// of them breaks.
const MAX_BATCH_COUNT: usize = 100_000;
const MAX_BATCH_BYTES: usize = 47_000_000;

impl<M: Model> Collection<M> {
    /// Stores many new documents.
    ///
    /// `{ insert: <collection>, documents: [..], ordered: true }`, in as few commands as the server's limits
    /// allow (100,000 documents or 48 MB each).
    ///
    /// Every document is checked against the rules of its model, encoded and measured before the first is
    /// sent: if one of them cannot be stored, none is. After that, an ordered insert (the default) stops at
    /// the first document that the server refuses, and an [unordered](InsertMany::ordered) one goes on. No
    /// documents at all is no error: nothing is sent.
    ///
    /// `await` gives the ids, in the order of the documents.
    ///
    /// # Errors
    ///
    /// [`insert_many_error`](crate::Error::insert_many_error) tells what became of each document. The predicates
    /// [`is_invalid`](crate::Error::is_invalid), [`is_duplicate_key`](crate::Error::is_duplicate_key) and
    /// [`is_rejected`](crate::Error::is_rejected) hold if that is all that went wrong.
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
    ///         let known = error.insert_many_error().map_or(0, |error| error.failures().len());
    ///         println!("{known} of them were known");
    ///     }
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn insert_many(&self, models: impl IntoIterator<Item = impl Borrow<M>>) -> InsertMany<M> {
        let mut ids = Vec::new();
        let mut documents = Encoded::default();
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
            state: Implicit,
        }
    }
}

fn not_sent(count: usize, refused: Vec<(usize, Error)>) -> Error {
    let mut report = InsertManyError::new(count);
    for (position, error) in refused {
        report.fail(position, error);
    }
    Error::new(ErrorKind::InsertMany(report))
}

/// Stores many new documents.
///
/// Construct with [`Collection::insert_many`]. It holds the encoded documents, not the models.
#[must_use = "nothing is inserted until the action is awaited"]
pub struct InsertMany<M: Model, S = Implicit> {
    target: Target,
    ids: Vec<M::Id>,
    documents: Result<Encoded>,
    options: InsertManyOptions,
    state: S,
}

action!(InsertMany { target, ids, documents } with InsertManyOptions => Vec<M::Id>);

impl<M: Model, S> InsertMany<M, S> {
    fn execute<'s>(self) -> BoxFuture<'s, Result<Vec<M::Id>>>
    where
        S: SessionState<'s>,
    {
        let sent = send(self.target, self.documents, self.options, self.state.into_option());
        let ids = self.ids;
        Box::pin(async move { sent.await.map(|()| ids) })
    }
}

async fn send(
    target: Target,
    documents: Result<Encoded>,
    options: InsertManyOptions,
    mut session: Option<&mut ClientSession>,
) -> Result<()> {
    let operation = target.operation(INSERT_MANY);
    let documents = operation.check(documents)?;
    let ordered = options.ordered.unwrap_or(true);
    let collection = target.driver().clone_with_type::<&RawDocument>();
    let mut report = InsertManyError::new(documents.len());
    for batch in batches(documents.sizes()) {
        let call = collection
            .insert_many(documents.documents(batch.clone()))
            .with_options(options.clone())
            .optional(session.as_deref_mut(), mongodb::action::InsertMany::session);
        match exec::run(operation, call).await {
            Ok(_) => report.written(batch),
            Err(error) => {
                if !report.absorb(batch, error, ordered) {
                    break;
                }
            }
        }
    }
    operation.check(report.into_result())
}

/// The positions of the documents of these sizes that go into each command.
fn batches(sizes: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let (mut batch, mut bytes) = (0..0, 0);
    for size in sizes {
        if !batch.is_empty() && (batch.len() == MAX_BATCH_COUNT || bytes + size > MAX_BATCH_BYTES) {
            batches.push(batch.clone());
            (batch, bytes) = (batch.end..batch.end, 0);
        }
        batch.end += 1;
        bytes += size;
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

#[cfg(test)]
mod tests {
    use std::iter::repeat_n;

    use super::*;

    #[test]
    fn cuts_where_the_server_would() {
        let cut = |size, count| batches(repeat_n(size, count));
        assert!(cut(14, 0).is_empty());
        assert_eq!(cut(14, 3), vec![Range { start: 0, end: 3 }]);
        assert_eq!(cut(14, 200_001), [0..100_000, 100_000..200_000, 200_000..200_001]);
        assert_eq!(cut(16_000_000, 5), [0..2, 2..4, 4..5]);
    }
}
