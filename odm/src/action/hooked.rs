//! Runs a write between the hooks of its model. All verbs that send one statement use it.

use futures_core::future::BoxFuture;
use mongodb::ClientSession;

use super::{Decoder, SessionState, send};
use crate::{
    collection::Target,
    error::{ErrorKind, Result},
    hooks::{Around, Reply},
    operation::Verb,
    write::{Ready, Statement},
};

/// The function that sends a statement.
pub(super) type Send<T> =
    for<'a> fn(Target, Verb, Result<Ready>, Option<&'a mut ClientSession>) -> BoxFuture<'a, Result<T>>;

/// Applies the policies to a statement and sends it. Runs the hooks of the model before and after it, if it has some.
pub(super) fn run<'s, T: Reply + std::marker::Send + 's>(
    state: impl SessionState<'s>,
    target: Target,
    verb: Verb,
    statement: Result<Statement>,
    send: Send<T>,
) -> BoxFuture<'s, Result<T>> {
    let state = state.at(target.operation(verb));
    if target.hooks().is_some() {
        return around(state, target, verb, statement, send);
    }
    state.run(|session| send(target, verb, statement.and_then(Statement::finish), session))
}

/// Does the same for a write that returns the document, which it decodes.
pub(super) fn run_and_decode<'s, T: 's>(
    state: impl SessionState<'s>,
    target: Target,
    verb: Verb,
    statement: Result<Statement>,
    decoder: Decoder<T>,
) -> BoxFuture<'s, Result<Option<T>>> {
    let state = state.at(target.operation(verb));
    if target.hooks().is_none() {
        return state.run(|session| {
            Box::pin(async move {
                let ready = statement.and_then(Statement::finish);
                let found = send::find_and_modify(target.clone(), verb, ready, session).await?;
                decoder.row(&target.operation(verb), found)
            })
        });
    }
    let in_transaction = state.in_transaction();
    let found = around(state, target.clone(), verb, statement, |target, verb, ready, session| {
        Box::pin(send::find_and_modify(target, verb, ready, session))
    });
    Box::pin(async move {
        let row = decoder.row(&target.operation(verb), found.await?);
        row.map_err(|error| if in_transaction { error.in_transaction() } else { error })
    })
}

/// Sends a statement between the hooks of its model.
fn around<'s, T: Reply + std::marker::Send + 's>(
    state: impl SessionState<'s>,
    target: Target,
    verb: Verb,
    statement: Result<Statement>,
    send: Send<T>,
) -> BoxFuture<'s, Result<T>> {
    state.run_with(move |lent| {
        Box::pin(async move {
            let mut own = None;
            let mut around = Around::begin(target.clone(), verb, lent, &mut own).await?;
            let before = around.before(statement).await;
            let (ready, pending) = target.operation(verb).check(before)?;
            let outcome = around.observe(|session| send(target, verb, Ok(ready), session)).await;
            match &outcome {
                Ok(reply) => around.after(pending, reply.outcome()).await?,
                Err(error) if matches!(error.kind(), ErrorKind::WriteConcern(_)) => {
                    // The error of the write says more than that of a hook.
                    let _ = around.after(pending, T::outcome_of_applied(error)).await;
                }
                Err(_) => {}
            }
            outcome
        })
    })
}
