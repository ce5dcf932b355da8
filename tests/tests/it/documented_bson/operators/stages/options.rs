//! The options of stages that take them as a document, and options that no other entry renders.

use odm::{
    bson::{Document, doc},
    pipeline::{Pipeline, WhenNotMatched},
};

use super::{Entry, Totals, rendered, rendered_written, sales};

pub(super) fn entries() -> Vec<Entry> {
    let rows = || Pipeline::<Document>::new();
    let operations = doc! {
        "allUsers": true, "idleConnections": true, "idleCursors": true, "idleSessions": true, "localOps": true,
    };
    let users = || doc! { "users": [{ "user": "ada", "db": "shop" }], "allUsers": true };
    let statistics = doc! { "latencyStats": {}, "storageStats": {}, "count": {}, "queryExecStats": {} };
    vec![
        ("pipeline/stage/documents::current_op", rendered(rows().current_op(operations))),
        ("pipeline/stage/documents::list_local_sessions", rendered(rows().list_local_sessions(users()))),
        ("pipeline/stage/documents::list_sessions", rendered(sales().list_sessions(users()))),
        (
            "pipeline/stage/documents::list_sampled_queries",
            rendered(rows().list_sampled_queries(doc! { "namespace": "shop.orders" })),
        ),
        ("pipeline/stage/documents::coll_stats", rendered(sales().coll_stats(statistics))),
        (
            "pipeline/stage/write::merge",
            rendered_written(
                Pipeline::<Totals>::new()
                    .merge::<Totals>(|totals| totals.when_not_matched(WhenNotMatched::Discard)),
            ),
        ),
    ]
}
