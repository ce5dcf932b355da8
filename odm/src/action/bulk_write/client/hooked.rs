//! Runs a bulk write across collections between the hooks of its models.

use mongodb::options::BulkWriteOptions;

use super::{
    CLIENT_BULK_WRITE, ClientBulkWriteResult,
    send::{self, ClientWrite},
};
use crate::{
    action::{BorrowedSession, bulk_write::hooked},
    collection::Target,
    database::Database,
    error::{Error, Result},
    hooks::{Around, Pending},
};

/// Sends the writes. Each hook that runs before one of them has returned before the first is sent.
pub(super) async fn send(
    database: Database,
    writes: Vec<Result<ClientWrite>>,
    options: Result<BulkWriteOptions>,
    lent: Option<BorrowedSession<'_>>,
) -> Result<ClientBulkWriteResult> {
    let operation = database.operation(CLIENT_BULK_WRITE);
    let mut options = operation.check(options)?;
    // The session of the hooks is in no transaction, whose write concern would be used in place of that of the database.
    if lent.is_none() && options.write_concern.is_none() {
        options.write_concern = database.driver().write_concern().cloned();
    }
    let first = writes.iter().flatten().find_map(|write| match write {
        ClientWrite::Pending { target, .. } => Some(target.clone()),
        ClientWrite::Ready { .. } => None,
    });
    // If the arguments of a write are wrong already, nothing is sent, so no hook runs.
    let Some(first) = first.filter(|_| writes.iter().all(Result::is_ok)) else {
        return send::send(database, writes, Ok(options), None).await;
    };
    let mut own = None;
    let mut around = Around::begin(first, CLIENT_BULK_WRITE, lent, &mut own).await?;
    let mut pending: Vec<(usize, Target, Option<Pending>)> = Vec::new();
    let mut finished = Vec::with_capacity(writes.len());
    for (position, write) in writes.into_iter().enumerate() {
        finished.push(match write {
            Ok(ClientWrite::Pending { statement, namespace, target }) => {
                around.switch(target.clone());
                around.before(Ok(*statement)).await.and_then(|(ready, hook)| {
                    pending.push((position, target.clone(), hook));
                    ClientWrite::ready(ready, namespace, target)
                })
            }
            write => write,
        });
    }
    let sent = around.observe(|session| send::send(database, finished, Ok(options), session)).await;
    let upserted = sent.as_ref().map_or(&[][..], |result| &result.upserted);
    let mut hooks: Result<(), Error> = Ok(());
    for (position, target, hook) in pending {
        if hooks.is_ok() {
            around.switch(target);
            hooks = hooked::after(&mut around, vec![(position, hook)], sent.as_ref().err(), upserted).await;
        }
    }
    let sent = sent?;
    hooks.map(|()| sent)
}
