//! The line of code that has opened a change stream.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use odm::{
    Collection, Database,
    action::call_site,
    mongodb::{
        Client,
        event::{EventHandler, command::CommandEvent},
        options::ClientOptions,
    },
};
use odm_test::Server;

use super::Item;

#[odm_test::test]
async fn the_commands_of_a_change_stream_name_the_line_that_opened_it(db: Database) {
    let sent: Arc<Mutex<Vec<(String, u32)>>> = Arc::default();
    let record = Arc::clone(&sent);
    let mut options = ClientOptions::parse(Server::shared().await.unwrap().uri()).await.unwrap();
    options.command_event_handler = Some(EventHandler::callback(move |event| {
        if let (CommandEvent::Started(started), Some(at)) = (event, call_site()) {
            assert!(at.file().ends_with("watch/call_site.rs"), "{at}");
            record.lock().unwrap().push((started.command_name, at.line()));
        }
    }));
    let watching = Database::from_driver(Client::with_options(options).unwrap().database(db.name()));
    let items: Collection<Item> = watching.collection();
    let take = |command: &str, line: u32| {
        let sent = std::mem::take(&mut *sent.lock().unwrap());
        assert!(sent.contains(&(command.to_owned(), line)), "{command} of line {line} in {sent:?}");
    };

    let opened = line!() + 1;
    let mut changes = items.watch().max_await_time(Duration::from_millis(20)).await.unwrap();
    take("aggregate", opened);
    tokio::time::timeout(Duration::from_millis(200), changes.next()).await.unwrap_err();
    take("getMore", opened);
    drop(changes);

    let subscribed = items.subscribe("a").await.unwrap();
    take("aggregate", line!() - 1);
    drop(subscribed);

    let fan_out = items.fan_out().await.unwrap();
    take("aggregate", line!() - 1);
    drop(fan_out);
}
