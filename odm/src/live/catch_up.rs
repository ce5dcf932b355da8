//! `CatchUp`: what a subscriber has missed since a token, until the fan-out takes over.

use std::{
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::future::BoxFuture;

use super::{filtered::FilteredChange, hub::Hub, incoming::Incoming};
use crate::{
    error::{Error, Result},
    filter::Matcher,
    model::Model,
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
    is_looked_up: bool,
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
    /// The end, with its error.
    Failed(Error),
}

impl CatchUp {
    pub(super) fn new<M: Model>(hub: &Hub<M>, token: ResumeToken, until: Option<ResumeToken>) -> Self {
        let (request, max_outage) = (hub.setup.request.clone(), hub.setup.max_outage);
        let opening = RawStream::open(request, Start::After(token), max_outage);
        Self { state: State::Opening(Box::pin(opening)), until, is_looked_up: hub.setup.is_looked_up }
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
                    Err(error) => return Poll::Ready(Step::Failed(error)),
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
                    let gone = || Error::refused("the change stream has ended");
                    return Poll::Ready(Step::Failed(error.unwrap_or_else(gone)));
                }
            }
            let Some(event) = stream.front() else { continue };
            let event = Arc::new(event.to_owned());
            let token = match ResumeToken::of_event(&event) {
                Ok(token) => token,
                Err(cause) => {
                    return Poll::Ready(Step::Failed(Error::decode_event((*event).clone(), cause)));
                }
            };
            if self.until.as_ref().is_some_and(|until| token.data() > until.data()) {
                return Poll::Ready(Step::Done);
            }
            stream.pass(token.clone());
            *last = Some(token);
            match Incoming::new(&event, self.is_looked_up).filtered(filter) {
                Ok(None) => {}
                Ok(Some(change)) => return Poll::Ready(Step::Item(Ok(change))),
                Err(error) => return Poll::Ready(Step::Item(Err(error))),
            }
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
