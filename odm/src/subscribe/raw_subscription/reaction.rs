//! What a subscription does when its source has ended: the policies.

use std::sync::Arc;

use mongodb::bson::doc;

use super::{
    super::{
        monitor::Phase,
        policy::{Incident, OnEventTooLarge, OnHistoryLost, OnInvalidate, is_history_lost},
        position::{Place, Position},
        start::{Batches, Restart},
    },
    RawSubscription,
};
use crate::{
    error::{Error, ErrorKind},
    watch::ResumeToken,
};

impl RawSubscription {
    /// Reacts to the end of the source.
    pub(super) fn failed(&mut self, error: Error) {
        match error.kind() {
            ErrorKind::Superseded => self.superseded(error),
            kind if is_history_lost(kind) => self.lost(error),
            ErrorKind::Invalidated => self.invalidated(error),
            ErrorKind::EventTooLarge => self.too_large(error),
            _ => {
                let error = if error.operation().is_some() { error } else { error.during(&self.operation()) };
                self.end(Some(error));
            }
        }
    }

    pub(super) fn superseded(&mut self, error: Error) {
        self.current = None;
        self.frontier = None;
        self.setup.report(&Incident::Superseded);
        if self.setup.settings.lease.is_some() {
            self.monitor.set_phase(Phase::Waiting);
            self.restart(Restart::Load);
        } else {
            let error = error.during(&self.operation());
            self.end(Some(error));
        }
    }

    fn lost(&mut self, error: Error) {
        let mut policy = self.setup.settings.on_history_lost;
        if self.is_recovering {
            // The oplog is too small for the time that the existing documents take. Another attempt would never end.
            policy = OnHistoryLost::Fail;
        }
        self.setup.report(&Incident::HistoryLost {
            after: self.frontier.as_ref().and_then(Position::token).cloned(),
            code: error.code(),
            policy,
        });
        match policy {
            OnHistoryLost::Fail => {
                let error = if error.operation().is_some() { error } else { error.during(&self.operation()) };
                self.end(Some(error));
            }
            OnHistoryLost::SkipToNow => self.restart(Restart::Now),
            OnHistoryLost::DeliverExistingDocuments => {
                self.is_recovering = true;
                self.restart(Restart::Existing);
            }
        }
    }

    fn invalidated(&mut self, error: Error) {
        let policy = self.setup.settings.on_invalidate;
        self.setup.report(&Incident::Invalidated { policy });
        match (policy, self.frontier.clone()) {
            (OnInvalidate::Stop, _) => self.end(None),
            (OnInvalidate::Continue, Some(position)) => {
                self.restart(Restart::from(position));
            }
            (OnInvalidate::Fail, _) | (_, None) => self.end(Some(error)),
        }
    }

    /// Isolates the event first, because the server withholds the events before it in the same batch.
    fn too_large(&mut self, error: Error) {
        let (OnEventTooLarge::Skip, Some(mut position)) =
            (self.setup.settings.on_event_too_large, self.frontier.clone())
        else {
            return self.end(Some(error));
        };
        let Some(token) = error.server_message().and_then(token_in) else {
            return self.end(Some(error));
        };
        if self.batches == Batches::Configured {
            return self.restart(Restart::From { position, batches: Batches::OneByOne { through: token } });
        }
        self.setup.report(&Incident::EventSkipped { token: token.clone() });
        let chunks = match &position.place {
            Place::At(_, chunks) | Place::After(_, chunks) | Place::Copy(chunks) => Arc::clone(chunks),
        };
        position.place = Place::After(token, chunks);
        self.restart(Restart::from(position));
    }

    /// Returns to the batches of the settings after the event that was too large for one. It can be smaller when it is
    /// read again, because the document that is looked up has changed.
    pub(super) fn passed(&mut self, position: &Position) {
        let is_passed = match (&self.batches, position.token()) {
            (Batches::OneByOne { through }, Some(token)) => token.data() >= through.data(),
            _ => false,
        };
        if is_passed {
            self.restart(Restart::from(position.clone()));
        }
    }

    #[cold]
    pub(super) fn stuck(&self) -> Error {
        Error::refused(format!(
            "at most {} changes may wait for their acknowledgement, and the first of those that wait was dropped: \
             acknowledge each change with `ack()`, or open the subscription again to have it delivered again",
            self.setup.settings.max_unacknowledged
        ))
        .during(&self.operation())
    }
}

/// Reads the token from the server's message about an event that is too large.
fn token_in(message: &str) -> Option<ResumeToken> {
    let data = message.split_once("_data: \"")?.1.split_once('"')?.0;
    ResumeToken::try_from(doc! { "_data": data }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_read_from_the_message_about_a_large_event() {
        let message = "BSONObj size: 18874818 (0x12001C2) is invalid. Size must be between 0 and 16793600(16MB) First \
                       element: _id: { _data: \"826B0BF91D000000142B04\" }";
        assert_eq!(token_in(message).unwrap().data(), "826B0BF91D000000142B04");
        assert!(token_in("First element: _id: 7").is_none());
    }
}
