//! `GET /health`: whether the database answers.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::Shop;

/// How long the database may take to answer. The caller waits for it.
const LIMIT: Duration = Duration::from_secs(2);

/// The health of the service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`, or `unavailable`.
    status: &'static str,
}

/// Whether the service can answer requests.
#[utoipa::path(get, path = "/health", responses(
    (status = 200, body = Health, description = "The database answers"),
    (status = 503, body = Health, description = "The database does not answer"),
))]
pub(crate) async fn health(State(shop): State<Shop>) -> (StatusCode, Json<Health>) {
    let problem = match timeout(LIMIT, shop.db.ping()).await {
        Ok(Ok(())) => return (StatusCode::OK, Json(Health { status: "ok" })),
        Ok(Err(error)) => error.to_string(),
        Err(late) => late.to_string(),
    };
    eprintln!("shop: {problem}");
    (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "unavailable" }))
}
