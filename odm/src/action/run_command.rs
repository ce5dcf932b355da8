//! `run_command`: a command of a database that has no method of its own.

use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Bson, Document},
    options::{ReadPreference, RunCommandOptions, SelectionCriteria},
};

use super::{
    AsSession, Builder, ExplicitSession, HasTarget, ImplicitSession, OperationTarget, SessionState,
    WithDeadline,
};
use crate::{
    cursor,
    database::Database,
    error::{Error, Result, codec::CodecResult},
    exec,
    operation::Verb,
    session::allowed_command,
    value::{MAX_NESTING, OwnedRow, Value, Writer, bounded_document},
};

const RUN_COMMAND: Verb = Verb::new("run_command", "runCommand");

impl Database {
    /// Runs a command of this database and reads the reply as a `T`.
    ///
    /// Awaiting it returns a `T`: a type with [`Shape`](macro@crate::Shape) that declares the fields of interest, or
    /// a `Document`. The command is sent unchanged, without the read and write concerns of the handle, and it is not
    /// retried.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_decode`](Error::is_decode) is true if the reply does not fit `T`. If the
    /// server refuses the command, returns the same error as other verbs. Errors inside of a successful reply, such
    /// as `writeErrors`, are not checked.
    ///
    /// ```no_run
    /// # use odm::{Database, Shape, bson::doc};
    /// #[derive(Shape)]
    /// #[serde(rename_all = "camelCase")]
    /// struct Stats {
    ///     collections: i64,
    ///     data_size: f64,
    /// }
    ///
    /// # async fn f(db: Database) -> odm::Result<()> {
    /// let stats: Stats = db.run_command(doc! { "dbStats": 1 }).await?;
    /// println!("{} collections, {} bytes", stats.collections, stats.data_size);
    /// # Ok(())
    /// # }
    /// ```
    pub fn run_command<T>(&self, command: Document) -> RunCommand<T> {
        RunCommand {
            database: self.clone(),
            command: bounded_document(command, MAX_NESTING),
            options: RunCommandOptions::default(),
            state: ImplicitSession,
            reply: PhantomData,
        }
    }
}

/// Runs a command and reads its reply as a `T`.
///
/// Construct with [`Database::run_command`].
#[must_use = "nothing is sent until the action is awaited"]
pub struct RunCommand<T, S = ImplicitSession> {
    database: Database,
    command: CodecResult<Document>,
    options: RunCommandOptions,
    state: S,
    reply: PhantomData<fn() -> T>,
}

impl<T, S> RunCommand<T, S> {
    /// Replaces all options by those of the driver's struct.
    pub fn with_options(mut self, options: RunCommandOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets which members of the replica set may run the command. The default is the primary.
    pub fn read_preference(mut self, members: ReadPreference) -> Self {
        self.options.selection_criteria = Some(SelectionCriteria::ReadPreference(members));
        self
    }
}

impl<T> RunCommand<T> {
    /// Runs the action in this session.
    ///
    /// The action borrows the session until its future completes. An action can have only one session.
    pub fn session(self, session: &mut impl AsSession) -> RunCommand<T, ExplicitSession<'_>> {
        let Self { database, command, options, state: ImplicitSession, reply } = self;
        RunCommand { database, command, options, state: ExplicitSession::new(session), reply }
    }
}

impl<T, S> HasTarget for RunCommand<T, S> {
    fn on(&self) -> OperationTarget {
        OperationTarget::Database(self.database.clone())
    }
}

impl<T, S> Builder for RunCommand<T, S> {
    type Options = RunCommandOptions;

    fn options(&mut self) -> &mut RunCommandOptions {
        &mut self.options
    }
}

/// Does not show the command, because it may contain stored values.
impl<T, S> fmt::Debug for RunCommand<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunCommand").field("on", &self.database).finish_non_exhaustive()
    }
}

impl<T, S> RunCommand<T, S> {
    /// Returns the verb: one that only reads, if the command cannot change anything.
    pub(super) fn verb(&self) -> Verb {
        if self.command.as_ref().is_ok_and(only_reads) { RUN_COMMAND.reading() } else { RUN_COMMAND }
    }

