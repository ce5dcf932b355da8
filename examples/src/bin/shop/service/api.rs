//! `GET /openapi.json`: the description of the service.

use axum::Json;
use utoipa::{OpenApi, openapi};

use super::{customers, health, orders, products};

/// The description of the service, from the attributes of its handlers. Ids are strings in it, as in its JSON.
#[derive(Debug, OpenApi)]
#[openapi(
    info(title = "shop", version = "1.0.0", description = "Customers, products and orders"),
    paths(
        health::health,
        customers::list,
        customers::create,
        customers::read,
        customers::change,
        customers::delete,
        customers::restore,
        products::list,
        products::create,
        products::read,
        products::change,
        orders::list,
        orders::place,
        orders::read
    )
)]
struct Description;

pub(crate) async fn document() -> Json<openapi::OpenApi> {
    Json(Description::openapi())
}
