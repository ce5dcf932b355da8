//! `session`: starts a session.

use std::{fmt, future::IntoFuture};

use futures_core::future::BoxFuture;
use mongodb::{
    bson::Timestamp,
    options::{SessionOptions, TransactionOptions},
};

use super::Session;
use crate::{database::Database, error::Result, exec, operation::Verb};

const SESSION: Verb = Verb::unsent("session").reading();

impl Database {
    /// Starts a session: see [`Session`](crate::session::Session).
    ///
    /// Nothing is sent until the first action runs in the session. Awaiting it returns a [`Session`].
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if the options contradict each
    /// other.
    ///
    /// ```no_run
    /// # use odm::{Database, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String }
    /// # async fn f(db: Database, user: User) -> odm::Result<()> {
    /// let users = db.collection::<User>();
    /// let mut session = db.session().await?;
    /// users.insert_one(&user).session(&mut session).await?;
    /// // The session reads its own writes, also from a secondary.
    /// assert!(users.get(user.id).session(&mut session).await?.is_some());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "start_session")]
    pub fn session(&self) -> StartSession {
        StartSession { database: self.clone(), options: SessionOptions::default() }
    }
}

/// Starts a session.
///
/// Construct with [`Database::session`]. Awaiting it returns a [`Session`].
#[must_use = "no session is started until the action is awaited"]
pub struct StartSession {
    database: Database,
    options: SessionOptions,
}

impl StartSession {
    /// Sets whether a read in the session includes the effects of all earlier actions in it, also if it is sent to
    /// another member: `{ readConcern: { afterClusterTime: .. } }`. The default is `true`, and `false` for a
    /// [snapshot](Self::snapshot).
    ///
    /// The guarantee holds for reads and writes with the concern `majority`.
    pub fn causal_consistency(mut self, consistent: bool) -> Self {
        self.options.causal_consistency = Some(consistent);
        self
    }

    /// Reads all data as it was at one moment, that of the first read: `{ readConcern: { level: "snapshot" } }`.
    ///
    /// Only reads can run in such a session (`find`, `find_one`, `get`, `exists`, `count`, `distinct`, `aggregate`,
    /// pages, and includes of references), and no transaction. The server keeps the history of five minutes, by default: see MongoDB's
    /// [read concern `snapshot`](https://www.mongodb.com/docs/manual/reference/read-concern-snapshot/).
    pub fn snapshot(mut self) -> Self {
        self.options.snapshot = Some(true);
        self
    }

    /// Reads all data as it was at this time of the cluster, such as the
    /// [`snapshot_time`](mongodb::ClientSession::snapshot_time) of another session.
    pub fn snapshot_at(mut self, time: Timestamp) -> Self {
        self.options.snapshot = Some(true);
        self.options.snapshot_time = Some(time);
        self
    }

    /// Sets the options of the transactions in this session that do not set them: those of
    /// [`start_transaction`](Session::start_transaction), and of a [`transaction`](Database::transaction) in this
    /// session.
    pub fn default_transaction_options(mut self, options: TransactionOptions) -> Self {
        self.options.default_transaction_options = Some(options);
        self
    }

    /// Replaces all options by those of the driver's struct, also those of the setters before.
    pub fn with_options(mut self, options: SessionOptions) -> Self {
        self.options = options;
        self
    }
}

impl IntoFuture for StartSession {
    type Output = Result<Session>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { database, options } = self;
        Box::pin(async move {
            let call = database.client().start_session().with_options(options);
            let driver = exec::run(database.operation(SESSION), call).await?;
            Ok(Session::new(database, driver))
        })
    }
}

impl fmt::Debug for StartSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartSession").field("on", &self.database).finish_non_exhaustive()
    }
}
