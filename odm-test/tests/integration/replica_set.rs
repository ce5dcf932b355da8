//! Replica sets: their members fail in every manner that a test can want, and leave nothing behind.

use std::{
    fs,
    net::TcpStream,
    path::PathBuf,
    time::{Duration, Instant},
};

use odm::{
    bson::{Document, doc, oid::ObjectId},
    mongodb::{
        Client, Collection,
        options::{ClientOptions, CollectionOptions, WriteConcern},
    },
};
use odm_test::{Member, ReplicaSet, Source};

use crate::child::{address, hold, subject, wait_until_gone};

/// Starts a set, and a collection in it whose writes a majority of the members must have.
async fn start() -> (ReplicaSet, Collection<Document>) {
    let set = ReplicaSet::start().await.unwrap();
    let database = set.fresh_database("shop").await.unwrap();
    let options = CollectionOptions::builder().write_concern(WriteConcern::majority()).build();
    let things = database.driver().collection_with_options("things", options);
    things.insert_one(doc! { "_id": 0 }).await.unwrap();
    (set, things)
}

/// Returns the state of a member, as it reports it, or `down` if it does not answer.
async fn state(member: &Member) -> &'static str {
    let mut options = ClientOptions::parse(member.uri()).await.unwrap();
    options.server_selection_timeout = Some(Duration::from_secs(2));
    let client = Client::with_options(options).unwrap();
    let Ok(hello) = client.database("admin").run_command(doc! { "hello": 1 }).await else { return "down" };
    match (hello.get_bool("isWritablePrimary"), hello.get_bool("secondary")) {
        (Ok(true), _) => "primary",
        (_, Ok(true)) => "secondary",
        _ => "neither",
    }
}

/// Returns when `holds` does. On a busy machine, members elect another primary at any time.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Returns a member that says that it is the primary, and the id of its election. Later elections have greater ids.
async fn elected(set: &ReplicaSet) -> (Member, ObjectId) {
    loop {
        let primary = set.wait_for_primary().await.unwrap();
        let client = Client::with_uri_str(primary.uri()).await.unwrap();
        let hello = client.database("admin").run_command(doc! { "hello": 1 }).await.unwrap();
        if let Ok(election) = hello.get_object_id("electionId") {
            return (primary, election);
        }
    }
}

#[tokio::test]
async fn a_set_has_a_primary_and_two_secondaries() {
    let (set, things) = start().await;
    for member in set.members() {
        assert!(set.uri().contains(member.address()), "{set:?}");
    }
    until("the set has no primary and two secondaries", async || {
        let mut states = Vec::new();
        for member in set.members() {
            states.push(state(member).await);
        }
        states.sort_unstable();
        states == ["primary", "secondary", "secondary"]
    })
    .await;
    until("this is not the primary", async || {
        state(&set.wait_for_primary().await.unwrap()).await == "primary"
    })
    .await;
    assert!(set.version().starts_with(|digit: char| digit.is_ascii_digit()), "{}", set.version());
    assert_eq!(things.count_documents(doc! {}).await.unwrap(), 1);

    let addresses: Vec<_> = set.members().iter().map(|member| member.address().to_owned()).collect();
    let kept = set.members()[0].clone();
    set.stop().await;
    for address in addresses {
        assert!(TcpStream::connect(address).is_err(), "it has ended when `stop` returns");
    }
    let error = kept.restart().await.unwrap_err();
    assert_eq!(error.to_string(), "the replica set of this member has ended");
}

/// The driver finds the next primary, and no acknowledged write is lost.
#[tokio::test]
async fn a_set_survives_the_loss_of_a_member() {
    let (set, things) = start().await;

    let before = set.wait_for_primary().await.unwrap();
    let after = set.step_down().await.unwrap();
    assert_ne!(after.address(), before.address());
    things.insert_one(doc! { "_id": 1 }).await.unwrap();

    let killed = set.kill_primary().await.unwrap();
    assert_eq!(state(&killed).await, "down");
    killed.kill().await.unwrap();
    things.insert_one(doc! { "_id": 2 }).await.unwrap();
    assert_ne!(set.wait_for_primary().await.unwrap().address(), killed.address());
    killed.restart().await.unwrap();
    assert!(matches!(state(&killed).await, "primary" | "secondary"));
    let error = killed.restart().await.unwrap_err();
    assert_eq!(error.to_string(), "this member runs: kill or stop it before you start it again");

    let stopped = set.wait_for_primary().await.unwrap();
    stopped.stop().await.unwrap();
    stopped.stop().await.unwrap();
    assert_eq!(state(&stopped).await, "down");
    things.insert_one(doc! { "_id": 3 }).await.unwrap();
    assert!(stopped.pause().await.is_err() && stopped.resume().await.is_err(), "it does not run");
    stopped.restart().await.unwrap();

    // The data of a member stays, and the others send it what it has missed.
    let copy = Client::with_uri_str(stopped.uri()).await.unwrap();
    let copy = copy.database(&things.namespace().db).collection::<Document>("things");
    until("the member does not catch up", async || copy.count_documents(doc! {}).await.unwrap() == 4).await;
    set.stop().await;
}

