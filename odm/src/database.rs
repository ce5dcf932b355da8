//! `Database`: where models live; the handle everything else is reached from.

mod uri;

use std::fmt;

use mongodb::{
    Client, ClientSession,
    bson::doc,
    error::ErrorKind as Driver,
    options::{ClientOptions, DriverInfo},
};

use crate::{
    collection::Collection,
    error::{Error, Result, driver_text},
    exec,
    model::Model,
    operation::{Operation, Verb},
};

const CONNECT: Verb = Verb::unsent("connect").reading();
const PING: Verb = Verb::new("ping", "ping");
const START_SESSION: Verb = Verb::new("start_session", "hello");
const DROP_DATABASE: Verb = Verb::new("drop_database", "dropDatabase");

/// A database handle: a cheap clone around the driver's.
///
/// ```no_run
/// use odm::Database;
///
/// # async fn start() -> odm::Result<()> {
/// let db = Database::connect("mongodb://localhost:27017/shop").await?;
/// db.ping().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Database {
    driver: mongodb::Database,
    /// The client's `retryWrites` and `retryReads`, which the driver does not give back.
    retry_writes: bool,
    retry_reads: bool,
}

impl Database {
    /// Makes a client for the deployment that `uri` names, and gives the database that `uri` names.
    ///
    /// The name stands behind the hosts: `mongodb://localhost:27017/shop`.
    ///
    /// Nothing is sent: the driver connects in the background, and the first operation waits for it, up to
    /// `serverSelectionTimeoutMS` (30 seconds unless the URI says otherwise). To learn at start-up that
    /// nothing listens there, [`ping`](Database::ping). (A `mongodb+srv` URI does ask the DNS.) Where the URI
    /// has no `appName`, the server's logs show this client as `odm`.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): the URI is malformed, has an unknown option, or names no database.
    pub async fn connect(uri: impl AsRef<str>) -> Result<Self> {
        let operation = Operation { verb: CONNECT, database: "", collection: None, names: &[] };
        let connection = uri::parse(uri.as_ref()).map_err(|error| error.during(&operation))?;
        let options = exec::run(operation, ClientOptions::parse(connection))
            .await
            .map_err(|error| unusable(error, &operation))?;
        match options.default_database.clone() {
            Some(name) => Self::connect_with(options, &name),
            None => Err(Error::config(
                "the URI names no database; write it behind the host: `mongodb://localhost:27017/shop`",
            )
            .during(&operation)),
        }
    }

