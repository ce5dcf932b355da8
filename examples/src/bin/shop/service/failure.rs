//! `Failure`: what a handler returns if it cannot answer, and the status of each error.

use axum::{
    Json,
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no such document.
    Missing(&'static str),
    /// The request contradicts what is stored.
    Conflict(String),
    /// The body is JSON, but means nothing.
    Unprocessable(String),
    Database(odm::Error),
}

impl From<odm::Error> for Failure {
    fn from(error: odm::Error) -> Self {
        Self::Database(error)
    }
}

/// The body of a response that is an error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What is wrong, for a person.
    message: String,
    /// The members that violate rules: `[{ path, rule, message }]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    violations: Option<Value>,
}

/// Returns the status of an error of the database.
fn status(error: &odm::Error) -> StatusCode {
    if error.is_bad_parameters() || error.is_bad_page_token() {
        StatusCode::BAD_REQUEST
    } else if error.is_invalid() || error.is_rejected() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else if error.is_duplicate_key() || error.is_stale_version() || error.is_restricted() {
        StatusCode::CONFLICT
    } else if error.is_not_found() {
        StatusCode::NOT_FOUND
    } else if error.is_timeout() || error.is_outcome_unknown() {
        StatusCode::GATEWAY_TIMEOUT
    } else if error.is_unavailable() || error.is_retryable() {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    }
}

/// Returns what a client may know about an error. The texts of this crate contain no stored values, but they do
/// contain names of collections.
fn message(error: &odm::Error, status: StatusCode) -> String {
    if let Some(key) = error.duplicate_key() {
        return format!("another document has the same `{}`", key.fields().join("`, `"));
    }
    if error.is_outcome_unknown() {
        return "it is not known whether this was done: look before you repeat it".to_owned();
    }
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT => {
            error.kind().to_string()
        }
        StatusCode::NOT_FOUND => "there is no such document".to_owned(),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => "try again later".to_owned(),
        _ => "internal error".to_owned(),
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, message, violations) = match self {
            Self::Missing(what) => (StatusCode::NOT_FOUND, format!("there is no such {what}"), None),
            Self::Conflict(message) => (StatusCode::CONFLICT, message, None),
            Self::Unprocessable(message) => (StatusCode::UNPROCESSABLE_ENTITY, message, None),
            Self::Database(error) => {
                let status = status(&error);
                if status.is_server_error() {
                    eprintln!("shop: {error}");
                }
                let violations =
                    error.violations().and_then(|violations| serde_json::to_value(violations).ok());
                (status, message(&error, status), violations)
            }
        };
        let body = Json(Problem { message, violations });
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return (status, [(RETRY_AFTER, "1")], body).into_response();
        }
        (status, body).into_response()
    }
}
