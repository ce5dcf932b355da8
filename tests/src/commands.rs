//! What goes over the wire: every command of one client, as the server gets it.

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

/// The commands that a client has sent since the last look.
#[derive(Debug, Clone, Default)]
pub struct Commands(Arc<Mutex<Vec<Document>>>);

impl Commands {
    /// The same database through a client of its own, whose commands are recorded.
    pub async fn record(uri: &str, db: &Database) -> (Database, Self) {
        Self::record_with(ClientOptions::parse(uri).await.unwrap(), db.name())
    }

    /// A database through a client with these options, whose commands are recorded.
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

    /// The commands as they were sent.
    pub fn take_whole(&self) -> Vec<Document> {
        take(&mut *self.0.lock().unwrap())
    }

    /// The commands without what every command has and no verb decides: the database, the session, the clock,
    /// where it may be read.
    pub fn take(&self) -> Vec<Document> {
        const EVERYWHERE: [&str; 5] = ["$db", "lsid", "$clusterTime", "txnNumber", "$readPreference"];
        let own = |command: Document| {
            command.into_iter().filter(|(name, _)| !EVERYWHERE.contains(&name.as_str())).collect()
        };
        self.take_whole().into_iter().map(own).collect()
    }

    /// Exactly these commands were sent, each with exactly these fields of exactly these types, and then
    /// silence. The order of a command's fields after the first is the driver's affair; below, order counts.
    #[track_caller]
    pub fn assert(&self, expected: impl IntoIterator<Item = Document>) {
        let expected: Vec<String> = expected.into_iter().map(plain).collect();
        assert_eq!(self.take().into_iter().map(plain).collect::<Vec<_>>(), expected);
    }
}

/// One line that tells the types apart.
fn plain(command: Document) -> String {
    let mut fields = command.into_iter();
    let name = fields.next();
    let mut rest: Vec<_> = fields.collect();
    rest.sort_by(|(one, _), (other, _)| one.cmp(other));
    format!("{:?}", name.into_iter().chain(rest).collect::<Document>())
}
