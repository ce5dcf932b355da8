//! Making a started `mongod` a replica set of one and waiting until it takes writes.
//!
//! By driver commands over a direct connection, so that no shell is needed where the server runs. Transactions and
//! change streams need a replica set; one member is enough for both.

use std::time::{Duration, Instant};

use odm::{
    bson::{Document, doc},
    mongodb::{
        Client,
        error::{Error as DriverError, ErrorKind},
        options::ClientOptions,
    },
};
use tokio::time::sleep;

use crate::error::Error;

/// How long a server may take from its start to its first write.
const PATIENCE: Duration = Duration::from_secs(60);

/// The server's error code for a replica set that was initiated before: by a try whose answer was lost.
const ALREADY_INITIALIZED: i32 = 23;

/// The name of the replica set, given on the command line of every `mongod` that this kit starts.
pub(crate) const NAME: &str = "odm";

/// Initiates the replica set of the server at `uri`, whose only member knows itself as `member`, and returns when it is
/// a writable primary. `alive` is asked between tries, so that a server that died is not waited for.
pub(crate) async fn initiate(uri: &str, member: &str, alive: impl AsyncFn() -> bool) -> Result<(), Error> {
    let started = Instant::now();
    let config = doc! { "_id": NAME, "members": [{ "_id": 0, "host": member }] };
    let mut initiated = false;
    // A driver that finds nobody listening looks again only after half a second, so each try is a new client, and each
    // try waits longer than the last for machines that are slow.
    let mut patience = Duration::from_millis(100);
    loop {
        patience = (patience * 3 / 2).min(Duration::from_secs(3));
        let answer = match connect(uri, patience).await {
            Ok(client) if initiated => is_writable(&client).await,
            Ok(client) => match admin(&client, doc! { "replSetInitiate": config.clone() }).await {
                Err(error) if code(&error) != Some(ALREADY_INITIALIZED) => Err(error),
                _ => {
                    initiated = true;
                    Ok(false)
                }
            },
            Err(error) => Err(error),
        };
        if matches!(answer, Ok(true)) {
            return Ok(());
        }
        if !alive().await {
            return Err(Error::new("the server ended while it was starting"));
        }
        if started.elapsed() > PATIENCE {
            let last =
                answer.err().map_or_else(|| "it is no writable primary".to_owned(), |e| e.kind.to_string());
            return Err(Error::new(format!("the server took no writes within {PATIENCE:?}: {last}")));
        }
        sleep(Duration::from_millis(25)).await;
    }
}

/// What a running server says about itself.
#[derive(Debug)]
pub(crate) struct Standing {
    /// Its version, as in `8.0.4`.
    pub(crate) version: String,
    /// Whether transactions and change streams work on it: a replica set or a sharded cluster.
    pub(crate) replicated: bool,
}

/// Asks the server at `uri` what it is.
pub(crate) async fn standing(uri: &str, patience: Duration) -> Result<Standing, Error> {
    let (hello, build) = ask(uri, patience).await.map_err(|error| Error::new(error.kind.to_string()))?;
    Ok(Standing {
        version: build.get_str("version").unwrap_or("of unknown version").to_owned(),
        replicated: hello.contains_key("setName")
            || hello.get_str("msg").is_ok_and(|text| text == "isdbgrid"),
    })
}

/// Asks for what it is now, and for what it was built as.
async fn ask(uri: &str, patience: Duration) -> Result<(Document, Document), DriverError> {
    let client = connect(uri, patience).await?;
    Ok((admin(&client, doc! { "hello": 1 }).await?, admin(&client, doc! { "buildInfo": 1 }).await?))
}

async fn connect(uri: &str, patience: Duration) -> Result<Client, DriverError> {
    let mut options = ClientOptions::parse(uri).await?;
    options.server_selection_timeout = Some(patience);
    options.connect_timeout = Some(patience);
    Client::with_options(options)
}

async fn is_writable(client: &Client) -> Result<bool, DriverError> {
    Ok(admin(client, doc! { "hello": 1 }).await?.get_bool("isWritablePrimary").unwrap_or(false))
}

async fn admin(client: &Client, command: Document) -> Result<Document, DriverError> {
    client.database("admin").run_command(command).await
}

fn code(error: &DriverError) -> Option<i32> {
    match error.kind.as_ref() {
        ErrorKind::Command(error) => Some(error.code),
        _ => None,
    }
}
