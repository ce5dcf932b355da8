//! `Server`: a MongoDB server for tests, which is found or started automatically.

use std::{env, sync::Arc, thread, time::Duration};

use odm::{
    Database,
    mongodb::{
        Client,
        event::{EventHandler, command::CommandEvent},
        options::ClientOptions,
    },
};
use tokio::{
    runtime,
    sync::{OnceCell, oneshot},
};

use crate::error::{Error, OrError};
use crate::lint::program;
use crate::test::name::of_run;
use arguments::Arguments;
use reaper::{Owner, Reaper};
use resolve::Sources;
use run::NextestRun;
pub use source::Source;

pub(crate) mod arguments;
pub(crate) mod docker;
pub(crate) mod mongod;
pub(crate) mod reaper;
pub(crate) mod replica_set;
pub(crate) mod resolve;
mod run;
mod source;
pub(crate) mod stale;

/// The shared server of this process, or the error that prevented it.
static SHARED: OnceCell<Result<Server, Error>> = OnceCell::const_new();

/// A MongoDB server for tests: a replica set of one member, unless `ODM_MONGODB_URI` specifies another deployment.
///
/// Get one with [`shared`](Self::shared), or with [`start`](Self::start) if a test changes the server in a manner
/// that other tests must not see. It is a handle and cheap to clone. A server that this kit started ends when the
/// last process that uses it has ended, even if it was killed.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let server = odm_test::Server::shared().await?;
/// println!("MongoDB {} from {} at {}", server.version(), server.source(), server.uri());
///
/// let shop = server.database("shop").await?;
/// assert_eq!(shop.name(), "shop");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Server {
    running: Arc<Running>,
}

/// A running server, and the reaper that ends it.
#[derive(Debug)]
struct Running {
    source: Source,
    uri: String,
    version: String,
    reaper: Option<Reaper>,
}

impl Server {
    /// Returns the server that all tests of this process share, or under `cargo nextest` all tests of the run. The
    /// first call starts it. It runs until the process, or the run, has ended.
    ///
    /// # Errors
    ///
    /// Returns an error if no server can be reached or started.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// let server = odm_test::Server::shared().await?;
    /// assert!(server.uri().starts_with("mongodb"));
    /// # Ok(()) }
    /// ```
    pub async fn shared() -> Result<Self, Error> {
        SHARED.get_or_init(|| get(Wanted::Shared)).await.clone()
    }

    /// Starts a server for the caller alone, from the first source that works. The server ends when the last clone of
    /// this handle is dropped; [`stop`](Self::stop) waits until it has ended.
    ///
    /// Nobody else uses this server, so a test may make it fail, step down or end. Therefore it is never the server
    /// of `ODM_MONGODB_URI`; [`shared`](Self::shared) returns that one.
    ///
    /// # Errors
    ///
    /// Returns an error if no server can be started on this machine, or if `ODM_MONGODB_SOURCE` is `uri`.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// let server = odm_test::Server::start().await?;
    /// // … make it step down, fill its disk, kill it …
    /// server.stop().await;
    /// # Ok(()) }
    /// ```
    pub async fn start() -> Result<Self, Error> {
        get(Wanted::Own(Arguments::default())).await
    }

    /// Starts a server for the caller alone, like [`start`](Self::start), with further arguments of `mongod`. They replace
    /// those of this kit with the same name, except `--setParameter`, which can be repeated.
    ///
    /// In a container, the arguments cannot name files of this machine.
    ///
    /// # Errors
    ///
    /// Returns an error if no server can be started on this machine, for example because it does not know an argument, or
    /// if `ODM_MONGODB_SOURCE` is `uri`.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// // An oplog of one megabyte, which the server truncates within about a second.
    /// let server = odm_test::Server::start_with(["--oplogSize", "1", "--syncdelay", "1"]).await?;
    /// server.stop().await;
    /// # Ok(()) }
    /// ```
    pub async fn start_with<T: Into<String>>(arguments: impl IntoIterator<Item = T>) -> Result<Self, Error> {
        get(Wanted::Own(Arguments::with(arguments))).await
    }

