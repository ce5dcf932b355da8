//! The lint of a program that is no test: of a database that it gets from the kit, until it drops this database.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
    mpsc,
};

use odm::{
    Database,
    action::call_site,
    mongodb::event::{
        EventHandler,
        command::{CommandEvent, CommandStartedEvent},
    },
};
use tokio::runtime::{Builder, Handle, Runtime};

use super::{Lint, LintMode};
use crate::{
    error::{Error, OrError as _},
    log::log,
    server::client,
};

/// Whether tests run in this process: each of them has its own lint.
static RUNS_TESTS: AtomicBool = AtomicBool::new(false);

/// The runtime of the lint. The program waits for the plans while it sends its last command, on any runtime.
static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// Takes note that this process runs tests.
pub(crate) fn runs_tests() {
    RUNS_TESTS.store(true, Ordering::Relaxed);
}

/// Returns the database of this name, with a new client. If `ODM_TEST_LINT` is set in a program that is no test, its
/// queries are linted until the program drops it.
pub(crate) async fn database(uri: &str, name: &str) -> Result<Database, Error> {
    let mode = if RUNS_TESTS.load(Ordering::Relaxed) { LintMode::Off } else { LintMode::of(None)? };
    let handler = match mode {
        LintMode::Off => None,
        mode => Some(handler(lint(mode, uri, name).await?, runtime()?.clone())),
    };
    Ok(Database::from_driver(client(uri, handler).await?.database(name)))
}

/// Returns the lint of the database. Its client is one of the lint's runtime.
async fn lint(mode: LintMode, uri: &str, name: &str) -> Result<Lint, Error> {
    let (uri, name) = (uri.to_owned(), name.to_owned());
    let connected = runtime()?.spawn(async move { Ok(client(&uri, None).await?.database(&name)) });
    let database = connected.await.or_error("the lint cannot connect")??;
    Ok(Lint::new(mode, Database::from_driver(database)))
}

fn runtime() -> Result<&'static Handle, Error> {
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime.handle());
    }
    let runtime =
        Builder::new_multi_thread().worker_threads(1).enable_all().thread_name("odm-test lint").build();
    let runtime = runtime.or_error("cannot create a runtime for the lint")?;
    // If another task was faster, this runtime has no tasks that would have to end.
    match RUNTIME.set(runtime) {
        Ok(()) => {}
        Err(runtime) => runtime.shutdown_background(),
    }
    RUNTIME.get().map(Runtime::handle).ok_or_else(|| Error::new("the lint has no runtime"))
}

fn handler(lint: Lint, runtime: Handle) -> EventHandler<CommandEvent> {
    let lint = Arc::new(lint);
    EventHandler::callback(move |event| match event {
        CommandEvent::Started(started) if is_drop(&started, &lint) => report(&lint, &runtime),
        CommandEvent::Started(started) => lint.observe(&started, call_site(), &runtime),
        _ => {}
    })
}

fn is_drop(started: &CommandStartedEvent, lint: &Lint) -> bool {
    started.command_name == "dropDatabase" && started.db == lint.database.name()
}

/// Waits for the plans, and reports the findings. Runs in the call that drops the database, before the command is sent.
fn report(lint: &Arc<Lint>, runtime: &Handle) {
    let (sender, receiver) = mpsc::channel();
    let observed = Arc::clone(lint);
    runtime.spawn(async move { sender.send(observed.findings().await) });
    let findings = match receiver.recv() {
        Ok(findings) => findings,
        Err(_) => vec!["the lint itself failed".to_owned()],
    };
    let database = lint.database.name();
    assert!(
        lint.mode() != LintMode::Fail || findings.is_empty(),
        "the lint found slow queries, and the database {database} is kept:\n{}",
        findings.join("\n")
    );
    for finding in findings {
        log(format_args!("{database}: {finding}"));
    }
}
