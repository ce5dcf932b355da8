//! `Commands`: the commands that a test sends to its server.

use std::{
    fmt, mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use odm::{
    Database,
    bson::Document,
    mongodb::{
        event::{
            EventHandler,
            command::{CommandEvent, CommandStartedEvent},
        },
        options::ClientOptions,
    },
};

use crate::error::Error;

/// The commands that the database of a test has sent since they were last taken.
///
/// A test gets them as a parameter. From then on, every command of the test's client is recorded, in the order in which
/// the commands were sent. A command that the driver retries is recorded each time. Clones show the same commands.
///
/// ```no_run
/// use odm::{Database, Filter, Id, Model, bson::doc};
/// use odm_test::Commands;
///
/// #[derive(Debug, Model)]
/// #[odm(collection = "readers")]
/// struct Reader {
///     id: Id<Reader>,
///     name: String,
/// }
///
/// #[odm_test::test]
/// async fn a_count_is_one_command(db: Database, commands: Commands) {
///     db.collection::<Reader>().count(Reader::fields().name().eq("ada")).await.unwrap();
///
///     let sent = commands.take();
///     assert_eq!(sent.len(), 1);
///     assert_eq!(sent[0].get_str("aggregate").unwrap(), "readers");
///     // …or all of it: exactly these commands, and no others.
///     db.ping().await.unwrap();
///     commands.assert([doc! { "ping": 1 }]);
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Default)]
pub struct Commands(Arc<Log>);

#[derive(Default)]
struct Log {
    records: AtomicBool,
    commands: Mutex<Vec<Document>>,
}

impl Commands {
    /// Returns a database through a new client with these options, and the commands of that client. It replaces the
    /// options' handler of command events.
    ///
    /// # Errors
    ///
    /// Returns an error if `name` cannot be the name of a database, or if the options cannot be those of a client.
    pub fn of_client(mut options: ClientOptions, name: &str) -> Result<(Database, Self), Error> {
        let commands = Self::default();
        commands.record();
        let recorder = commands.clone();
        options.command_event_handler = Some(EventHandler::callback(move |event| {
            if let CommandEvent::Started(started) = event {
                recorder.push(&started);
            }
        }));
        let database =
            Database::connect_with(options, name).map_err(|error| Error::new(error.to_string()))?;
        Ok((database, commands))
    }

    /// Begins to record.
    pub(crate) fn record(&self) {
        self.0.records.store(true, Ordering::Relaxed);
    }

    pub(crate) fn push(&self, started: &CommandStartedEvent) {
        if self.0.records.load(Ordering::Relaxed) {
            self.lock().push(started.command.clone());
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Document>> {
        self.0.commands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the commands, exactly as they were sent, with the fields that the driver adds. The next call returns only
    /// later ones.
    pub fn take_whole(&self) -> Vec<Document> {
        mem::take(&mut *self.lock())
    }

    /// Takes the commands without the fields that the driver adds to every command: the database, the session, the
    /// cluster time, the number of the transaction and the read preference.
    pub fn take(&self) -> Vec<Document> {
        const EVERYWHERE: [&str; 5] = ["$db", "lsid", "$clusterTime", "txnNumber", "$readPreference"];
        let own = |command: Document| {
            command.into_iter().filter(|(name, _)| !EVERYWHERE.contains(&name.as_str())).collect()
        };
        self.take_whole().into_iter().map(own).collect()
    }

    /// Takes the commands, as [`take`](Self::take) does, and asserts that they are exactly these: the same fields with
    /// the same values and BSON types. The driver determines the order of the fields of a command after the first, so
    /// only the order inside of the fields is compared.
    ///
    /// # Panics
    ///
    /// Panics if other commands were sent, with both lists.
    #[track_caller]
    pub fn assert(&self, expected: impl IntoIterator<Item = Document>) {
        let expected: Vec<String> = expected.into_iter().map(ordered).collect();
        let sent: Vec<String> = self.take().into_iter().map(ordered).collect();
        assert_eq!(sent, expected, "the left commands were sent, the right commands are expected");
    }
}

impl fmt::Debug for Commands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lock().iter()).finish()
    }
}

/// Formats a command with its fields in one order, so that the types of its values differ, too.
fn ordered(command: Document) -> String {
    let mut fields = command.into_iter();
    let name = fields.next();
    let mut rest: Vec<_> = fields.collect();
    rest.sort_by(|(one, _), (other, _)| one.cmp(other));
    format!("{:?}", name.into_iter().chain(rest).collect::<Document>())
}