    /// Starts a server for the caller alone, from this source and no other. [`Source::Uri`] starts none: it returns
    /// the server of `ODM_MONGODB_URI`, which others may use too.
    ///
    /// # Errors
    ///
    /// Returns an error if this source provides no server.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// use odm_test::{Server, Source};
    ///
    /// let server = Server::start_by(Source::Docker).await?;
    /// assert_eq!(server.source(), Source::Docker);
    /// # Ok(()) }
    /// ```
    pub async fn start_by(source: Source) -> Result<Self, Error> {
        get(Wanted::By(source)).await
    }

    /// Returns the connection string, for clients of your own.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = odm_test::Server::shared().await?;
    /// let client = odm::mongodb::Client::with_uri_str(server.uri()).await?;
    /// # Ok(()) }
    /// ```
    pub fn uri(&self) -> &str {
        &self.running.uri
    }

    /// Returns the source that this server comes from.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// let source = odm_test::Server::shared().await?.source();
    /// println!("from {source}");
    /// # Ok(()) }
    /// ```
    pub fn source(&self) -> Source {
        self.running.source
    }

    /// Returns the version of the server, for example `8.0.4`.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// let server = odm_test::Server::shared().await?;
    /// assert!(!server.version().starts_with("5."), "these tests need MongoDB 6");
    /// # Ok(()) }
    /// ```
    pub fn version(&self) -> &str {
        &self.running.version
    }

    /// Creates a client. A client of the driver works only on the runtime that created it, so each test creates its
    /// own.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = odm_test::Server::shared().await?.client().await?;
    /// println!("{:?}", client.list_database_names().await?);
    /// # Ok(()) }
    /// ```
    pub async fn client(&self) -> Result<Client, Error> {
        client(self.uri(), None).await
    }

    /// Creates a client whose command events this handler receives.
    pub(crate) async fn client_with(
        &self,
        handler: Option<EventHandler<CommandEvent>>,
    ) -> Result<Client, Error> {
        client(self.uri(), handler).await
    }

    /// Returns the database of this name, with a new [`client`](Self::client). It is neither emptied nor dropped; for
    /// that see [`#[odm_test::test]`](macro@crate::test) and [`fresh_database`](Self::fresh_database).
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// let shop = odm_test::Server::shared().await?.database("shop").await?;
    /// assert_eq!(shop.name(), "shop");
    /// # Ok(()) }
    /// ```
    pub async fn database(&self, name: &str) -> Result<Database, Error> {
        Ok(Database::from_driver(self.client().await?.database(name)))
    }

    /// Returns a new, empty database, with a new [`client`](Self::client). Its name begins with `name` and ends with
    /// a random number, so that a program can run on a server that others use. The caller has to drop it.
    ///
    /// In a program that is no test, `ODM_TEST_LINT` lints the queries of this database until the program drops it.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let shop = odm_test::Server::start().await?.fresh_database("shop").await?;
    /// assert!(shop.name().starts_with("shop-"));
    /// shop.drop_database().await?;
    /// # Ok(()) }
    /// ```
    pub async fn fresh_database(&self, name: &str) -> Result<Database, Error> {
        program::database(self.uri(), &of_run(name)).await
    }

    /// Returns whether the server still runs after the tests, so that somebody can inspect its databases.
    pub(crate) fn outlives_the_tests(&self) -> bool {
        self.running.source == Source::Uri || keeps()
    }

    /// Ends a server that [`start`](Self::start) or [`start_by`](Self::start_by) started, and returns when it has
    /// ended. Does nothing if there are other clones of this handle, or if the server is shared.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// odm_test::Server::start().await?.stop().await;
    /// # Ok(()) }
    /// ```
    pub async fn stop(self) {
        if let Some(Running { reaper: Some(reaper), .. }) = Arc::into_inner(self.running) {
            // The server ends in any case. If the runtime is shutting down, nobody waits for it.
            let _ = tokio::task::spawn_blocking(|| reaper.dismiss()).await;
        }
    }
}

