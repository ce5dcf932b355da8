//! The run of an `#[odm_test::test]`: creates a runtime and a fresh database, and cleans up.

use std::{
    fmt,
    panic::AssertUnwindSafe,
    process::{ExitCode, Termination},
    sync::Arc,
    time::Duration,
};

use futures_util::FutureExt as _;
use odm::{
    Database,
    action::call_site,
    mongodb::{
        Client,
        event::{EventHandler, command::CommandEvent},
    },
};
use tokio::{
    runtime::{self, Handle},
    time::timeout,
};

use crate::commands::Commands;
use crate::error::{Error, OrError};
use crate::lint::{Lint, LintMode, program::runs_tests};
use crate::log::{log, without_credentials};
use crate::server::Server;

pub(crate) mod name;

/// Runs one test. The attribute's expansion calls it.
pub fn run<F, R>(test: Test, body: impl FnOnce(Context) -> F) -> Verdict
where
    F: Future<Output = R>,
    R: Outcome,
{
    runs_tests();
    let runtime = match test.runtime() {
        Ok(runtime) => runtime,
        Err(error) => return test.could_not_run(&error),
    };
    runtime.block_on(async {
        let context = match Context::new(&test).await {
            Ok(context) => context,
            Err(error) => return test.could_not_run(&error),
        };
        let verdict = AssertUnwindSafe(body(context.clone())).catch_unwind().await.map(Outcome::verdict);
        let passed = match &verdict {
            Ok(verdict) => verdict.0.is_ok() && !test.should_panic,
            Err(_) => test.should_panic,
        };
        if !passed {
            context.keep_database(&test);
            return verdict.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        let findings = context.lint(&test).await;
        context.drop_database().await;
        if !findings.is_empty() {
            test.fail_by_lint(&findings);
        }
        verdict.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// A test, as the expansion of the attribute describes it.
#[derive(Debug, Clone, Copy)]
pub struct Test {
    /// The `module_path!()` of the test.
    pub module: &'static str,
    /// The name of the function.
    pub name: &'static str,
    /// The number of threads of the runtime. `None` is the thread of the test alone, zero is the number of cores.
    pub threads: Option<usize>,
    /// Whether the test has the attribute `#[should_panic]`.
    pub should_panic: bool,
    /// Whether a parameter of the test is the list of its commands.
    pub records: bool,
    /// The mode of the lint, if the attribute sets it.
    pub lint: Option<LintMode>,
}

impl Test {
    fn runtime(&self) -> Result<runtime::Runtime, Error> {
        let mut builder = match self.threads {
            None => runtime::Builder::new_current_thread(),
            Some(_) => runtime::Builder::new_multi_thread(),
        };
        if let Some(threads @ 1..) = self.threads {
            builder.worker_threads(threads);
        }
        builder.enable_all().build().or_error("cannot create a runtime for the test")
    }

    /// Makes the test fail, although it did not run.
    #[expect(clippy::panic, reason = "a test fails by a panic")]
    fn could_not_run(&self, error: &Error) -> Verdict {
        if self.should_panic {
            // A test that should panic passes if it panics, and fails if it returns.
            log(format_args!("{}::{} could not run: {error}", self.module, self.name));
            Verdict(Ok(()))
        } else {
            panic!("{error}")
        }
    }

    /// Makes the test fail, although its body passed.
    #[expect(clippy::panic, reason = "a test fails by a panic")]
    fn fail_by_lint(&self, findings: &[String]) {
        panic!(
            "{}::{} passed, but the lint found slow queries:\n{}\nmend them, or exclude the test: `#[odm_test::test(lint \
             = \"off\")]`",
            self.module,
            self.name,
            findings.join("\n")
        );
    }
}

/// The values that a test can take as parameters.
#[derive(Debug, Clone)]
pub struct Context {
    server: Server,
    database: Database,
    commands: Commands,
    lint: Option<Arc<Lint>>,
}

impl Context {
    async fn new(test: &Test) -> Result<Self, Error> {
        let server = Server::shared().await?;
        let name = name::of_test(test.module, test.name);
        let lint = match LintMode::of(test.lint)? {
            LintMode::Off => None,
            mode => Some(Arc::new(Lint::new(mode, server.database(&name).await?))),
        };
        let commands = Commands::default();
        // The driver decodes each command for a handler, so a test without need has none.
        let observed = test.records || lint.is_some();
        let handler = observed.then(|| handler(commands.clone(), lint.clone()));
        let database = Database::from_driver(server.client_with(handler).await?.database(&name));
        Ok(Self { server, database, commands, lint })
    }

    /// Returns the findings that make the test fail. Logs those that do not.
    async fn lint(&self, test: &Test) -> Vec<String> {
        let Some(lint) = &self.lint else { return Vec::new() };
        let findings = lint.findings().await;
        if lint.mode() == LintMode::Fail && !test.should_panic {
            return findings;
        }
        for finding in findings {
            log(format_args!("{}::{}: {finding}", test.module, test.name));
        }
        Vec::new()
    }

    async fn drop_database(&self) {
        let name = self.database.name();
        // If the test left a transaction open, the server waits for its end.
        let outcome = timeout(Duration::from_secs(10), self.database.driver().drop().into_future()).await;
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(error)) => log(format_args!("the database {name} could not be dropped: {error}")),
            Err(_) => log(format_args!("the database {name} could not be dropped within 10 s")),
        }
    }

    /// Logs where the database of a failed test is, or how to keep it the next time.
    fn keep_database(&self, test: &Test) {
        let (Test { module, name, .. }, database) = (test, self.database.name());
        if self.server.outlives_the_tests() {
            let uri = without_credentials(self.server.uri());
            log(format_args!("{module}::{name} failed; its database is kept: {database} at {uri}"));
        } else {
            log(format_args!(
                "{module}::{name} failed; its database {database} is removed with its server: to inspect it, run the \
                 test again with ODM_MONGODB_KEEP=1"
            ));
        }
    }
}

/// Returns the handler of the events of a test's client.
fn handler(commands: Commands, lint: Option<Arc<Lint>>) -> EventHandler<CommandEvent> {
    EventHandler::callback(move |event| {
        if let CommandEvent::Started(started) = event {
            commands.push(&started);
            if let (Some(lint), Ok(runtime)) = (&lint, Handle::try_current()) {
                lint.observe(&started, call_site(), &runtime);
            }
        }
    })
}

/// A type that a parameter of a test can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a parameter of an `#[odm_test::test]`",
    label = "expected `odm::Database`, `odm_test::Server`, `odm_test::Commands` or `odm::mongodb::Client`",
    note = "the correct form is `async fn name(db: odm::Database)`"
)]
pub trait Argument {
    /// Whether the commands of the test are recorded.
    const RECORDS: bool = false;

