//! Runs a bulk write of a collection between the hooks of its model.

use mongodb::{bson::Bson, options::BulkWriteOptions};

use super::{
    BULK_WRITE,
    send::{self, Elements},
};
use crate::{
    action::BorrowedSession,
    collection::Target,
    error::{Error, Result, WriteCounts},
    hooks::{Around, HookOutcome, Pending},
};

/// Sends the writes. Each hook that runs before one of them has returned before the first is sent.
pub(super) async fn send(
    target: &Target,
    mut elements: Elements,
    options: BulkWriteOptions,
    lent: Option<BorrowedSession<'_>>,
) -> Result<(WriteCounts, Vec<(usize, Bson)>)> {
    let mut own = None;
    let mut around = Around::begin(target.clone(), BULK_WRITE, lent, &mut own).await?;
    let mut pending = Vec::with_capacity(elements.len());
    // If the arguments of a write are wrong already, nothing is sent, so no hook runs.
    for (position, statement) in elements.take_statements() {
        match around.before(Ok(statement)).await {
            Ok((ready, hook)) => {
                elements.put(position, Ok(ready));
                pending.push((position, hook));
            }
            Err(error) => elements.put(position, Err(error)),
        }
    }
    let sent = around.observe(|session| send::send(target, elements, options, session)).await;
    let upserted = sent.as_ref().map_or(&[][..], |(_, upserted)| upserted);
    let hooks = after(&mut around, pending, sent.as_ref().err(), upserted).await;
    let sent = sent?;
    hooks.map(|()| sent)
}

/// Runs the hooks after those writes that are known to be applied.
pub(super) async fn after(
    around: &mut Around<'_>,
    pending: Vec<(usize, Option<Pending>)>,
    error: Option<&Error>,
    upserted: &[(usize, Bson)],
) -> Result<()> {
    let report = error.and_then(Error::bulk_write_error);
    for (position, pending) in pending {
        let is_written = match error {
            None => true,
            Some(_) => report.is_some_and(|report| report.is_written(position)),
        };
        if is_written {
            let id = upserted.iter().find(|(at, _)| *at == position).map(|(_, id)| id);
            let id = id.or_else(|| report.and_then(|report| report.upserted_id(position)));
            around.after(pending, HookOutcome::of_bulk(id.cloned())).await?;
        }
    }
    Ok(())
}
