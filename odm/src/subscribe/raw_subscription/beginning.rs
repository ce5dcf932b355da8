//! The beginning and the end of the existing documents: the time of the first snapshot is saved, and the stream follows.

use std::{mem::replace, sync::Arc};

use super::{
    super::{
        position::{Place, Position, first_time, overlap},
        start::Restart,
        term_task::save_beginning,
    },
    RawSubscription, State,
};
use crate::error::Result;

impl RawSubscription {
    /// Saves the time of the first snapshot.
    pub(super) fn save_beginning(&mut self) {
        let ended = State::Ended(None);
        let (State::Copying(copy), Some(current)) = (replace(&mut self.state, ended), &self.current) else {
            return;
        };
        let place = Place::Copy(Arc::clone(copy.copied()));
        let saving =
            save_beginning(Arc::clone(&self.setup), current.term.clone(), Arc::clone(&current.tracker));
        self.state = State::Beginning(copy, Box::pin(saving));
        self.quiet(place);
    }

    /// Delivers the existing documents, because the time of their snapshot is saved.
    pub(super) fn begun(&mut self, saved: Result<()>) {
        match (replace(&mut self.state, State::Ended(None)), saved) {
            (State::Beginning(copy, _), Ok(())) => self.state = State::Copying(copy),
            (_, Err(error)) => self.failed(error),
            (state, Ok(())) => self.state = state,
        }
    }

    /// Continues with the stream, because all existing documents were delivered.
    pub(super) fn copied(&mut self) {
        let State::Copying(copy) = &self.state else { return };
        let (Some(time), Some(frontier)) = (first_time(copy.copied()), &self.frontier) else { return };
        let place = Place::At(time, overlap(copy.copied(), None));
        let position = Position { place, deployment: frontier.deployment.clone() };
        self.restart(Restart::from(position));
    }
}