    fn execute<'s>(self) -> BoxFuture<'s, Result<T>>
    where
        T: OwnedRow + 's,
        S: SessionState<'s>,
    {
        let verb = self.verb();
        let Self { database, command, options, state, .. } = self;
        let command = match command {
            Ok(command) if state.in_transaction() => allowed_command(&command).map(|()| command),
            command => command.map_err(Error::from),
        };
        state.at(database.operation(verb)).run(|session| {
            Box::pin(async move {
                let reply = send(&database, verb, command, options, session).await?;
                cursor::decode(&database.operation(verb), &reply)
            })
        })
    }
}

/// Returns whether a command changes nothing. The first field of a command is its name.
fn only_reads(command: &Document) -> bool {
    let writes = |stage: &Bson| {
        stage.as_document().is_some_and(|stage| stage.contains_key("$out") || stage.contains_key("$merge"))
    };
    match command.keys().next().map(String::as_str) {
        Some(
            "buildInfo" | "buildinfo" | "collStats" | "connectionStatus" | "count" | "currentOp" | "dbHash"
            | "dbStats" | "distinct" | "explain" | "find" | "getLog" | "getMore" | "getParameter" | "hello"
            | "hostInfo" | "isMaster" | "ismaster" | "killCursors" | "listCollections" | "listDatabases"
            | "listIndexes" | "ping" | "serverStatus" | "top" | "whatsmyuri",
        ) => true,
        Some("validate") => !["repair", "fixMultikey"].iter().any(|option| command.contains_key(option)),
        Some("aggregate") => command.get_array("pipeline").is_ok_and(|stages| !stages.iter().any(writes)),
        _ => false,
    }
}

async fn send(
    database: &Database,
    verb: Verb,
    command: Result<Document>,
    options: RunCommandOptions,
    session: Option<&mut mongodb::ClientSession>,
) -> Result<Vec<u8>> {
    let operation = database.operation(verb);
    let command = operation.check(command)?;
    if command.is_empty() {
        return operation.check(Err(Error::refused("the command is an empty document")));
    }
    let mut call = database.driver().run_command(command).with_options(options);
    if let Some(session) = session {
        call = call.session(session);
    }
    let reply = exec::run(operation, call).await?;
    // `bson` is not used here, because its recursion has no limit.
    let mut writer = Writer::new();
    match reply.encode(&mut writer) {
        Ok(_) => Ok(writer.into_bytes()),
        Err(cause) => operation.check(Err(Error::decode(&[], cause))),
    }
}

impl<T: OwnedRow + 'static> IntoFuture for RunCommand<T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        exec::completed(self.execute())
    }
}

impl<'s, T: OwnedRow + 's> IntoFuture for RunCommand<T, ExplicitSession<'s>> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.execute()
    }
}

impl<T> RunCommand<T> {
    /// Limits how long the call may take, including the network: see [`WithDeadline`].
    ///
    /// After the deadline, returns an error for which [`is_timeout`](crate::Error::is_timeout) is true. What the
    /// command writes may have been applied.
    pub fn deadline(self, after: Duration) -> WithDeadline<Self> {
        let (on, verb) = (self.on(), self.verb());
        WithDeadline::new(self, after, on, verb)
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    #[test]
    fn a_command_reads_or_writes_by_its_first_name() {
        for command in [
            doc! { "ping": 1 },
            doc! { "find": "a", "filter": {} },
            doc! { "collStats": "insert" },
            doc! { "explain": { "delete": "a" } },
            doc! { "aggregate": "a", "pipeline": [{ "$match": { "$out": 1 } }] },
            doc! { "validate": "a", "full": true },
        ] {
            assert!(only_reads(&command), "{command}");
        }
        for command in [
            doc! {},
            doc! { "insert": "a", "find": 1 },
            doc! { "findAndModify": "a" },
            doc! { "somethingNew": 1 },
            doc! { "aggregate": "a", "pipeline": [{ "$match": {} }, { "$out": "b" }] },
            doc! { "aggregate": "a", "pipeline": [{ "$merge": { "into": "b" } }] },
            doc! { "aggregate": "a", "pipeline": "?" },
            doc! { "validate": "a", "repair": true },
        ] {
            assert!(!only_reads(&command), "{command}");
        }
    }
}
