//! Initiates a replica set of started `mongod`s, and waits until one accepts writes.
//!
//! It sends commands through the driver over a direct connection, so that the server's environment needs no shell.
//! Transactions and change streams need a replica set; one member is enough for both.

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
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The error code of the server if the replica set is already initiated, by an attempt whose answer was lost.
const ALREADY_INITIALIZED: i32 = 23;

/// The name of the replica set, on the command line of every `mongod` that this kit starts.
pub(crate) const NAME: &str = "odm";

/// Returns the configuration of a replica set of one member, with this address.
pub(crate) fn single(member: &str) -> Document {
    doc! { "_id": NAME, "members": [{ "_id": 0, "host": member }] }
}

/// Returns the configuration of a replica set of these members, which elects another primary within seconds. The
/// server's default is ten seconds until an election begins.
pub(crate) fn several(members: &[String]) -> Document {
    let member = |(id, host): (i32, &String)| doc! { "_id": id, "host": host };
    let members: Vec<Document> = (0..).zip(members).map(member).collect();
    let settings = doc! { "electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 250 };
    doc! { "_id": NAME, "members": members, "settings": settings }
}

/// Initiates the replica set `config` at the member at `uri`, and returns when the member's reply to `hello` is the
/// `wanted` one. Calls `alive` between attempts, so that it does not wait for a server that has ended.
pub(crate) async fn initiate(
    uri: &str,
    config: &Document,
    wanted: fn(&Document) -> bool,
    alive: impl AsyncFn() -> bool,
) -> Result<(), Error> {
    let started = Instant::now();
    let mut initiated = false;
    // A client that cannot connect tries again only after half a second, so each attempt creates a new client. Each
    // attempt waits longer than the one before, for slow machines.
    let mut patience = Duration::from_millis(100);
    loop {
        patience = (patience * 3 / 2).min(Duration::from_secs(3));
        let answer = match connect(uri, patience).await {
            Ok(client) if initiated => admin(&client, doc! { "hello": 1 }).await.map(|hello| wanted(&hello)),
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
            let last = answer.err().map_or_else(|| "it is not a primary".to_owned(), |e| e.kind.to_string());
            return Err(Error::new(format!("the server accepted no writes within {PATIENCE:?}: {last}")));
        }
        sleep(Duration::from_millis(25)).await;
    }
}

/// The properties of a running server.
#[derive(Debug)]
pub(crate) struct ServerInfo {
    /// Its version, for example `8.0.4`.
    pub(crate) version: String,
    /// Whether it supports transactions and change streams: it is part of a replica set or a sharded cluster.
    pub(crate) replicated: bool,
}

/// Returns the properties of the server at `uri`.
pub(crate) async fn server_info(uri: &str, patience: Duration) -> Result<ServerInfo, Error> {
    let (hello, build) = ask(uri, patience).await.map_err(|error| Error::new(error.kind.to_string()))?;
    Ok(ServerInfo {
        version: build.get_str("version").unwrap_or("of unknown version").to_owned(),
        replicated: hello.contains_key("setName")
            || hello.get_str("msg").is_ok_and(|text| text == "isdbgrid"),
    })
}

/// Returns the replies to `hello` and `buildInfo`.
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

/// Returns whether this is the `hello` of a primary that accepts writes.
pub(crate) fn is_primary(hello: &Document) -> bool {
    hello.get_bool("isWritablePrimary").unwrap_or(false)
}

/// Returns whether this is the `hello` of a member that has the data of its replica set.
pub(crate) fn is_member(hello: &Document) -> bool {
    is_primary(hello) || hello.get_bool("secondary").unwrap_or(false)
}

/// Returns the reply to `hello` of the server at `uri`.
pub(crate) async fn hello(uri: &str, patience: Duration) -> Result<Document, Error> {
    command(uri, patience, doc! { "hello": 1 }).await
}

/// Returns the reply of the server at `uri` to a command.
pub(crate) async fn command(uri: &str, patience: Duration, command: Document) -> Result<Document, Error> {
    let reply = async { admin(&connect(uri, patience).await?, command).await };
    reply.await.map_err(|error| Error::new(error.kind.to_string()))
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
