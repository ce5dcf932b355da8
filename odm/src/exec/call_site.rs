//! The line of code that called the method whose command is being sent.

use std::{cell::Cell, panic::Location};

thread_local! {
    static CALL_SITE: Cell<Option<&'static Location<'static>>> = const { Cell::new(None) };
}

/// Returns where the method of the collection was called whose command the driver sends at the moment.
///
/// Call it in a handler of command events, [`command_event_handler`], to find the line of code that sends a command:
/// the driver runs a callback while it sends. Returns `None` anywhere else, for a method of a database, and for a call
/// of the driver itself.
///
/// [`command_event_handler`]: mongodb::options::ClientOptions::command_event_handler
///
/// ```no_run
/// use odm::mongodb::{event::{EventHandler, command::CommandEvent}, options::ClientOptions};
///
/// # async fn connect() -> Result<(), Box<dyn std::error::Error>> {
/// let mut options = ClientOptions::parse("mongodb://localhost/").await?;
/// options.command_event_handler = Some(EventHandler::callback(|event| {
///     if let (CommandEvent::Started(started), Some(at)) = (event, odm::action::call_site()) {
///         println!("{} from {}:{}", started.command_name, at.file(), at.line());
///     }
/// }));
/// let shop = odm::Database::connect_with(options, "shop")?;
/// # Ok(()) }
/// ```
pub fn call_site() -> Option<&'static Location<'static>> {
    CALL_SITE.get()
}

/// Polls a call that was made at `location`.
pub(super) fn at<T>(location: Option<&'static Location<'static>>, poll: impl FnOnce() -> T) -> T {
    let _restored = Restored(CALL_SITE.replace(location));
    poll()
}

/// Sets the location of the outer call again, also if the poll panics.
struct Restored(Option<&'static Location<'static>>);

impl Drop for Restored {
    fn drop(&mut self) {
        CALL_SITE.set(self.0);
    }
}