    /// Makes a client with `options` of the driver, and gives the database called `name`.
    ///
    /// Nothing is sent, as in [`connect`](Database::connect).
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): the driver refuses the options, or no database can have this name.
    pub fn connect_with(mut options: ClientOptions, name: &str) -> Result<Self> {
        let operation = Operation { verb: CONNECT, database: "", collection: None, names: &[] };
        if name.is_empty() || name.len() > 63 || name.contains(['/', '\\', '.', ' ', '"', '$', '\0']) {
            return Err(Error::config(
                "the name of the database is empty, longer than 63 bytes, or holds one of `/ \\ . \" $`, a space or NUL",
            )
            .during(&operation));
        }
        options.app_name.get_or_insert_with(|| "odm".to_owned());
        options.driver_info.get_or_insert_with(|| {
            DriverInfo::builder().name("odm").version(env!("CARGO_PKG_VERSION").to_owned()).build()
        });
        exec::report_attempts(&mut options);
        let retry_writes = options.retry_writes.unwrap_or(true);
        let retry_reads = options.retry_reads.unwrap_or(true);
        let client = Client::with_options(options)
            .map_err(|error| unusable(Error::from_driver(error).during(&operation), &operation))?;
        Ok(Self { retry_writes, retry_reads, ..Self::from_driver(client.database(name)) })
    }

    /// Wraps a database of the driver, with the read and write concerns it has.
    ///
    /// Two things are not known of a client that was made elsewhere; where they matter, use
    /// [`connect_with`](Database::connect_with). Whether it has `retryWrites` and `retryReads`: it is taken to have, as by
    /// default, which matters for [`bulk_write`](Collection::bulk_write) and [`watch`](Collection::watch) alone. And how often it sent a write: where the answer to the
    /// first attempt was lost and the server refused the second one with an error that no election or broken connection
    /// explains, [`is_outcome_unknown`](Error::is_outcome_unknown) is false.
    pub fn from_driver(driver: mongodb::Database) -> Self {
        Self { driver, retry_writes: true, retry_reads: true }
    }

    /// Whether a write is made again after a failure.
    pub(crate) fn retries_writes(&self) -> bool {
        self.retry_writes
    }

    /// Whether a read is made again after a failure.
    pub(crate) fn retries_reads(&self) -> bool {
        self.retry_reads
    }

    /// The driver's own handle: the way down a floor.
    ///
    /// Its errors are the driver's; `.map_err(odm::Error::from_driver)` makes them ours. That is explicit and not done by
    /// `?`, so that no call of the driver passes unnoticed.
    pub fn driver(&self) -> &mongodb::Database {
        &self.driver
    }

    /// The driver's client, which owns the connections.
    pub fn client(&self) -> &Client {
        self.driver.client()
    }

    /// The name of the database.
    pub fn name(&self) -> &str {
        self.driver.name()
    }

    /// The collection of a model.
    ///
    /// ```no_run
    /// # use odm::{Database, Id, Model};
    /// #[derive(Model)]
    /// #[odm(collection = "users")]
    /// struct User {
    ///     id: Id<User>,
    ///     name: String,
    /// }
    ///
    /// # fn of(db: &Database) {
    /// let users = db.collection::<User>();
    /// # }
    /// ```
    pub fn collection<M: Model>(&self) -> Collection<M> {
        Collection::new(self.clone())
    }

    /// Asks a server for a sign of life.
    ///
    /// `{ ping: 1 }`
    ///
    /// `await` gives `()` once a server has answered.
    ///
    /// # Errors
    ///
    /// [`is_unavailable`](Error::is_unavailable): no server could be used in time.
    /// [`is_unauthorized`](Error::is_unauthorized): the server does not accept the user or the password.
    pub async fn ping(&self) -> Result<()> {
        let db = self.clone();
        exec::completed(Box::pin(async move {
            exec::run(db.operation(PING), db.driver.run_command(doc! { "ping": 1 })).await.map(drop)
        }))
        .await
    }

    /// Starts a session, which verbs then run in by `.session(&mut session)`.
    ///
    /// `await` gives the driver's [`ClientSession`].
    ///
    /// # Errors
    ///
    /// [`is_unavailable`](Error::is_unavailable): no server could be used in time.
    pub async fn start_session(&self) -> Result<ClientSession> {
        exec::run(self.operation(START_SESSION), self.client().start_session()).await
    }

    /// Removes the database with all its collections and documents.
    ///
    /// `{ dropDatabase: 1 }`
    ///
    /// `await` gives `()`, also where there was no such database.
    pub async fn drop_database(&self) -> Result<()> {
        let db = self.clone();
        exec::completed(Box::pin(
            async move { exec::run(db.operation(DROP_DATABASE), db.driver.drop()).await },
        ))
        .await
    }

    pub(crate) fn operation(&self, verb: Verb) -> Operation<'_> {
        Operation { verb, database: self.name(), collection: None, names: &[] }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({})", self.name())
    }
}

/// What the driver calls an invalid argument is, while connecting, a wrong setting; and nothing is read then but the files
/// that the TLS options name.
fn unusable(error: Error, operation: &Operation<'_>) -> Error {
    let problem = match error.driver().map(|error| &*error.kind) {
        Some(Driver::InvalidArgument { message, .. }) => driver_text::known(message).map(str::to_owned),
        Some(Driver::Io(io)) => Some(format!("a file that the TLS options name cannot be read: {io}")),
        _ => return error,
    };
    Error::config(match problem {
        Some(problem) => format!("the client options cannot be used: {problem}"),
        None => "the client options cannot be used".to_owned(),
    })
    .during(operation)
}
