//! Servers that fail when told to.

use odm::bson::{Bson, Document, doc};
use odm_test::Server;

/// A server of the test's own: fail points are the server's.
pub(crate) async fn own() -> Server {
    Server::start().await.unwrap()
}

/// What the server does with commands of the client of this name, from now on: `data` as of `failCommand`.
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
