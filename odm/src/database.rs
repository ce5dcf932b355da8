//! `Database`: the handle of a database, which returns collections and schemas.

mod uri;

use std::fmt;

use mongodb::{
    Client, ClientSession,
    bson::doc,
    error::ErrorKind as Driver,
    options::{ClientOptions, DriverInfo},
};

use crate::{
    clock::{Clock, ClockTime},
    collection::Collection,
    error::{Error, Result, driver_text},
    exec::{self, Servers},
    model::Model,
    operation::{Operation, Verb},
};

const CONNECT: Verb = Verb::unsent("connect").reading();
const PING: Verb = Verb::new("ping", "ping");
const START_SESSION: Verb = Verb::new("start_session", "hello");
const DROP_DATABASE: Verb = Verb::new("drop_database", "dropDatabase");

/// A database handle around the driver's. Cloning it is cheap.
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
    /// The client's `retryWrites` and `retryReads`, which the driver does not expose.
    retry_writes: bool,
    retry_reads: bool,
    servers: Servers,
    clock: Clock,
}

impl Database {
    /// Creates a client for the deployment at `uri`, and returns the database in `uri`.
    ///
    /// The name of the database follows the hosts: `mongodb://localhost:27017/shop`.
    ///
    /// Nothing is sent: the driver connects in the background, and the first operation waits for it, up to
    /// `serverSelectionTimeoutMS` (30 seconds by default). To check at start-up whether a server is reachable, use
    /// [`ping`](Database::ping). (A `mongodb+srv` URI does query the DNS.) If the URI has no `appName`, the server's
    /// logs show this client as `odm`.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_config`](Error::is_config) is true if the URI is malformed, has an unknown
    /// option, or contains no database.
    pub async fn connect(uri: impl AsRef<str>) -> Result<Self> {
        let operation = Operation::new(CONNECT, "", None);
        let connection = uri::parse(uri.as_ref()).map_err(|error| error.during(&operation))?;
        let options = exec::run(operation, ClientOptions::parse(connection))
            .await
            .map_err(|error| unusable(error, &operation))?;
        match options.default_database.clone() {
            Some(name) => Self::connect_with(options, &name),
            None => Err(Error::config(
                "the URI contains no database; add it after the host: `mongodb://localhost:27017/shop`",
            )
            .during(&operation)),
        }
    }

