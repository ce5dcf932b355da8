//! Records the commands that a client sends to the server.

use std::{
    mem::take,
    sync::{Arc, Mutex},
};

use odm::{
    Database,
    bson::Document,
    mongodb::{
        event::{EventHandler, command::CommandEvent},
        options::ClientOptions,
    },
};

/// The commands that a client has sent since they were last taken.
#[derive(Debug, Clone, Default)]
pub struct Commands(Arc<Mutex<Vec<Document>>>);

impl Commands {
    /// Returns the same database through a new client, whose commands are recorded.
    pub async fn record(uri: &str, db: &Database) -> (Database, Self) {
        Self::record_with(ClientOptions::parse(uri).await.unwrap(), db.name())
    }

    /// Returns a database through a client with these options, whose commands are recorded.
    pub fn record_with(mut options: ClientOptions, name: &str) -> (Database, Self) {
        let commands = Self::default();
        let list = commands.clone();
        options.command_event_handler = Some(EventHandler::callback(move |event| {
            if let CommandEvent::Started(started) = event {
                list.0.lock().unwrap().push(started.command);
            }
        }));
        (Database::connect_with(options, name).unwrap(), commands)
    }

    /// Returns the commands as they were sent.
    pub fn take_whole(&self) -> Vec<Document> {
        take(&mut *self.0.lock().unwrap())
    }

    /// Returns the commands without the fields that every command has, such as the database, the session, the cluster
    /// time and the read preference.
    pub fn take(&self) -> Vec<Document> {
        const EVERYWHERE: [&str; 5] = ["$db", "lsid", "$clusterTime", "txnNumber", "$readPreference"];
        let own = |command: Document| {
            command.into_iter().filter(|(name, _)| !EVERYWHERE.contains(&name.as_str())).collect()
        };
        self.take_whole().into_iter().map(own).collect()
    }

    /// Asserts that exactly these commands were sent, with exactly these fields and types. The driver decides the
    /// order of a command's fields after the first, so only the order inside of the fields is compared.
    #[track_caller]
    pub fn assert(&self, expected: impl IntoIterator<Item = Document>) {
        let expected: Vec<String> = expected.into_iter().map(plain).collect();
        assert_eq!(self.take().into_iter().map(plain).collect::<Vec<_>>(), expected);
    }
}

/// Formats a command so that the types of its values differ, too.
fn plain(command: Document) -> String {
    let mut fields = command.into_iter();
    let name = fields.next();
    let mut rest: Vec<_> = fields.collect();
    rest.sort_by(|(one, _), (other, _)| one.cmp(other));
    format!("{:?}", name.into_iter().chain(rest).collect::<Document>())
}