/// The server that a caller requests.
enum Wanted {
    /// The server that all tests use.
    Shared,
    /// A server that nobody else uses, with these arguments.
    Own(Arguments),
    /// A server from this source, which no other caller gets.
    By(Source),
}

/// Creates a client of a server that this kit has started.
pub(crate) async fn client(uri: &str, handler: Option<EventHandler<CommandEvent>>) -> Result<Client, Error> {
    let mut options = ClientOptions::parse(uri).await.map_err(|error| Error::new(error.kind.to_string()))?;
    options.app_name.get_or_insert_with(|| "odm-test".to_owned());
    // A test should fail within seconds if its server has ended; the driver's default is thirty.
    options.server_selection_timeout.get_or_insert(Duration::from_secs(10));
    options.command_event_handler = handler;
    // A client of `connect_with` reports how often it sent a write. `is_outcome_unknown` of an error depends on that.
    match Database::connect_with(options, "test") {
        Ok(database) => Ok(database.client().clone()),
        Err(error) => Err(Error::new(match error.driver() {
            Some(driver) => driver.kind.to_string(),
            None => error.to_string(),
        })),
    }
}

async fn get(wanted: Wanted) -> Result<Server, Error> {
    let running = on_a_thread(|| serve(wanted)).await?;
    Ok(Server { running: Arc::new(running) })
}

/// Starts servers on a thread and a runtime of its own, because nothing that belongs to the runtime of one test may be
/// used by another.
pub(crate) async fn on_a_thread<T, F>(start: impl FnOnce() -> F + Send + 'static) -> Result<T, Error>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Error>>,
{
    let (sender, receiver) = oneshot::channel();
    let start = move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let result =
            runtime.or_error("no runtime to start a server on").and_then(|runtime| runtime.block_on(start()));
        // If the caller has stopped waiting, the server is dropped and ends at once.
        let _ = sender.send(result);
    };
    thread::Builder::new()
        .name("odm-test server".to_owned())
        .spawn(start)
        .or_error("no thread to start a server on")?;
    receiver.await.unwrap_or_else(|_| Err(Error::new("the thread that starts the server ended too early")))
}

async fn serve(wanted: Wanted) -> Result<Running, Error> {
    let (sources, arguments) = match wanted {
        Wanted::By(source) => (Sources::Only(source), Arguments::default()),
        Wanted::Own(arguments) => (own_sources()?, arguments),
        Wanted::Shared => {
            let sources = Source::selected()?.map_or(Sources::Any, Sources::Only);
            if let Some(run) = NextestRun::current() {
                return run.server(sources, &owned_by(run.owner())).await;
            }
            (sources, Arguments::default())
        }
    };
    resolve::find_or_start(sources, &owned_by(Owner::Holder), &arguments).await
}

/// Returns the sources of a server that nobody else uses.
pub(crate) fn own_sources() -> Result<Sources, Error> {
    match Source::selected()? {
        Some(Source::Uri) => Err(Error::new(NONE_TO_START)),
        insisted => Ok(insisted.map_or(Sources::Starting, Sources::Only)),
    }
}

/// Returns the owner of started servers: `owner`, unless they keep running after the tests.
pub(crate) fn owned_by(owner: Owner) -> Owner {
    if keeps() { Owner::Nobody } else { owner }
}

const NONE_TO_START: &str = "this test needs a server of its own, but ODM_MONGODB_SOURCE=uri allows no server to be \
                             started: unset it; the other tests still use the server of ODM_MONGODB_URI";

/// Returns whether started servers keep running after the tests.
fn keeps() -> bool {
    env::var_os("ODM_MONGODB_KEEP").is_some_and(|value| !value.is_empty() && value != "0")
}
