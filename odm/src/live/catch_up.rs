//! `CatchUp`: what a subscriber has missed since a token, until the fan-out takes over.

use std::{
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::future::BoxFuture;

use super::{
    filtered::FilteredChange,
    hub::{Hub, Setup},
    incoming::Incoming,
};
use crate::{
    error::{Error, ErrorKind, Result},
    filter::Matcher,
    model::Model,
    subscribe::OnInvalidate,
    watch::{
        ResumeToken,
        raw_stream::{Peeked, RawStream},
        resume_state::Start,
    },
};

/// A change stream of its own, which ends at the position at which the subscriber was added to the fan-out.
pub(super) struct CatchUp {
    state: State,
    until: Option<ResumeToken>,
    setup: Setup,
}

enum State {
    Opening(BoxFuture<'static, Result<RawStream>>),
    Streaming(Box<RawStream>),
}

/// One step of catching up.
pub(super) enum Step<M: Model> {
    Item(Result<FilteredChange<M>>),
    /// The fan-out has everything else.
    Done,
    /// The end, without an error if the policy is to stop.
    Ended(Option<Error>),
}

impl CatchUp {
    pub(super) fn new<M: Model>(hub: &Hub<M>, token: ResumeToken, until: Option<ResumeToken>) -> Self {
        let setup = hub.setup.clone();
        let opening = RawStream::open(setup.request.clone(), Start::After(token), setup.max_outage);
        Self { state: State::Opening(Box::pin(opening)), until, setup }
    }

    /// Returns the next change that concerns the filter. `last` becomes its token.
    pub(super) fn poll_step<M: Model>(
        &mut self,
        cx: &mut Context<'_>,
        filter: Option<&Matcher<M>>,
        last: &mut Option<ResumeToken>,
    ) -> Poll<Step<M>> {
        loop {
            let stream = match &mut self.state {
                State::Opening(opening) => match ready!(opening.as_mut().poll(cx)) {
                    Ok(stream) => {
                        self.state = State::Streaming(Box::new(stream));
                        continue;
                    }
                    Err(error) => return Poll::Ready(Step::Ended(Some(error))),
                },
                State::Streaming(stream) => stream,
            };
            match ready!(stream.poll_peek(cx, true)) {
                Peeked::Event => {}
                Peeked::Nothing if is_there(self.until.as_ref(), stream.token()) => {
                    return Poll::Ready(Step::Done);
                }
                Peeked::Nothing => continue,
                Peeked::End(error) => {
                    let error = error.unwrap_or_else(|| Error::refused("the change stream has ended"));
                    let token = stream.token().cloned();
                    match self.ended(error, token) {
                        Ok(next) => self.state = State::Streaming(Box::new(next)),
                        Err(step) => return Poll::Ready(step),
                    }
                    continue;
                }
            }
            let Some(event) = stream.front() else { continue };
            let event = Arc::new(event.to_owned());
            let token = match ResumeToken::of_event(&event) {
                Ok(token) => token,
                Err(cause) => {
                    let error = Error::decode_event((*event).clone(), cause);
                    return Poll::Ready(Step::Ended(Some(error)));
                }
            };
            if self.until.as_ref().is_some_and(|until| token.data() > until.data()) {
                return Poll::Ready(Step::Done);
            }
            stream.pass(token.clone());
            *last = Some(token);
            match Incoming::new(&event, self.setup.is_looked_up).filtered(filter) {
                Ok(None) => {}
                Ok(Some(change)) => return Poll::Ready(Step::Item(Ok(change))),
                Err(error) => return Poll::Ready(Step::Item(Err(error))),
            }
        }
    }

    /// Applies the policy to the end of the stream, and returns the next one.
    fn ended<M: Model>(&self, error: Error, token: Option<ResumeToken>) -> Result<RawStream, Step<M>> {
        if !matches!(error.kind(), ErrorKind::Invalidated) {
            return Err(Step::Ended(Some(error)));
        }
        if is_there(self.until.as_ref(), token.as_ref()) {
            // The fan-out has ended here too, or continues.
            return Err(Step::Done);
        }
        match (self.setup.on_invalidate, token) {
            (OnInvalidate::Stop, _) => Err(Step::Ended(None)),
            (OnInvalidate::Continue, Some(token)) => {
                self.setup.continuing(token).map_err(|error| Step::Ended(Some(error)))
            }
            (_, _) => Err(Step::Ended(Some(error))),
        }
    }
}

/// Returns whether a stream at this position has everything that the fan-out does not have. Tokens are ordered as texts.
fn is_there(until: Option<&ResumeToken>, token: Option<&ResumeToken>) -> bool {
    match (until, token) {
        (Some(until), Some(token)) => token.data() >= until.data(),
        _ => true,
    }
}
