//! Listeners for the events of a client, beside the handler that the program has set.

use mongodb::event::EventHandler;
use tokio::runtime::Handle;

/// Returns an event handler that calls `listen` with every event, and passes the event to the program's handler.
pub(super) fn with_listener<E: Send + Sync + 'static>(
    theirs: Option<EventHandler<E>>,
    listen: impl Fn(&E) + Send + Sync + 'static,
) -> EventHandler<E> {
    match theirs {
        None => EventHandler::callback(move |event| listen(&event)),
        Some(EventHandler::Callback(theirs)) => EventHandler::callback(move |event| {
            listen(&event);
            theirs(event);
        }),
        Some(EventHandler::AsyncCallback(theirs)) => EventHandler::callback(move |event| {
            listen(&event);
            if let Ok(runtime) = Handle::try_current() {
                runtime.spawn(theirs(event));
            }
        }),
        Some(EventHandler::TokioMpsc(theirs)) => EventHandler::callback(move |event| {
            listen(&event);
            let theirs = theirs.clone();
            if let Ok(runtime) = Handle::try_current() {
                runtime.spawn(async move { theirs.send(event).await });
            }
        }),
        // A kind of handler that a later driver adds. It cannot be called here, so nothing listens.
        Some(theirs) => theirs,
    }
}
