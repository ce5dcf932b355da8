//! `run_command`: a command of a database that has no method of its own.

use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Bson, Document},
    options::{ReadPreference, RunCommandOptions, SelectionCriteria},
};

use super::{AsSession, Builder, Explicit, Implicit, Place, SessionState, Within};
use crate::{
    cursor,
    database::Database,
    error::{Error, Result, codec::CodecResult},
    exec,
    operation::Verb,
    value::{MAX_NESTING, OwnedRow, Value, Writer, bounded_document},
};

const RUN_COMMAND: Verb = Verb::new("run_command", "runCommand");

impl Database {
    /// Runs a command of this database and reads the reply as a `T`.
    ///
    /// `await` gives a `T`: a type with [`Shape`](macro@crate::Shape) that declares the fields of interest, or a `Document`.
    /// The command is sent as it is, without the read and write concerns of the handle, and it is not retried.
    ///
    /// # Errors
    ///
    /// [`is_decode`](Error::is_decode): the reply does not fit `T`. A command that the server refuses is the error that it
    /// is for every verb; what a reply reports besides, such as `writeErrors`, is left in the reply.
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
            state: Implicit,
            reply: PhantomData,
        }
    }
}

/// Runs a command and reads its reply as a `T`.
///
/// Construct with [`Database::run_command`].
#[must_use = "nothing is sent until the action is awaited"]
pub struct RunCommand<T, S = Implicit> {
    database: Database,
    command: CodecResult<Document>,
    options: RunCommandOptions,
    state: S,
    reply: PhantomData<fn() -> T>,
}

impl<T, S> RunCommand<T, S> {
    /// Takes all options from the driver's struct, in place of those set so far.
    pub fn with_options(mut self, options: RunCommandOptions) -> Self {
        self.options = options;
        self
    }

    /// Which members of the replica set may answer; the primary unless this is called.
    pub fn read_preference(mut self, members: ReadPreference) -> Self {
        self.options.selection_criteria = Some(SelectionCriteria::ReadPreference(members));
        self
    }
}

impl<T> RunCommand<T> {
    /// Runs in this session.
    ///
    /// The action borrows the session until its future is done, and takes only one.
    pub fn session(self, session: &mut impl AsSession) -> RunCommand<T, Explicit<'_>> {
        let Self { database, command, options, state: Implicit, reply } = self;
        RunCommand { database, command, options, state: Explicit::new(session), reply }
    }
}

impl<T, S> Builder for RunCommand<T, S> {
    type Options = RunCommandOptions;

    fn on(&self) -> Place {
        Place::Database(self.database.clone())
    }

    fn options(&mut self) -> &mut RunCommandOptions {
        &mut self.options
    }
}

/// The command may hold values, so it is not shown.
impl<T, S> fmt::Debug for RunCommand<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunCommand").field("on", &self.database).finish_non_exhaustive()
    }
}

impl<T, S> RunCommand<T, S> {
    /// The verb, by what the command can leave behind.
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
        let session = state.into_option();
        Box::pin(async move {
            let reply = send(&database, verb, command, options, session).await?;
            cursor::decode(&database.operation(verb), &reply)
        })
    }
}

/// Whether a command, which its first name tells, leaves nothing behind.
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
    command: CodecResult<Document>,
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
    // Not by `bson`, whose recursion has no bound.
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

impl<'s, T: OwnedRow + 's> IntoFuture for RunCommand<T, Explicit<'s>> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.execute()
    }
}

impl<T> RunCommand<T> {
    /// How long it may take, the way to the server and back included: see [`Within`].
    ///
    /// Then it is an error that [`is_timeout`](crate::Error::is_timeout), and what the command writes may have been applied.
    pub fn deadline(self, after: Duration) -> Within<Self> {
        let (on, verb) = (self.on(), self.verb());
        Within::new(self, after, on, verb)
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
