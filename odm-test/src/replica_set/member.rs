//! `Member`: one server of a replica set, which a test ends, pauses and starts again.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use odm::bson::Document;
use tokio::{sync::Mutex, time::sleep};

use super::{Rest, container::Container, process::Process};
use crate::error::Error;
use crate::server::replica_set::{PATIENCE, hello, is_member};

/// A member of a [`ReplicaSet`](crate::ReplicaSet). It is a handle and cheap to clone.
///
/// ```no_run
/// # async fn example() -> Result<(), odm_test::Error> {
/// let set = odm_test::ReplicaSet::start().await?;
/// let primary = set.wait_for_primary().await?;
/// primary.pause().await?;
/// // The others elect another primary, because this one does not answer.
/// assert_ne!(set.wait_for_primary().await?.address(), primary.address());
/// primary.resume().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Member {
    shared: Arc<Shared>,
}

struct Shared {
    address: String,
    /// Declared before `rest`, because it ends before that.
    server: Mutex<Server>,
    _rest: Rest,
}

/// The server of a member.
pub(super) enum Server {
    Process(Process),
    Container(Container),
    /// The replica set has ended.
    Ended,
}

impl Member {
    pub(super) fn new(address: String, server: Server, rest: Rest) -> Self {
        Self { shared: Arc::new(Shared { address, server: Mutex::new(server), _rest: rest }) }
    }

    /// Returns the address of the member, such as `127.0.0.1:41329`. It does not change.
    pub fn address(&self) -> &str {
        &self.shared.address
    }

    /// Returns the connection string of this member alone, for a client that reads from it whatever its state is.
    pub fn uri(&self) -> String {
        format!("mongodb://{}/?directConnection=true", self.address())
    }

    /// Kills the member, as a power failure would. Its data stays. Does nothing if it does not run.
    ///
    /// # Errors
    ///
    /// Returns an error if the member cannot be killed.
    pub async fn kill(&self) -> Result<(), Error> {
        match &mut *self.shared.server.lock().await {
            Server::Process(process) => process.kill().await,
            Server::Container(container) => container.kill().await,
            Server::Ended => Err(ended()),
        }
    }

    /// Stops the member, as a restart for maintenance does: it completes what it does, and a primary steps down. For
    /// the other members and the clients, the member is then unreachable. Does nothing if it does not run.
    ///
    /// # Errors
    ///
    /// Returns an error if the member does not end within a minute.
    pub async fn stop(&self) -> Result<(), Error> {
        match &mut *self.shared.server.lock().await {
            Server::Process(process) => process.stop().await,
            Server::Container(container) => container.stop().await,
            Server::Ended => Err(ended()),
        }
    }

    /// Starts a member again, with the data that it had, and returns when it is a secondary or the primary.
    ///
    /// # Errors
    ///
    /// Returns an error if the member runs, or if it does not start within a minute. It becomes a secondary only if the
    /// replica set has a primary, so start at least two members at a time if none runs.
    pub async fn restart(&self) -> Result<(), Error> {
        match &mut *self.shared.server.lock().await {
            Server::Process(process) => process.start()?,
            Server::Container(container) => container.start().await?,
            Server::Ended => return Err(ended()),
        }
        self.ready().await
    }

    /// Starts a member again without its data, as the manual describes it under "resync a member of a replica set", and
    /// returns when it has copied everything from another member and is a secondary. Its oplog begins at that time, so
    /// that change streams cannot continue from an earlier position when this member is the primary.
    ///
    /// # Errors
    ///
    /// Returns an error if the member runs, or if its copy takes longer than a minute.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), odm_test::Error> {
    /// let set = odm_test::ReplicaSet::start().await?;
    /// let member = set.kill_primary().await?;
    /// member.resync().await?;
    /// # Ok(()) }
    /// ```
    pub async fn resync(&self) -> Result<(), Error> {
        match &mut *self.shared.server.lock().await {
            Server::Process(process) => process.start_empty()?,
            Server::Container(container) => container.start_empty().await?,
            Server::Ended => return Err(ended()),
        }
        self.ready().await
    }

    /// Pauses the member: its process does not run, its connections stay open, and it answers nothing, like a server
    /// that is overloaded or cut off from the network.
    ///
    /// # Errors
    ///
    /// Returns an error if the member does not run.
    pub async fn pause(&self) -> Result<(), Error> {
        match &mut *self.shared.server.lock().await {
            Server::Process(process) => process.signal("STOP"),
            Server::Container(container) => container.pause().await,
            Server::Ended => Err(ended()),
        }
    }

    /// Lets a paused member continue.
    ///
    /// # Errors
    ///
    /// Returns an error if the member does not run.
    pub async fn resume(&self) -> Result<(), Error> {
        match &mut *self.shared.server.lock().await {
            Server::Process(process) => process.signal("CONT"),
            Server::Container(container) => container.resume().await,
            Server::Ended => Err(ended()),
        }
    }

    /// Ends the member for good, and returns when it has ended.
    pub(super) async fn end(&self) {
        let server = std::mem::replace(&mut *self.shared.server.lock().await, Server::Ended);
        match server {
            Server::Process(process) => process.end().await,
            Server::Container(container) => container.end().await,
            Server::Ended => {}
        }
    }

    /// Returns the member's reply to `hello`, if it answers at once.
    pub(super) async fn hello(&self) -> Result<Document, Error> {
        hello(&self.uri(), Duration::from_millis(500)).await
    }

    /// Waits until the member has started: it is a secondary or the primary.
    pub(super) async fn ready(&self) -> Result<(), Error> {
        let started = Instant::now();
        loop {
            let hello = self.hello().await;
            if hello.as_ref().is_ok_and(is_member) {
                return Ok(());
            }
            self.check().await?;
            if started.elapsed() > PATIENCE {
                let last =
                    hello.err().map_or_else(|| "it is not a secondary".to_owned(), |error| error.to_string());
                return Err(Error::new(format!("{self} did not start within {PATIENCE:?}: {last}")));
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Returns an error if the server has ended by itself.
    pub(super) async fn check(&self) -> Result<(), Error> {
        let ended = match &*self.shared.server.lock().await {
            Server::Process(process) => process.failure(),
            Server::Container(container) => container.failure().await,
            Server::Ended => Some(String::new()),
        };
        match ended {
            Some(log) => Err(Error::new(format!("{self} ended while it was starting{log}"))),
            None => Ok(()),
        }
    }
}

fn ended() -> Error {
    Error::new("the replica set of this member has ended")
}

/// Prints the member with its address.
impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the member at {}", self.address())
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member").field("address", &self.address()).finish_non_exhaustive()
    }
}
