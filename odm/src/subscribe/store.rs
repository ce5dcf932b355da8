//! `PositionStore`: where the positions of subscriptions are stored.

mod file;
mod memory;
mod mongo;
mod term;

use std::{fmt, time::Duration};

use async_trait::async_trait;

pub(super) use self::mongo::{another_number, name_of};
pub use self::{file::FilePositions, memory::MemoryPositions, mongo::MongoPositions, term::Term};
use super::Position;
use crate::error::{Error, ErrorKind, Result};

/// Stores the positions of subscriptions by their names.
///
/// [`MongoPositions`] is the default. [`FilePositions`] and [`MemoryPositions`] have no leases and no transactions.
/// Implement this trait with [`async_trait`](https://docs.rs/async-trait) for another store. Convert its errors with
/// [`Error::position_store`].
///
/// ```
/// use odm::{Error, Result, subscribe::{Position, PositionStore, Term}};
/// use std::{collections::HashMap, sync::Mutex};
///
/// #[derive(Debug, Default)]
/// struct Mine(Mutex<HashMap<String, odm::bson::Document>>);
///
/// #[async_trait::async_trait]
/// impl PositionStore for Mine {
///     async fn load(&self, name: &str) -> Result<Option<Position>> {
///         let stored = self.0.lock().map_err(|_| Error::position_store("a thread panicked"))?;
///         stored.get(name).map(Position::from_document).transpose()
///     }
///
///     async fn save(&self, name: &str, position: &Position, _: &Term) -> Result<()> {
///         let mut stored = self.0.lock().map_err(|_| Error::position_store("a thread panicked"))?;
///         stored.insert(name.to_owned(), position.to_document());
///         Ok(())
///     }
///
///     async fn remove(&self, name: &str) -> Result<()> {
///         let mut stored = self.0.lock().map_err(|_| Error::position_store("a thread panicked"))?;
///         stored.remove(name);
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not store positions",
    label = "expected a store of positions",
    note = "`MongoPositions`, `FilePositions` and `MemoryPositions` of `odm::subscribe` are stores of positions"
)]
#[async_trait]
pub trait PositionStore: fmt::Debug + Send + Sync + 'static {
    /// Returns the stored position, or `None` for a new subscription.
    async fn load(&self, name: &str) -> Result<Option<Position>>;

    /// Stores a position, and renews the lease of the term if it has one.
    ///
    /// A store that supports [`claim`](Self::claim) stores it only if the term is still the current one. Otherwise it
    /// returns [`superseded`].
    async fn save(&self, name: &str, position: &Position, term: &Term) -> Result<()>;

    /// Removes the position, so that the subscription begins as if it were new. No subscription calls this.
    ///
    /// Call it only while no instance with the name is open. [`MongoPositions`] removes the number of the term too, so
    /// the next term has the number 1 again.
    async fn remove(&self, name: &str) -> Result<()>;

    /// Begins a term of `owner`: with a lease only if no other instance has one, without a lease at once. A
    /// subscription with a lease calls it again after [`Claim::Refused`], with the same owner, until it is granted.
    ///
    /// By default there are no leases, and a term without a lease is never superseded.
    ///
    /// # Errors
    ///
    /// By default, returns an error for which [`is_not_sent`](Error::is_not_sent) is true if there is a `lease`.
    async fn claim(&self, name: &str, owner: &str, lease: Option<Duration>) -> Result<Claim> {
        let _ = name;
        match lease {
            None => Ok(Claim::Granted(Term::new(owner, 0, None))),
            Some(_) => Err(Error::refused(
                "this store of positions has no leases: use `MongoPositions`, or open the subscription without \
                 `lease`",
            )),
        }
    }

    /// Ends the term, so that another instance can begin its own at once. By default, does nothing.
    async fn release(&self, name: &str, term: &Term) -> Result<()> {
        let _ = (name, term);
        Ok(())
    }

    /// Returns the store itself if it is a collection of MongoDB, which transactions need.
    #[doc(hidden)]
    fn as_mongo(&self) -> Option<&MongoPositions> {
        None
    }
}

/// The outcome of [`PositionStore::claim`], which a store of your own returns.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Claim {
    /// The term has begun.
    Granted(Term),
    /// Another instance has the lease.
    Refused,
}

/// The server's code of a write that was not replicated in time, `WriteConcernFailed`.
pub(super) const NOT_REPLICATED: i32 = 64;

/// Creates the error of a [`PositionStore::save`] whose term has been superseded by another one:
/// [`is_superseded`](Error::is_superseded) is true for it.
pub fn superseded() -> Error {
    Error::new(ErrorKind::Superseded)
}
