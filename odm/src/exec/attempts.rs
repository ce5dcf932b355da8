//! Attempts: how often the driver tried to send the command of one call.
//!
//! The driver repeats a command after some errors, and returns only the last error. A write whose first reply was
//! lost then looks like one that the server refused. The events of the connection pool distinguish the two cases,
//! because the driver checks out a connection for every attempt, while the future of the call is polled.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
};

use mongodb::{event::cmap::CmapEvent, options::ClientOptions};

use super::events::with_listener;

/// The checkouts that the connection pool reports during a call.
#[derive(Debug, Clone, Copy, Default)]
struct Checkouts {
    started: u32,
    done: u32,
}

thread_local! {
    /// The checkouts of the call that this thread polls.
    static CHECKOUTS: Cell<Checkouts> = const { Cell::new(Checkouts { started: 0, done: 0 }) };
}

/// Adds an event handler to the client options; it counts attempts. A handler that the options already have still
/// receives every event.
pub(crate) fn report(options: &mut ClientOptions) {
    options.cmap_event_handler = Some(with_listener(options.cmap_event_handler.take(), note));
}

fn note(event: &CmapEvent) {
    let (started, done) = match event {
        CmapEvent::ConnectionCheckoutStarted(_) => (1, 0),
        CmapEvent::ConnectionCheckedOut(_) => (0, 1),
        _ => return,
    };
    let before = CHECKOUTS.get();
    CHECKOUTS.set(Checkouts {
        started: before.started.saturating_add(started),
        done: before.done.saturating_add(done),
    });
}

/// Awaits one call of the driver, and counts the connections that it checked out. The count is `None` if the client
/// does not report checkouts, or if no server was found.
pub(super) async fn counted<T>(call: impl Future<Output = T>) -> (T, Option<u32>) {
    let mut call = pin!(call);
    let mut checkouts = Checkouts::default();
    let answer = poll_fn(|context| {
        let outer = CHECKOUTS.replace(checkouts);
        let answer = call.as_mut().poll(context);
        checkouts = CHECKOUTS.replace(outer);
        answer
    })
    .await;
    (answer, (checkouts.started > 0).then_some(checkouts.done))
}
