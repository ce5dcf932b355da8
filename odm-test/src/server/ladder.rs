//! The ladder: the ways to a server, tried one after the other, each told on standard error.

use std::{
    env,
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;

use super::{
    Running, docker,
    guardian::Owner,
    mongod,
    replica_set::{self, Standing},
    way::Way,
};
use crate::error::{Error, OrError};
use crate::say::{say, without_credentials};
use crate::wheel;

/// Which ways may be taken.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ways {
    /// The first that works. A URI that is set is meant: no other server takes its place.
    Any,
    /// The first that works of those that start a server, which nobody else uses.
    Starting,
    /// This one.
    Only(Way),
}

impl Ways {
    fn steps(self) -> Vec<Way> {
        match self {
            Self::Only(way) => vec![way],
            Self::Any if given_uri().is_some() => vec![Way::Uri],
            Self::Any | Self::Starting => Way::ALL.into_iter().filter(|way| *way != Way::Uri).collect(),
        }
    }
}

/// Finds or starts a server for `owner`, by the first of the ways that works.
pub(crate) async fn climb(ways: Ways, owner: &Owner) -> Result<Running, Error> {
    let mut failures = Vec::new();
    for way in ways.steps() {
        let started = Instant::now();
        match take(way, owner).await {
            Ok((running, what)) => {
                let uri = without_credentials(&running.uri);
                let seconds = started.elapsed().as_secs_f32();
                say(format_args!("server by way of {way}: {what}, {uri} ({seconds:.1} s)"));
                return Ok(running);
            }
            Err(error) => {
                say(format_args!("no server by way of {way}: {error}"));
                failures.push((way, error));
            }
        }
    }
    Err(Error::new(report(ways, &failures)))
}

fn given_uri() -> Option<String> {
    env::var("ODM_MONGODB_URI").ok().filter(|uri| !uri.is_empty())
}

/// Takes one way; gives the server and what it is, in words.
async fn take(way: Way, owner: &Owner) -> Result<(Running, String), Error> {
    match way {
        Way::Uri => {
            let uri = given_uri().ok_or_else(|| Error::new("ODM_MONGODB_URI is not set"))?;
            let standing = standing(&uri).await.or_error(without_credentials(&uri))?;
            if !standing.replicated {
                say("this server is no replica set: transactions and change streams fail on it");
            }
            let what = format!("MongoDB {}", standing.version);
            Ok((Running { way, uri, version: standing.version, guardian: None }, what))
        }
        Way::Docker => {
            // The libraries below panic on some settings of Docker that they do not understand.
            let container = AssertUnwindSafe(docker::start(owner)).catch_unwind().await;
            let container = container.unwrap_or_else(|_| Err(Error::new("its client library panicked")))?;
            let version = standing(&container.uri).await?.version;
            let what = format!("MongoDB {version} in container {} of {}", container.name, container.image);
            Ok((Running { way, uri: container.uri, version, guardian: Some(container.guardian) }, what))
        }
        Way::Mongod | Way::Wheel => {
            let program = if way == Way::Wheel { wheel::mongod()? } else { mongod::find()? };
            let process = mongod::start(&program, owner).await?;
            let version = standing(&process.uri).await?.version;
            let what = format!("MongoDB {version}, {}", program.display());
            Ok((Running { way, uri: process.uri, version, guardian: Some(process.guardian) }, what))
        }
    }
}

async fn standing(uri: &str) -> Result<Standing, Error> {
    replica_set::standing(uri, Duration::from_secs(10)).await
}

/// What was tried, why it failed, what to do.
fn report(ways: Ways, failures: &[(Way, Error)]) -> String {
    const START_ONE: &str = "Do one of these:\n  \
                             start Docker, so that the image `mongo` can be run;\n  \
                             install MongoDB, or set ODM_MONGOD to the path of a `mongod`";
    let (heading, advice) = match (ways, failures) {
        (Ways::Only(way), _) => (
            format!("no MongoDB server for the tests, and only the way `{way}` was allowed:"),
            "Mend it, or unset ODM_MONGODB_WAY so that the other ways are tried.".to_owned(),
        ),
        (Ways::Any, [(Way::Uri, _)]) => (
            "no MongoDB server for the tests: the one that ODM_MONGODB_URI names does not answer:".to_owned(),
            "Start it, or unset ODM_MONGODB_URI so that a server is started for the tests.".to_owned(),
        ),
        (Ways::Any, _) => (
            "no MongoDB server for the tests. What was tried:".to_owned(),
            format!("{START_ONE};\n  set ODM_MONGODB_URI to the connection string of a server that runs."),
        ),
        (Ways::Starting, _) => (
            "no MongoDB server can be started for this test alone. What was tried:".to_owned(),
            format!(
                "{START_ONE}.\nThe one that ODM_MONGODB_URI names is not used here: others may use it too."
            ),
        ),
    };
    let tried: Vec<String> = failures.iter().map(|(way, error)| format!("  {way:<7} {error}")).collect();
    format!("{heading}\n{}\n{advice}", tried.join("\n"))
}
