//! Batches that are sent at the same time.

use std::future::Future;

use futures_util::{StreamExt as _, stream::FuturesUnordered};

use super::SessionState;
use crate::error::{Result, WriteReply};

/// The state of an action that sends several commands at the same time: `.concurrency(..)`.
///
/// Such an action cannot have a session, because a session takes one command at a time.
#[derive(Debug, Clone, Copy)]
pub struct Concurrent(pub(super) usize);

impl SessionState<'_> for Concurrent {
    fn concurrency(&self) -> usize {
        self.0
    }
}

/// Sends the batches, up to `concurrency` of them at the same time. Returns the answers in the order of the batches.
///
/// After a call without a reply, no further batch is sent, and the answers to those that were sent are awaited.
pub(super) async fn send<'b, F>(
    batches: &'b [Vec<usize>],
    concurrency: usize,
    call: impl Fn(&'b [usize]) -> F,
) -> Vec<(&'b [usize], Result<WriteReply>)>
where
    F: Future<Output = Result<WriteReply>>,
{
    let mut waiting = batches.iter().map(Vec::as_slice).enumerate();
    let mut sent = FuturesUnordered::new();
    let mut answers = Vec::with_capacity(batches.len());
    let mut goes_on = true;
    loop {
        while goes_on && sent.len() < concurrency {
            let Some((number, batch)) = waiting.next() else { break };
            let answer = call(batch);
            sent.push(async move { (number, batch, answer.await) });
        }
        let Some(answered) = sent.next().await else { break };
        goes_on &= answered.2.is_ok();
        answers.push(answered);
    }
    answers.sort_by_key(|(number, ..)| *number);
    answers.into_iter().map(|(_, batch, answer)| (batch, answer)).collect()
}