/// The member has the data of the others, and an oplog that begins with its copy.
#[tokio::test]
async fn a_member_is_copied_from_the_others() {
    let (set, things) = start().await;
    let member = set.kill_primary().await.unwrap();
    let error = set.wait_for_primary().await.unwrap().resync().await.unwrap_err();
    assert_eq!(error.to_string(), "this member runs: kill or stop it before you start it again");
    things.insert_one(doc! { "_id": 1 }).await.unwrap();
    member.resync().await.unwrap();
    assert_eq!(state(&member).await, "secondary");
    let copy = Client::with_uri_str(member.uri()).await.unwrap();
    let things = copy.database(&things.namespace().db).collection::<Document>("things");
    assert_eq!(things.count_documents(doc! {}).await.unwrap(), 2);
    let oplog = copy.database("local").collection::<Document>("oplog.rs");
    let inserts = oplog.count_documents(doc! { "op": "i", "o._id": 0, "ns": things.namespace().to_string() });
    assert_eq!(inserts.await.unwrap(), 0, "the oplog is older than the copy");
    set.stop().await;
}

/// A paused member answers nothing, and its connections stay open.
#[tokio::test]
async fn a_paused_primary_is_replaced() {
    let (set, things) = start().await;
    let (paused, first) = elected(&set).await;
    paused.pause().await.unwrap();
    assert!(TcpStream::connect(paused.address()).is_ok());
    assert_eq!(state(&paused).await, "down");
    let (next, second) = elected(&set).await;
    assert_ne!(next.address(), paused.address());
    assert!(second > first);
    paused.resume().await.unwrap();
    // It may still believe that it is the primary. It has been elected again only if the id is a later one.
    assert!(elected(&set).await.1 >= second);
    until("no member is elected", async || {
        state(&paused).await == "secondary" || elected(&set).await.1 > second
    })
    .await;
    things.insert_one(doc! { "_id": 1 }).await.unwrap();

    // A paused member can be killed.
    let next = set.wait_for_primary().await.unwrap();
    next.pause().await.unwrap();
    next.kill().await.unwrap();
    next.restart().await.unwrap();
    assert_eq!(things.count_documents(doc! {}).await.unwrap(), 2);
    set.stop().await;
}

#[tokio::test]
async fn a_given_server_is_no_replica_set_of_a_test() {
    let error = ReplicaSet::start_by(Source::Uri).await.unwrap_err();
    assert!(error.to_string().contains("the server of ODM_MONGODB_URI is not for one test alone"), "{error}");
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn a_killed_process_leaves_no_member() {
    let mut holding = hold(subject("holds_a_replica_set").env("ODM_MONGODB_SOURCE", "wheel"));
    let members: Vec<String> = holding.address.split(',').map(str::to_owned).collect();
    assert_eq!(members.len(), 3, "{members:?}");
    assert!(members.iter().all(|member| folder_of(member).is_some()));
    // While a member does not run, its files stay, also if another server is started.
    holding.child.kill().unwrap();
    holding.wait();
    let started = Instant::now();
    for member in &members {
        wait_until_gone(&address(member));
        while let Some(folder) = folder_of(member) {
            assert!(started.elapsed() < Duration::from_secs(30), "{} still exists", folder.display());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Returns the folder of the member that listens, or listened, at `address`.
fn folder_of(address: &str) -> Option<PathBuf> {
    let port = format!("\"port\":{},", address.rsplit(':').next()?);
    let sets = fs::read_dir(std::env::temp_dir()).unwrap().flatten().map(|entry| entry.path());
    let sets = sets.filter(|path| path.to_string_lossy().contains("odm-test-set-"));
    let mut members = sets.flat_map(|set| fs::read_dir(set).into_iter().flatten().flatten());
    let member = members.find(|member| {
        fs::read_to_string(member.path().join("mongod.log")).is_ok_and(|log| log.contains(&port))
    });
    member.map(|member| member.path())
}