    /// Creates a client with `options` of the driver, and returns the database with this name.
    ///
    /// Nothing is sent, as in [`connect`](Database::connect).
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_config`](Error::is_config) is true if the driver refuses the options, or if
    /// `name` is not a valid name of a database.
    pub fn connect_with(mut options: ClientOptions, name: &str) -> Result<Self> {
        let operation = Operation::new(CONNECT, "", None);
        if name.is_empty() || name.len() > 63 || name.contains(['/', '\\', '.', ' ', '"', '$', '\0']) {
            return Err(Error::config(
                "the name of the database is empty, longer than 63 bytes, or contains one of `/ \\ . \" $`, a space or NUL",
            )
            .during(&operation));
        }
        options.app_name.get_or_insert_with(|| "odm".to_owned());
        options.driver_info.get_or_insert_with(|| {
            DriverInfo::builder().name("odm").version(env!("CARGO_PKG_VERSION").to_owned()).build()
        });
        exec::report_attempts(&mut options);
        let servers = Servers::follow(&mut options);
        let retry_writes = options.retry_writes.unwrap_or(true);
        let retry_reads = options.retry_reads.unwrap_or(true);
        let client = Client::with_options(options)
            .map_err(|error| unusable(Error::from_driver(error).during(&operation), &operation))?;
        Ok(Self { retry_writes, retry_reads, servers, ..Self::from_driver(client.database(name)) })
    }

    /// Wraps a database of the driver, with its read and write concerns.
    ///
    /// Three properties of a client that was created elsewhere are unknown. If they matter, use
    /// [`connect_with`](Database::connect_with).
    ///
    /// - Whether it has `retryWrites` and `retryReads`. They are assumed to be on, as by default. This matters only
    ///   for [`bulk_write`](Collection::bulk_write) and [`watch`](Collection::watch).
    /// - How often it sent a write. If the reply to the first attempt was lost, and the server refused the second
    ///   attempt with an error that an election or a broken connection does not explain,
    ///   [`is_outcome_unknown`](Error::is_outcome_unknown) is false.
    /// - The version of the servers. An operator or an option that they do not know is sent, and the server refuses it.
    pub fn from_driver(driver: mongodb::Database) -> Self {
        Self {
            driver,
            retry_writes: true,
            retry_reads: true,
            servers: Servers::default(),
            clock: Clock::default(),
        }
    }

    /// Returns the same database with another clock, which the [policies](macro@crate::Model#policies) of its
    /// collections read the time from: `created_at`, `updated_at` and `deleted_at`. By default, it is the clock of this
    /// machine. A collection has the clock of the handle that returned it.
    ///
    /// The function returns an [`odm::bson::DateTime`](crate::bson::DateTime), a `SystemTime`, or a moment of `chrono` or `time`.
    ///
    /// ```no_run
    /// # use odm::{Database, bson::DateTime};
    /// # fn f(db: Database) {
    /// let noon = DateTime::parse_rfc3339_str("2024-05-01T12:00:00Z").unwrap();
    /// let db = db.with_clock(move || noon);
    /// let db = db.with_clock(std::time::SystemTime::now);
    /// # }
    /// ```
    #[must_use]
    pub fn with_clock<T: ClockTime>(self, now: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self { clock: Clock::new(now), ..self }
    }

    /// Returns the clock of the policies.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Returns the servers of the client.
    pub(crate) fn servers(&self) -> &Servers {
        &self.servers
    }

    /// Returns whether the driver retries a write after a failure.
    pub(crate) fn retries_writes(&self) -> bool {
        self.retry_writes
    }

    /// Returns whether the driver retries a read after a failure.
    pub(crate) fn retries_reads(&self) -> bool {
        self.retry_reads
    }

    /// Returns the driver's handle of this database.
    ///
    /// Its methods return the driver's errors. Convert them with `.map_err(odm::Error::from_driver)`: the operator
    /// `?` does not convert them, so that calls of the driver are visible.
    pub fn driver(&self) -> &mongodb::Database {
        &self.driver
    }

    /// Ends the client: ends its sessions on the server and closes its connections.
    ///
    /// `{ endSessions: [..] }`, if a server is known that can receive it. An operation of another handle of this client
    /// then fails with an error for which [`is_not_sent`](Error::is_not_sent) is true. Cursors and change streams that
    /// still exist end, too.
    ///
    /// Call it at the end of `main`. If the last handle is dropped instead, the driver ends the sessions in the
    /// background, and if the runtime stops meanwhile, one of the driver's tasks may panic, which prints a message.
    pub async fn shutdown(self) {
        let client = self.client().clone();
        let ended = exec::detached(Box::pin(async move {
            client.shutdown().immediate(true).await;
            Ok(())
        }));
        // Fails only if the runtime stops.
        let _ = ended.await;
    }

    /// Returns the driver's client, which owns the connections.
    pub fn client(&self) -> &Client {
        self.driver.client()
    }

    /// Returns the name of the database.
    pub fn name(&self) -> &str {
        self.driver.name()
    }

    /// Returns the collection of a model.
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

    /// Checks that a server replies.
    ///
    /// `{ ping: 1 }`
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_unavailable`](Error::is_unavailable) is true if no server could be used in
    /// time, or [`is_unauthorized`](Error::is_unauthorized) if the server does not accept the user or the password.
    pub async fn ping(&self) -> Result<()> {
        let db = self.clone();
        exec::completed(Box::pin(async move {
            exec::run(db.operation(PING), db.driver.run_command(doc! { "ping": 1 })).await.map(drop)
        }))
        .await
    }

    /// Starts a session of the driver, and returns the driver's [`ClientSession`].
    ///
    /// `.session(&mut session)` runs an action in it. [`session`](Database::session) starts a session of this crate,
    /// whose errors name the call that failed in a transaction.
    ///
    /// # Errors
    ///
    /// Returns the error of the driver. Nothing is sent until the first action runs in the session, so this does not
    /// fail if no server can be used.
    pub async fn start_session(&self) -> Result<ClientSession> {
        exec::run(self.operation(START_SESSION), self.client().start_session()).await
    }

    /// Removes the database with all its collections and documents.
    ///
    /// `{ dropDatabase: 1 }`
    ///
    /// Succeeds too if the database does not exist.
    pub async fn drop_database(&self) -> Result<()> {
        let db = self.clone();
        exec::completed(Box::pin(
            async move { exec::run(db.operation(DROP_DATABASE), db.driver.drop()).await },
        ))
        .await
    }

    pub(crate) fn operation(&self, verb: Verb) -> Operation<'_> {
        Operation::new(verb, self.name(), None)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({})", self.name())
    }
}

/// Converts errors of connecting into configuration errors. An invalid argument is then a wrong option, and an I/O
/// error is about a file of the TLS options, because no other files are read.
fn unusable(error: Error, operation: &Operation<'_>) -> Error {
    let problem = match error.driver().map(|error| &*error.kind) {
        Some(Driver::InvalidArgument { message, .. }) => driver_text::known(message).map(str::to_owned),
        Some(Driver::Io(io)) => Some(format!("a file of the TLS options cannot be read: {io}")),
        _ => return error,
    };
    Error::config(match problem {
        Some(problem) => format!("the client options cannot be used: {problem}"),
        None => "the client options cannot be used".to_owned(),
    })
    .during(operation)
}
