//! `GET /health`: whether the database answers.

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::Shop;

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
    match shop.db.ping().await {
        Ok(()) => (StatusCode::OK, Json(Health { status: "ok" })),
        Err(error) => {
            eprintln!("shop: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "unavailable" }))
        }
    }
}
