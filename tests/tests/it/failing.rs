//! Servers with fail points.

use odm::{
    Database,
    bson::{Bson, Document, doc},
    mongodb::options::ClientOptions,
};
use odm_test::Server;

/// Returns a server for one test, because fail points affect the whole server.
pub(crate) async fn own() -> Server {
    Server::start().await.unwrap()
}

/// Returns a database whose client has this name, by which fail points find it.
pub(crate) async fn named_client(server: &Server, app: &str, database: &str) -> Database {
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.app_name = Some(app.to_owned());
    Database::connect_with(options, database).unwrap()
}

/// Sets the fail point for commands of the client with this name. `data` is that of `failCommand`.
pub(crate) async fn fail(
    server: &Server,
    app: &str,
    mode: impl Into<Bson>,
    commands: &[&str],
    data: Document,
) {
    let mut point = doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data };
    let data = point.get_document_mut("data").unwrap();
    data.extend(doc! { "failCommands": commands, "appName": app });
    server.client().await.unwrap().database("admin").run_command(point).await.unwrap();
}
