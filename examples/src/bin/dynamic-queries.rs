//! The program of the guide's chapter on dynamic queries: the orders of several shops, and requests for them.
//!
//! `cargo run -p examples --bin dynamic-queries`. It finds or starts a MongoDB server automatically.

use odm::{
    Collection, Embedded, Filter, Id, Model, Sort, Value,
    bson::DateTime,
    request::{Operator, Parameters},
};
use serde::Serialize;

#[derive(Debug, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "orders", index(shop, placed_at = -1))]
struct Order {
    id: Id<Order>,
    shop: u32,
    reference: String,
    status: Status,
    lines: Vec<Line>,
    tags: Vec<String>,
    ship_to: Option<Address>,
    placed_at: DateTime,
}

#[derive(Debug, Clone, Copy, Value)]
#[serde(rename_all = "lowercase")]
enum Status {
    Open,
    Paid,
}

#[derive(Debug, Embedded)]
struct Line {
    sku: String,
    qty: u32,
}

#[derive(Debug, Embedded)]
struct Address {
    city: String,
}

/// The criteria of a search page.
#[derive(Default)]
struct Search {
    status: Option<Status>,
    city: Option<String>,
    placed_after: Option<DateTime>,
    latest_first: bool,
}

fn filter(search: Search) -> Filter<Order> {
    let o = Order::fields();
    Filter::all_of([
        search.status.map(|status| o.status().eq(status)),
        search.city.map(|city| o.ship_to().city().eq(city)),
        search.placed_after.map(|date| o.placed_at().gt(date)),
    ])
}

fn sort(search: &Search) -> Sort<Order> {
    let o = Order::fields();
    Sort::all_of([search.latest_first.then(|| o.placed_at().desc()), Some(o.id().asc())])
}

/// The parameters that a request may have. Created once, when the program starts.
fn parameters() -> Parameters<Order> {
    let o = Order::fields();
    Parameters::new()
        .text("reference", o.reference())
        .field("status", o.status())
        .range("qty", o.lines().qty())
        .elements("tag", o.tags())
        .field("city", o.ship_to().city())
        .only([Operator::Eq, Operator::In])
        .presence("address", o.ship_to())
        .range("placed", o.placed_at())
        .sortable("placed", o.placed_at())
        .sortable("reference", o.reference())
        .default_sort(o.placed_at().desc().then(o.id().asc()))
        .limit(20, 100)
}

/// The response for a web framework.
struct Response {
    status: u16,
    body: String,
}

/// `GET /orders?..`
async fn list(
    orders: &Collection<Order>,
    parameters: &Parameters<Order>,
    shop: u32,
    request: &[(&str, &str)],
) -> anyhow::Result<Response> {
    let query = match parameters.parse(request.iter().copied()) {
        Ok(query) => query,
        Err(bad) => return Ok(Response { status: 400, body: serde_json::to_string_pretty(&bad)? }),
    };
    // Add the condition that a client cannot choose.
    let filter = query.filter & Order::fields().shop().eq(shop);
    let found: Vec<Order> =
        orders.find(filter).sort(query.sort).skip(query.skip).limit(query.limit).await?.try_collect().await?;
    let items: Vec<Item> = found.into_iter().map(|order| Item { reference: order.reference }).collect();
    Ok(Response { status: 200, body: serde_json::to_string(&items)? })
}

/// The fields of an order that a client sees.
#[derive(Serialize)]
struct Item {
    reference: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("dynamic-queries").await?;
    db.schema(odm::models![Order]).plan().await?.apply().await?;
    let orders = db.collection::<Order>();
    orders.insert_many(all()).await?;

    let search = Search { city: Some("Oslo".into()), latest_first: true, ..Search::default() };
    println!("{}", sort(&search));
    println!("{}", filter(search));
    println!("{}", filter(Search::default()));
    println!("{}", Filter::<Order>::any_of([None, None]));

    let parameters = parameters();
    let query =
        parameters.parse([("status[in]", "open,paid"), ("qty[gte]", "10"), ("sort", "-reference")])?;
    println!("{}", query.filter);
    println!("{}, skip {}, limit {}", query.sort, query.skip, query.limit);

    for request in [
        &[("city", "Oslo")][..],
        &[("reference[prefix]", "AB-"), ("placed[gte]", "2026-02-01")],
        &[("address[exists]", "false")],
        &[("sort", "reference"), ("limit", "2"), ("skip", "1")],
        &[("city[$ne]", "x"), ("status", "lost"), ("qty[gte]", "many"), ("debug", "1")],
    ] {
        let Response { status, body } = list(&orders, &parameters, 1, request).await?;
        println!("{status} {body}");
    }

    let lines = Parameters::new().range("qty", Order::fields().lines().qty());
    let query = lines.parse([("qty[gte]", "5"), ("qty[lte]", "8")])?;
    println!("{}", query.filter);
    println!("{} orders", orders.count(query.filter).await?);

    let lines = lines.condition("apples", |qty: u32| {
        Order::fields().lines().any(|line| line.sku().eq("apple") & line.qty().gte(qty))
    });
    let query = lines.parse([("apples", "10")])?;
    println!("{}", query.filter);
    println!("{} orders", orders.count(query.filter).await?);

    db.drop_database().await?;
    Ok(())
}

fn all() -> Vec<Order> {
    let order = |number: i64, shop, status, qty: [u32; 2], city: Option<&str>| Order {
        id: Id::new(),
        shop,
        reference: format!("AB-{number:03}"),
        status,
        lines: vec![Line { sku: "apple".into(), qty: qty[0] }, Line { sku: "bag".into(), qty: qty[1] }],
        tags: vec!["web".into()],
        ship_to: city.map(|city| Address { city: city.into() }),
        // One order per day, from 2026-01-30 on.
        placed_at: DateTime::from_millis(1_769_731_200_000 + number * 86_400_000),
    };
    vec![
        order(1, 1, Status::Open, [10, 1], Some("Oslo")),
        order(2, 1, Status::Paid, [3, 1], Some("Bergen")),
        order(3, 1, Status::Paid, [12, 2], None),
        order(4, 2, Status::Open, [7, 1], Some("Oslo")),
    ]
}
