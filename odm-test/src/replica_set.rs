//! `ReplicaSet`: three servers for tests of failover.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use odm::{Database, bson::doc, mongodb::Client};
use tokio::time::sleep;

use crate::error::Error;
use crate::lint::program;
use crate::server::{
    self, Source,
    reaper::{Owner, Reaper},
    replica_set::{PATIENCE, command, is_primary},
    resolve::{self, Sources},
};
use crate::test::name::of_run;

mod container;
mod member;
mod process;
mod start;

pub use member::Member;

/// A replica set of three members for the caller alone, for tests that make it fail.
///
/// A test can make the primary step down, kill, stop or pause members, and start them again with their data. The set
/// elects another primary within about two seconds. It ends when the last clone of this handle and of its members is
/// dropped, or when the process ends, even if it was killed; [`stop`](Self::stop) waits until it has ended.
///
/// The members are three `mongod` processes on ports of 127.0.0.1, from the same sources as a
/// [`Server`](crate::Server), or three containers that share their network, so that this process and the members reach
/// a member at the same address. It is never the server of `ODM_MONGODB_URI`.
///
/// ```no_run
/// # use odm::{Id, Model};
/// # #[derive(Model)]
/// # #[odm(collection = "orders")]
/// # struct Order { id: Id<Order> }
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let set = odm_test::ReplicaSet::start().await?;
/// let orders = set.database("shop").await?.collection::<Order>();
/// orders.insert_one(&Order { id: Id::new() }).await?;
///
/// let killed = set.kill_primary().await?;
/// // The driver waits for the next primary.
/// orders.insert_one(&Order { id: Id::new() }).await?;
/// killed.restart().await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct ReplicaSet {
    running: Arc<Running>,
}

/// A running replica set.
#[derive(Debug)]
struct Running {
    source: Source,
    version: String,
    uri: String,
    members: Vec<Member>,
    rest: Rest,
}

/// What the members have in common and what ends after them: the folder of their files, or the container of their
/// network.
#[derive(Debug, Clone, Default)]
struct Rest(Arc<Mutex<Vec<Reaper>>>);

