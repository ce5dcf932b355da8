//! The routes: the page, the orders, and the events of their changes.

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{
        Html, IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, put},
};
use futures_util::{Stream, StreamExt};
use odm::{
    Collection, Filter, Model,
    bson::doc,
    live::{FanOut, FilteredChange},
    watch::ResumeToken,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Order;

#[derive(Clone)]
struct App {
    orders: Collection<Order>,
    changes: FanOut<Order>,
}

/// An error of the database as a reply.
struct Failure(odm::Error);

impl From<odm::Error> for Failure {
    fn from(error: odm::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        eprintln!("{}", self.0);
        (StatusCode::INTERNAL_SERVER_ERROR, "the database cannot be used").into_response()
    }
}

pub(crate) async fn routes(orders: Collection<Order>) -> odm::Result<Router> {
    let changes = orders.fan_out().await?;
    Ok(Router::new()
        .route("/", get(async || Html(include_str!("page.html"))))
        .route("/orders", get(list))
        .route("/orders/{id}", put(store).delete(remove))
        .route("/events", get(events))
        .with_state(App { orders, changes }))
}

fn shown() -> Filter<Order> {
    Order::fields().status().eq("open")
}

/// The open orders, and the position that the events continue from. The position is read first: an event that the orders
/// contain already changes nothing.
async fn list(State(app): State<App>) -> Result<Json<Value>, Failure> {
    let after = app.changes.resume_token().map(|token| token.data().to_owned());
    let by_id = Order::fields().id().asc();
    let orders: Vec<Order> = app.orders.find(shown()).sort(by_id).await?.try_collect().await?;
    Ok(Json(json!({ "after": after, "orders": orders })))
}

#[derive(Deserialize)]
struct Content {
    status: String,
    total: i64,
}

async fn store(
    State(app): State<App>,
    Path(id): Path<i32>,
    Json(order): Json<Content>,
) -> Result<(), Failure> {
    let order = Order { id, status: order.status, total: order.total };
    app.orders.replace_one(Order::fields().id().eq(id), &order).upsert(true).await?;
    Ok(())
}

async fn remove(State(app): State<App>, Path(id): Path<i32>) -> Result<(), Failure> {
    app.orders.delete_one(Order::fields().id().eq(id)).await?;
    Ok(())
}

#[derive(Deserialize)]
struct Position {
    after: Option<String>,
}

/// The changes of the open orders. A browser that reconnects sends the id of the last event.
async fn events(
    State(app): State<App>,
    Query(position): Query<Position>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, axum::Error>>>, Response> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let data = last.or(position.after);
    let token = match data {
        Some(data) => {
            let bad = || (StatusCode::BAD_REQUEST, "this is not the id of an event").into_response();
            Some(token(data).ok_or_else(bad)?)
        }
        None => None,
    };
    let changes = app.changes.subscriber(shown()).after(token).buffer(10_000).open();
    let changes = changes.map_err(|error| Failure(error).into_response())?;
    // After an error, or if changes were missed, the browser reads the orders again: from the position of its last event,
    // it would get the same error for ever if the oplog no longer contains it.
    let events = changes.scan(false, |has_ended, change| {
        let next = match change {
            _ if *has_ended => None,
            Ok(change) if change.missed() == 0 => Some(event(&change)),
            other => {
                other.err().into_iter().for_each(|error| eprintln!("{error}"));
                *has_ended = true;
                Some(Event::default().event("reload").json_data(()))
            }
        };
        std::future::ready(next)
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// Returns the position that an id of an event is, unless it is something else.
fn token(data: String) -> Option<ResumeToken> {
    let is_token = data.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_token.then(|| ResumeToken::try_from(doc! { "_data": data }).ok()).flatten()
}

fn event(change: &FilteredChange<Order>) -> Result<Event, axum::Error> {
    let event = Event::default().id(change.token().data());
    match (change.matches(), change.document(), change.id()) {
        (Some(true), Some(order), _) => event.event("order").json_data(order),
        (Some(_), _, Some(id)) => event.event("gone").json_data(id),
        // The collection was dropped: there are no orders.
        _ => event.event("reset").json_data(()),
    }
}