    /// Takes the argument from the context of the test.
    fn from_context(context: &Context) -> Self;
}

#[diagnostic::do_not_recommend]
impl Argument for Database {
    fn from_context(context: &Context) -> Self {
        context.database.clone()
    }
}

#[diagnostic::do_not_recommend]
impl Argument for Client {
    fn from_context(context: &Context) -> Self {
        context.database.driver().client().clone()
    }
}

#[diagnostic::do_not_recommend]
impl Argument for Server {
    fn from_context(context: &Context) -> Self {
        context.server.clone()
    }
}

#[diagnostic::do_not_recommend]
impl Argument for Commands {
    const RECORDS: bool = true;

    fn from_context(context: &Context) -> Self {
        context.commands.record();
        context.commands.clone()
    }
}

/// A type that a test can return.
#[diagnostic::on_unimplemented(
    message = "an `#[odm_test::test]` cannot return `{Self}`",
    label = "expected no return type or `Result<(), E>`",
    note = "the correct form is `async fn name(db: odm::Database) -> Result<(), E>`"
)]
pub trait Outcome {
    /// Converts the return value of the test.
    fn verdict(self) -> Verdict;
}

impl Outcome for () {
    fn verdict(self) -> Verdict {
        Verdict(Ok(()))
    }
}

impl<E: fmt::Debug> Outcome for Result<(), E> {
    fn verdict(self) -> Verdict {
        Verdict(self.map_err(|error| format!("{error:?}")))
    }
}

/// The result of a test for the harness: success, or the error that the test returned. It is a type of its own, so
/// that only `Outcome` decides which types a test can return, and rustc reports a wrong type once.
#[derive(Debug)]
pub struct Verdict(Result<(), String>);

impl Termination for Verdict {
    fn report(self) -> ExitCode {
        match self.0 {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                // The standard library prints an `Err` the same way. The harness captures it.
                eprintln!("Error: {error}");
                ExitCode::FAILURE
            }
        }
    }
}
