//! The service `live`: its events through HTTP, also across restarts, and its page in a browser.
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

mod browser;
mod http;

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use odm::bson::{Bson, Document, doc};
use odm_test::Server;
use serde_json::{Value, json};

use self::{
    browser::Browser,
    http::{Events, request},
};

/// The service as a process.
struct Service {
    process: Child,
    port: u16,
}

impl Service {
    fn start(server: &Server, database: &str, port: u16) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_live"))
            .args(["--database", database, "--port", &port.to_string()])
            .env("ODM_MONGODB_SOURCE", "uri")
            .env("ODM_MONGODB_URI", server.uri())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().trim_end_matches('/').rsplit(':').next().unwrap().parse();
        Self { process, port: port.unwrap_or_else(|_| panic!("not an address: {line}")) }
    }

    /// Kills the process, and returns its port.
    fn kill(&mut self) -> u16 {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.port
    }

    fn put(&self, id: i32, status: &str, total: i32) {
        let body = json!({ "status": status, "total": total });
        assert_eq!(request(self.port, "PUT", &format!("/orders/{id}"), &body.to_string()).0, 200);
    }

    fn delete(&self, id: i32) {
        assert_eq!(request(self.port, "DELETE", &format!("/orders/{id}"), "").0, 200);
    }

    fn list(&self) -> Value {
        let (status, body) = request(self.port, "GET", "/orders", "");
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn order(id: i32, total: i32) -> (String, Value) {
    ("order".to_owned(), json!({ "id": id, "status": "open", "total": total }))
}

fn gone(id: i32) -> (String, Value) {
    ("gone".to_owned(), json!(id))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_event_is_lost_when_the_service_is_killed() {
    let server = Server::shared().await.unwrap();
    let db = server.fresh_database("example_live").await.unwrap();
    let mut service = Service::start(&server, db.name(), 0);
    service.put(1, "open", 10);
    let list = service.list();
    assert_eq!(list["orders"], json!([{ "id": 1, "status": "open", "total": 10 }]));
    let mut events =
        Events::open(service.port, &format!("/events?after={}", list["after"].as_str().unwrap()), None);
    service.put(2, "open", 20);
    service.put(1, "open", 11);
    service.put(2, "paid", 20);
    // The order may be part of the list and of the events, because the position is read before the list.
    let mut next = events.next();
    if next == order(1, 10) {
        next = events.next();
    }
    assert_eq!(next, order(2, 20));
    assert_eq!(events.next(), order(1, 11));
    let received = events.last_id();

    // What the browser has not received when the service dies, and what happens while it is dead.
    service.put(3, "open", 30);
    let port = service.kill();
    db.driver()
        .collection("orders")
        .insert_one(doc! { "_id": 4, "status": "open", "total": 40_i64 })
        .await
        .unwrap();
    let service = Service::start(&server, db.name(), port);
    let mut events = Events::open(service.port, "/events?after=ignored", Some(&received));
    service.delete(1);
    assert_eq!(events.next(), gone(2));
    assert_eq!(events.next(), order(3, 30));
    assert_eq!(events.next(), order(4, 40));
    assert_eq!(events.next(), gone(1));
    assert_eq!(request(service.port, "GET", "/events?after=!", "").0, 400);
    // From a position that the server does not accept, the browser would get the same error again and again.
    let mut events = Events::open(service.port, "/events?after=82", None);
    assert_eq!(events.next(), ("reload".to_owned(), Value::Null));
    drop(service);
    db.drop_database().await.unwrap();
}

/// The service never drops its database, so no lint can report its queries.
#[tokio::test(flavor = "multi_thread")]
async fn every_query_uses_an_index() {
    let server = Server::shared().await.unwrap();
    let db = server.fresh_database("example_live_list").await.unwrap();
    let service = Service::start(&server, db.name(), 0);
    db.driver().run_command(doc! { "profile": 2 }).await.unwrap();
    service.put(1, "open", 10);
    service.list();
    service.delete(1);
    db.driver().run_command(doc! { "profile": 0 }).await.unwrap();
    let profile = db.driver().collection::<Document>("system.profile");
    let queries = doc! {
        "ns": format!("{}.orders", db.name()),
        "op": { "$in": ["query", "update", "remove"] },
    };
    let plans = profile.distinct("planSummary", queries).await.unwrap();
    let mut plans: Vec<_> = plans.iter().filter_map(Bson::as_str).collect();
    plans.sort_unstable();
    assert_eq!(plans, ["IDHACK", "IXSCAN { status: 1, _id: 1 }"]);
    drop(service);
    db.drop_database().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_shows_rows_that_appear_change_and_go() {
    if !Browser::is_installed() {
        return;
    }
    let server = Server::shared().await.unwrap();
    let db = server.fresh_database("example_live_page").await.unwrap();
    let mut service = Service::start(&server, db.name(), 0);
    service.put(1, "open", 10);
    let mut browser = Browser::open(&format!("http://127.0.0.1:{}/", service.port));
    let rows = "[...document.querySelectorAll('#orders tr')].map(row => [...row.cells].map(cell => cell.textContent).join(' ')).join('; ')";
    browser.wait(rows, "1 open 10");
    service.put(2, "open", 20);
    browser.wait(rows, "1 open 10; 2 open 20");
    service.put(1, "open", 15);
    browser.wait(rows, "1 open 15; 2 open 20");
    service.put(2, "paid", 20);
    browser.wait(rows, "1 open 15");
    // The browser connects again by itself, and shows what happened meanwhile.
    let port = service.kill();
    db.driver()
        .collection("orders")
        .insert_one(doc! { "_id": 3, "status": "open", "total": 30_i64 })
        .await
        .unwrap();
    let service = Service::start(&server, db.name(), port);
    browser.wait(rows, "1 open 15; 3 open 30");
    service.delete(1);
    browser.wait(rows, "3 open 30");
    let log = "[...document.querySelectorAll('#log li')].map(item => item.textContent).join('; ')";
    browser.wait(log, "appeared: 2; changed: 1; gone: 2; appeared: 3; gone: 1");
    service.put(5, "open", 50);
    browser.wait(rows, "3 open 30; 5 open 50");
    let picture = browser.picture();
    assert!(picture.starts_with(b"\x89PNG"), "a picture");
    if let Some(file) = std::env::var_os("ODM_PICTURE") {
        std::fs::write(file, picture).unwrap();
    }
    drop(service);
    db.drop_database().await.unwrap();
}

#[test]
fn wrong_arguments_are_named() {
    for (arguments, expected) in [
        (&["--host"][..], "unknown argument `--host`; the arguments are `--port 3000 --database live`"),
        (&["--port"], "`--port` needs a value"),
        (&["--port", "many"], "`--port many` is not a port"),
    ] {
        let run = Command::new(env!("CARGO_BIN_EXE_live")).args(arguments).output().unwrap();
        let stderr = String::from_utf8(run.stderr).unwrap();
        assert!(!run.status.success() && stderr.contains(expected), "{stderr}");
    }
}
