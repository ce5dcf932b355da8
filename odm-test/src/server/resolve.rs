//! Tries the sources of a server one after the other, and logs each of them on standard error.

use std::{
    env,
    panic::AssertUnwindSafe,
    path::PathBuf,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;

use super::{
    Running,
    arguments::Arguments,
    docker, mongod,
    reaper::Owner,
    replica_set::{self, ServerInfo},
    source::Source,
};
use crate::error::{Error, OrError};
use crate::log::{log, without_credentials};
use crate::wheel;

/// The sources that may be used.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sources {
    /// The first source that works. If `ODM_MONGODB_URI` is set, only that server: no other replaces it.
    Any,
    /// The first source that works and starts a server, which nobody else uses.
    Starting,
    /// This source.
    Only(Source),
}

impl Sources {
    fn steps(self) -> Vec<Source> {
        match self {
            Self::Only(source) => vec![source],
            Self::Any if given_uri().is_some() => vec![Source::Uri],
            Self::Any | Self::Starting => {
                Source::ALL.into_iter().filter(|source| *source != Source::Uri).collect()
            }
        }
    }
}

/// Finds or starts a server for `owner`, from the first of `sources` that works. A server that runs already does not get
/// the arguments.
pub(super) async fn find_or_start(
    sources: Sources,
    owner: &Owner,
    arguments: &Arguments,
) -> Result<Running, Error> {
    first(sources, "server", async |source| {
        let (running, what) = take(source, owner, arguments).await?;
        let uri = without_credentials(&running.uri);
        Ok((running, format!("{what}, {uri}")))
    })
    .await
}

/// Returns what the first of `sources` that works provides. `take` returns it with a description for the log.
pub(crate) async fn first<T>(
    sources: Sources,
    noun: &str,
    take: impl AsyncFn(Source) -> Result<(T, String), Error>,
) -> Result<T, Error> {
    let mut failures = Vec::new();
    for source in sources.steps() {
        let started = Instant::now();
        match take(source).await {
            Ok((taken, what)) => {
                let seconds = started.elapsed().as_secs_f32();
                log(format_args!("{noun} from {source}: {what} ({seconds:.1} s)"));
                return Ok(taken);
            }
            Err(error) => {
                log(format_args!("no {noun} from {source}: {error}"));
                failures.push((source, error));
            }
        }
    }
    Err(Error::new(report(sources, &failures)))
}

fn given_uri() -> Option<String> {
    env::var("ODM_MONGODB_URI").ok().filter(|uri| !uri.is_empty())
}

/// Gets a server from one source. Returns it with a description for the log.
async fn take(source: Source, owner: &Owner, arguments: &Arguments) -> Result<(Running, String), Error> {
    match source {
        Source::Uri => {
            let uri = given_uri().ok_or_else(|| Error::new("ODM_MONGODB_URI is not set"))?;
            let server_info = server_info(&uri).await.or_error(without_credentials(&uri))?;
            if !server_info.replicated {
                log("this server is not a replica set: transactions and change streams fail on it");
            }
            let what = format!("MongoDB {}", server_info.version);
            Ok((Running { source, uri, version: server_info.version, reaper: None }, what))
        }
        Source::Docker => {
            let container = unless_it_panics(docker::start(owner, arguments)).await?;
            let version = server_info(&container.uri).await?.version;
            let what = format!("MongoDB {version} in container {} of {}", container.name, container.image);
            Ok((Running { source, uri: container.uri, version, reaper: Some(container.reaper) }, what))
        }
        Source::Mongod | Source::Wheel => {
            let program = program(source)?;
            let process = mongod::start(&program, owner, arguments).await?;
            let version = server_info(&process.uri).await?.version;
            let what = format!("MongoDB {version}, {}", program.display());
            Ok((Running { source, uri: process.uri, version, reaper: Some(process.reaper) }, what))
        }
    }
}

/// Returns the `mongod` of a source that starts a process.
pub(crate) fn program(source: Source) -> Result<PathBuf, Error> {
    if source == Source::Wheel { wheel::mongod() } else { mongod::find() }
}

/// Returns an error if a call of the Docker client libraries panics, as they do on some settings that they do not
/// support.
pub(crate) async fn unless_it_panics<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let outcome = AssertUnwindSafe(call).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(Error::new("the Docker client panicked")))
}

async fn server_info(uri: &str) -> Result<ServerInfo, Error> {
    replica_set::server_info(uri, Duration::from_secs(10)).await
}

/// Returns a message that lists what was tried, why it failed, and how to fix it.
fn report(sources: Sources, failures: &[(Source, Error)]) -> String {
    const START_ONE: &str = "Do one of these:\n  \
                             start Docker, so that the image `mongo` can be run;\n  \
                             install MongoDB, or set ODM_MONGOD to the path of a `mongod`";
    let (heading, advice) = match (sources, failures) {
        (Sources::Only(source), _) => (
            format!("no MongoDB server for the tests, and only the source `{source}` was allowed:"),
            "Fix it, or unset ODM_MONGODB_SOURCE so that the other sources are tried.".to_owned(),
        ),
        (Sources::Any, [(Source::Uri, _)]) => (
            "no MongoDB server for the tests: the one that ODM_MONGODB_URI names does not answer:".to_owned(),
            "Start it, or unset ODM_MONGODB_URI so that a server is started for the tests.".to_owned(),
        ),
        (Sources::Any, _) => (
            "no MongoDB server for the tests. What was tried:".to_owned(),
            format!("{START_ONE};\n  set ODM_MONGODB_URI to the connection string of a server that runs."),
        ),
        (Sources::Starting, _) => (
            "no MongoDB server can be started for this test alone. What was tried:".to_owned(),
            format!(
                "{START_ONE}.\nThe one that ODM_MONGODB_URI names is not used here: others may use it too."
            ),
        ),
    };
    let tried: Vec<String> =
        failures.iter().map(|(source, error)| format!("  {source:<7} {error}")).collect();
    format!("{heading}\n{}\n{advice}", tried.join("\n"))
}
