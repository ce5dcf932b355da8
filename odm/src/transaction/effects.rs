//! `Effects`: what a transaction does outside of the database, once it is known how it ended.

use std::{
    mem::take,
    sync::{Arc, Mutex, PoisonError},
};

use futures_core::future::BoxFuture;

use crate::error::Result;

/// The effects that the body of a transaction registers, which the body and its caller share.
#[derive(Clone, Default)]
pub(super) struct Effects(Arc<Mutex<Registered>>);

/// Effects in the order in which they were registered.
#[derive(Default)]
struct Registered {
    on_commit: Vec<BoxFuture<'static, ()>>,
    on_abort: Vec<BoxFuture<'static, ()>>,
}

impl Effects {
    pub(super) fn on_commit(&self, effect: BoxFuture<'static, ()>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).on_commit.push(effect);
    }

    pub(super) fn on_abort(&self, effect: BoxFuture<'static, ()>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).on_abort.push(effect);
    }

    /// Runs the effects of a commit, and drops those of an abort.
    async fn committed(&self) {
        for effect in self.take().on_commit {
            effect.await;
        }
    }

    /// Runs the effects of an abort, and drops those of a commit.
    pub(super) async fn aborted(&self) {
        for effect in self.take().on_abort {
            effect.await;
        }
    }

    /// Runs the effects of a commit with this outcome. None run if it is not known whether the transaction is
    /// committed.
    pub(super) async fn run(&self, committed: &Result<()>) {
        match committed {
            Ok(()) => self.committed().await,
            Err(error) if error.is_outcome_unknown() => drop(self.take()),
            Err(_) => self.aborted().await,
        }
    }

    fn take(&self) -> Registered {
        take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