impl Rest {
    fn push(&self, reaper: Reaper) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(reaper);
    }

    fn take(&self) -> Vec<Reaper> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ReplicaSet {
    /// Starts a replica set from the first source that works, and returns when it has a primary and two secondaries.
    ///
    /// # Errors
    ///
    /// Returns an error if no replica set can be started on this machine, or if `ODM_MONGODB_SOURCE` is `uri`.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// let set = odm_test::ReplicaSet::start().await?;
    /// assert_eq!(set.members().len(), 3);
    /// set.stop().await;
    /// # Ok(()) }
    /// ```
    pub async fn start() -> Result<Self, Error> {
        Self::from(server::own_sources()?).await
    }

    /// Starts a replica set from this source and no other.
    ///
    /// # Errors
    ///
    /// Returns an error if this source starts no replica set. [`Source::Uri`] never does.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// use odm_test::{ReplicaSet, Source};
    ///
    /// let set = ReplicaSet::start_by(Source::Mongod).await?;
    /// assert_eq!(set.source(), Source::Mongod);
    /// # Ok(()) }
    /// ```
    pub async fn start_by(source: Source) -> Result<Self, Error> {
        Self::from(Sources::Only(source)).await
    }

    async fn from(sources: Sources) -> Result<Self, Error> {
        let running = server::on_a_thread(move || async move {
            let owner = server::owned_by(Owner::Holder);
            resolve::first(sources, "replica set", async |source| start::start(source, &owner).await).await
        });
        Ok(Self { running: Arc::new(running.await?) })
    }

    /// Returns the connection string with the addresses of all members, for clients of your own.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let set = odm_test::ReplicaSet::start().await?;
    /// assert!(set.uri().ends_with("/?replicaSet=odm"));
    /// let client = odm::mongodb::Client::with_uri_str(set.uri()).await?;
    /// # Ok(()) }
    /// ```
    pub fn uri(&self) -> &str {
        &self.running.uri
    }

    /// Returns the source that the members come from.
    pub fn source(&self) -> Source {
        self.running.source
    }

    /// Returns the version of the members, for example `8.0.4`.
    pub fn version(&self) -> &str {
        &self.running.version
    }

    /// Returns the three members, also those that do not run. Which of them is the primary changes: see
    /// [`wait_for_primary`](Self::wait_for_primary).
    pub fn members(&self) -> &[Member] {
        &self.running.members
    }

    /// Creates a client. A client of the driver works only on the runtime that created it.
    ///
    /// # Errors
    ///
    /// Returns an error if the driver refuses the connection string.
    pub async fn client(&self) -> Result<Client, Error> {
        server::client(self.uri(), None).await
    }

    /// Returns the database of this name, with a new [`client`](Self::client).
    ///
    /// # Errors
    ///
    /// Returns an error if the driver refuses the connection string.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// let shop = odm_test::ReplicaSet::start().await?.database("shop").await?;
    /// assert_eq!(shop.name(), "shop");
    /// # Ok(()) }
    /// ```
    pub async fn database(&self, name: &str) -> Result<Database, Error> {
        Ok(Database::from_driver(self.client().await?.database(name)))
    }

    /// Returns a new, empty database, with a new [`client`](Self::client). Its name begins with `name`.
    ///
    /// # Errors
    ///
    /// Returns an error if the driver refuses the connection string.
    pub async fn fresh_database(&self, name: &str) -> Result<Database, Error> {
        program::database(self.uri(), &of_run(name)).await
    }

    /// Returns the primary. If there is none, waits until one is elected.
    ///
    /// # Errors
    ///
    /// Returns an error if none is elected within a minute, for example because two members do not run.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// let set = odm_test::ReplicaSet::start().await?;
    /// println!("the primary is {}", set.wait_for_primary().await?.address());
    /// # Ok(()) }
    /// ```
    pub async fn wait_for_primary(&self) -> Result<Member, Error> {
        self.wait_for_other_primary(None).await
    }

    /// Makes the primary step down, and returns the primary that is elected instead.
    ///
    /// The server closes no connections for this, and interrupts the writes that are in progress.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no primary within a minute, before or after it.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// let set = odm_test::ReplicaSet::start().await?;
    /// let before = set.wait_for_primary().await?;
    /// assert_ne!(set.step_down().await?.address(), before.address());
    /// # Ok(()) }
    /// ```
    pub async fn step_down(&self) -> Result<Member, Error> {
        let started = Instant::now();
        loop {
            let primary = self.wait_for_primary().await?;
            // For ten seconds, it does not become the primary again.
            let step_down = doc! { "replSetStepDown": 10, "secondaryCatchUpPeriodSecs": 5 };
            let stepped_down = command(&primary.uri(), PATIENCE, step_down).await;
            match stepped_down {
                Ok(_) => return self.wait_for_other_primary(Some(&primary)).await,
                // For example, no secondary has caught up.
                Err(error) if started.elapsed() > PATIENCE => {
                    return Err(Error::new(format!("the primary did not step down: {error}")));
                }
                Err(_) => sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Kills the primary, as a power failure would, and returns it. Does not wait for the next one: the calls of a
    /// client do, as in production. [`Member::restart`] starts it again.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no primary within a minute, or if it cannot be killed.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// let set = odm_test::ReplicaSet::start().await?;
    /// let killed = set.kill_primary().await?;
    /// assert_ne!(set.wait_for_primary().await?.address(), killed.address());
    /// killed.restart().await?;
    /// # Ok(()) }
    /// ```
    pub async fn kill_primary(&self) -> Result<Member, Error> {
        let primary = self.wait_for_primary().await?;
        primary.kill().await?;
        Ok(primary)
    }

    /// Ends the replica set, and returns when all its members have ended. Members that the caller has kept can no
    /// longer be started.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// odm_test::ReplicaSet::start().await?.stop().await;
    /// # Ok(()) }
    /// ```
    pub async fn stop(self) {
        join_all(self.members().iter().map(Member::end)).await;
        let rest = self.running.rest.take();
        // They end in any case. If the runtime is shutting down, nobody waits for it.
        let _ = tokio::task::spawn_blocking(move || rest.into_iter().for_each(Reaper::dismiss)).await;
    }

    /// Returns the primary, once it is another member than this one.
    async fn wait_for_other_primary(&self, other_than: Option<&Member>) -> Result<Member, Error> {
        let started = Instant::now();
        loop {
            let hellos =
                join_all(self.members().iter().map(async |member| (member, member.hello().await))).await;
            // After a pause, a member believes for a moment that it still is the primary. The greater id is that of the
            // later election.
            let primaries = hellos.into_iter().filter_map(|(member, hello)| {
                let hello = hello.ok().filter(is_primary)?;
                Some((hello.get_object_id("electionId").ok()?, member))
            });
            let primary = primaries.max_by_key(|(election, _)| *election).map(|(_, member)| member);
            let is_other =
                |member: &&Member| other_than.is_none_or(|other| other.address() != member.address());
            if let Some(primary) = primary.filter(is_other) {
                return Ok(primary.clone());
            }
            if started.elapsed() > PATIENCE {
                return Err(Error::new(format!("the replica set elected no primary within {PATIENCE:?}")));
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}
