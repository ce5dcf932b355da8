#![doc = include_str!("../README.md")]

mod args;
mod command;
mod diagram;
mod introspect;
mod output;
mod progress;

use std::{env, ffi::OsString, fmt, process::ExitCode};

use clap::{CommandFactory, FromArgMatches};
use odm::{Database, migrate::Migrations, schema::Schema};

#[doc(no_inline)]
pub use odm::{migrations, models, schema::Models};

use self::{
    args::{Arguments, Command},
    output::{Failure, Output},
};

/// Runs the command in the arguments of this process. Returns the exit code.
///
/// This is `Cli::new(models, migrations).run().await`: [`Cli`] has more options.
pub async fn run(models: Models, migrations: Migrations) -> ExitCode {
    Cli::new(models, migrations).run().await
}

/// A command line for these models and migrations.
#[must_use = "nothing is run until `run` is awaited"]
pub struct Cli {
    models: Models,
    migrations: Migrations,
    arguments: Option<Vec<OsString>>,
    database: Option<Database>,
    schema: Box<dyn Fn(Schema) -> Schema + Send + Sync>,
}

impl Cli {
    /// Returns a command line for these models and migrations.
    pub fn new(models: Models, migrations: Migrations) -> Self {
        Self { models, migrations, arguments: None, database: None, schema: Box::new(|schema| schema) }
    }

    /// Sets the arguments, without the name of the program. The default is those of the process.
    pub fn arguments<T: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.arguments = Some(arguments.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the database. Then the arguments and the environment need no connection string. One that is there, `--uri`
    /// or `MONGODB_URI`, takes precedence.
    pub fn database(mut self, database: Database) -> Self {
        self.database = Some(database);
        self
    }

    /// Changes the schema before it is planned, for example to declare an index of others as known. Another call
    /// replaces the function.
    ///
    /// ```
    /// # use odm::{Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order> }
    /// let cli = odm_cli::Cli::new(odm_cli::models![Order], odm_cli::migrations![])
    ///     .schema(|schema| schema.known_index::<Order>("by_hand"));
    /// # drop(cli);
    /// ```
    pub fn schema(mut self, change: impl Fn(Schema) -> Schema + Send + Sync + 'static) -> Self {
        self.schema = Box::new(change);
        self
    }

    /// Runs the command, and prints its result to standard output and errors to standard error. Returns the exit code:
    /// 0 if it is done, 1 after an error, 2 if the arguments are wrong, 3 if something is left to do.
    pub async fn run(self) -> ExitCode {
        let arguments = match self.parse() {
            Ok(arguments) => arguments,
            Err(problem) => return self.refuse(&problem),
        };
        let output = Output::new(arguments.json);
        match self.execute(arguments, output).await {
            Ok(code) => code,
            Err(failure) => output.fail(&failure),
        }
    }

    /// Prints why the arguments are wrong, or the help that they ask for.
    fn refuse(&self, problem: &clap::Error) -> ExitCode {
        let is_json = |argument: &OsString| argument == "--json";
        let json = match &self.arguments {
            None => env::args_os().any(|argument| is_json(&argument)),
            Some(arguments) => arguments.iter().any(is_json),
        };
        if problem.use_stderr() && json {
            let text = problem.render().to_string();
            let text = text.trim_end();
            let text = text.strip_prefix("error: ").unwrap_or(text);
            return Output::new(true).fail(&Failure::Argument(text.to_owned()));
        }
        // Help is printed to standard output, and is no error. If nobody reads, nothing is lost.
        let _ = problem.print();
        if problem.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
    }

    fn parse(&self) -> Result<Arguments, clap::Error> {
        let matches = match &self.arguments {
            None => Arguments::command().try_get_matches(),
            Some(arguments) => {
                let name = OsString::from("odm");
                Arguments::command()
                    .try_get_matches_from(std::iter::once(name).chain(arguments.iter().cloned()))
            }
        };
        Arguments::from_arg_matches(&matches?)
    }

    async fn execute(self, arguments: Arguments, output: Output) -> Result<ExitCode, Failure> {
        let Arguments { uri, command, .. } = arguments;
        if let Command::Diagram = command {
            return Ok(output.print(&diagram::Diagram::of(&self.models.metas())));
        }
        match (&self.database, uri) {
            (_, Some(uri)) => {
                let database = Database::connect(uri).await?;
                let outcome = self.command(&database, command, output).await;
                // Otherwise the driver ends its sessions while the runtime stops, and may print a panic.
                database.shutdown().await;
                outcome
            }
            (Some(database), None) => self.command(database, command, output).await,
            (None, None) => Err(Failure::NoUri),
        }
    }

    async fn command(
        &self,
        database: &Database,
        command: Command,
        output: Output,
    ) -> Result<ExitCode, Failure> {
        let schema = |drop_undeclared: bool| {
            let schema = (self.schema)(database.schema(self.models.clone()));
            if drop_undeclared { schema.drop_undeclared() } else { schema }
        };
        match command {
            Command::Plan(plan) => command::plan::run(schema(plan.drop_undeclared), &plan, output).await,
            Command::Apply(apply) => command::apply::run(schema(apply.drop_undeclared), &apply, output).await,
            Command::Scan => command::scan::run(schema(false), output).await,
            Command::Verify => {
                command::verify::run(schema(false), database.migrate(self.migrations.clone()), output).await
            }
            Command::Migrate(migrate) => {
                command::migrate::run(database.migrate(self.migrations.clone()), migrate, output).await
            }
            Command::Introspect(introspect) => command::introspect::run(database, &introspect, output).await,
            Command::Explain(explain) => command::explain::run(database, explain, output).await,
            Command::Diagram => Ok(ExitCode::SUCCESS),
        }
    }
}

impl fmt::Debug for Cli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cli")
            .field("models", &self.models)
            .field("migrations", &self.migrations)
            .finish_non_exhaustive()
    }
}
