//! Requests to the service `shop`: its router, without a socket, and the process, until a signal stops it.
#![allow(clippy::unwrap_used)] // in functions that tests share

/// The whole program, because its modules are beside it.
#[path = "../../src/bin/shop/main.rs"]
#[allow(dead_code)] // its `main`
mod program;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Stdio},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header::CONTENT_TYPE},
};
use odm::Database;
use odm_test::Server;
use serde_json::{Value, json};
use tower::ServiceExt;

use self::program::service::{self, Shop};

/// The router of a service on the database of a test.
struct Client(Router);

impl Client {
    async fn start(db: &Database) -> Self {
        Shop::prepare(db).await.unwrap();
        Self::open(db)
    }

    fn open(db: &Database) -> Self {
        Self(service::router(Shop::open(db, [7; 32]).unwrap()))
    }

    /// Sends a request, and returns the status and the body of the response.
    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.0.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send("GET", path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.send("POST", path, Some(body)).await
    }

    /// Creates what the body describes, and returns its id.
    async fn create(&self, path: &str, body: Value) -> String {
        let (status, body) = self.post(path, body).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        id(&body)
    }

    async fn product(&self, name: &str, price: i64, stock: u32) -> String {
        self.create("/products", json!({ "name": name, "price": price, "stock": stock })).await
    }

    async fn customer(&self, name: &str) -> String {
        self.create("/customers", json!({ "name": name, "email": format!("{name}@example.org") })).await
    }

    async fn stock(&self, product: &str) -> i64 {
        self.get(&format!("/products/{product}")).await.1["stock"].as_i64().unwrap()
    }
}

fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[odm_test::test(lint = "fail")]
async fn customers_are_created_changed_and_deleted(db: Database) {
    let shop = Client::start(&db).await;
    let ada = shop.customer("ada").await;
    let path = format!("/customers/{ada}");
    let (status, body) =
        shop.post("/customers", json!({ "name": "other", "email": "ada@example.org" })).await;
    assert_eq!(
        (status, body),
        (StatusCode::CONFLICT, json!({ "message": "another document has the same `email`" }))
    );
    let (status, body) = shop.post("/customers", json!({ "name": "", "email": "nowhere" })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let paths: Vec<_> = body["violations"].as_array().unwrap().iter().map(|it| it["path"].clone()).collect();
    assert_eq!(paths, ["name", "email"]);

    // Absent, a value, null, and members that are refused.
    let (status, body) = shop.send("PATCH", &path, Some(json!({ "note": "vip" }))).await;
    assert_eq!((status, &body["note"], &body["name"]), (StatusCode::OK, &json!("vip"), &json!("ada")));
    assert_ne!(body["createdAt"], "1970-01-01T00:00:00Z");
    let (_, body) = shop.send("PATCH", &path, Some(json!({ "note": null }))).await;
    assert_eq!(body["note"], Value::Null);
    assert_eq!(shop.send("PATCH", &path, Some(json!({}))).await.0, StatusCode::OK);
    for wrong in [json!({ "name": null }), json!({ "name": "" }), json!({ "id": "x" })] {
        let (status, body) = shop.send("PATCH", &path, Some(wrong)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }

    assert_eq!(shop.send("DELETE", &path, None).await.0, StatusCode::NO_CONTENT);
    for (method, path) in [("DELETE", &*path), ("GET", &path)] {
        let (status, body) = shop.send(method, path, None).await;
        assert_eq!(
            (status, body),
            (StatusCode::NOT_FOUND, json!({ "message": "there is no such customer" }))
        );
    }
    assert_eq!(shop.get("/customers").await.1["total"], 0);
    // The email is free, until the customer is restored.
    let other = shop.customer("ada").await;
    assert_eq!(shop.post(&format!("{path}/restore"), json!({})).await.0, StatusCode::CONFLICT);
    assert_eq!(shop.send("DELETE", &format!("/customers/{other}"), None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(shop.post(&format!("{path}/restore"), json!({})).await.0, StatusCode::OK);
    assert_eq!(shop.get(&path).await.0, StatusCode::OK);
    assert_eq!(shop.get("/customers/nonsense").await.0, StatusCode::BAD_REQUEST);
}

#[odm_test::test(lint = "fail")]
async fn pages_have_totals_or_tokens(db: Database) {
    let shop = Client::start(&db).await;
    for name in ["cleo", "ada", "bob"] {
        shop.customer(name).await;
    }
    let (_, page) = shop.get("/customers?limit=2").await;
    assert_eq!((names(&page), &page["total"]), (vec!["ada", "bob"], &json!(3)));
    let (_, page) = shop.get("/customers?limit=2&skip=2").await;
    assert_eq!(names(&page), ["cleo"]);
    let (_, page) = shop.get("/customers?name[prefix]=b").await;
    assert_eq!(names(&page), ["bob"]);
    let (status, body) = shop.get("/customers?age=3").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");

    for (name, price) in [("tea", 300), ("jam", 200), ("rye", 300), ("oil", 900)] {
        shop.product(name, price, 1).await;
    }
    let (_, first) = shop.get("/products?limit=2").await;
    assert_eq!(names(&first), ["jam", "tea"]);
    let next = first["next"].as_str().unwrap();
    let (_, second) = shop.get(&format!("/products?limit=2&page={next}")).await;
    assert_eq!(names(&second), ["rye", "oil"]);
    let previous = second["previous"].as_str().unwrap();
    let (_, back) = shop.get(&format!("/products?limit=2&page={previous}")).await;
    assert_eq!(names(&back), ["jam", "tea"]);
    let (_, cheap) = shop.get("/products?price[lte]=300&sort=-name").await;
    assert_eq!(names(&cheap), ["tea", "rye", "jam"]);
    // A token of another query, and none at all.
    for page in [format!("/products?limit=2&sort=name&page={next}"), "/products?page=x".to_owned()] {
        assert_eq!(shop.get(&page).await.0, StatusCode::BAD_REQUEST);
    }
}

#[odm_test::test(lint = "fail")]
async fn a_product_is_changed_in_the_version_that_was_read(db: Database) {
    let shop = Client::start(&db).await;
    let path = format!("/products/{}", shop.product("tea", 300, 10).await);
    let change = |version: i64, body: Value| {
        let (shop, path) = (&shop, format!("{path}?version={version}"));
        async move { shop.send("PATCH", &path, Some(body)).await }
    };
    let (status, body) = change(1, json!({ "price": 350 })).await;
    assert_eq!((status, &body["version"], &body["price"]), (StatusCode::OK, &json!(2), &json!(350)));
    let (status, body) = change(1, json!({ "price": 400 })).await;
    assert_eq!(status, StatusCode::CONFLICT, "{body}");
    assert_eq!(change(2, json!({ "price": -1 })).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let missing = "/products/0102030405060708090a0b0c?version=0";
    assert_eq!(shop.send("PATCH", missing, Some(json!({ "price": 1 }))).await.0, StatusCode::NOT_FOUND);
}

#[odm_test::test(lint = "fail")]
async fn an_order_takes_its_products_from_the_stock(db: Database) {
    let shop = Client::start(&db).await;
    let (tea, jam) = (shop.product("tea", 300, 5).await, shop.product("jam", 200, 1).await);
    let ada = shop.customer("ada").await;
    let order = |tea_count: u32, jam_count: u32| {
        json!({ "customer": ada, "lines": [
            { "product": tea, "quantity": tea_count }, { "product": jam, "quantity": jam_count },
        ] })
    };
    let (status, placed) = shop.post("/orders", order(2, 1)).await;
    assert_eq!((status, &placed["total"]), (StatusCode::CREATED, &json!(800)));
    assert_eq!((shop.stock(&tea).await, shop.stock(&jam).await), (3, 0));

    // Nothing is taken for an order that fails.
    let (status, body) = shop.post("/orders", order(1, 1)).await;
    assert_eq!((status, body), (StatusCode::CONFLICT, json!({ "message": "only 0 of `jam` are left" })));
    let unknown = json!({ "customer": "0102030405060708090a0b0c", "lines": [] });
    assert_eq!(shop.post("/orders", unknown).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let empty = json!({ "customer": ada, "lines": [] });
    let (status, body) = shop.post("/orders", empty).await;
    assert_eq!((status, &body["violations"][0]["path"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("lines")));
    assert_eq!((shop.stock(&tea).await, shop.stock(&jam).await), (3, 0));
    let dear = shop.product("gold", i64::MAX, 2).await;
    let body = json!({ "customer": ada, "lines": [{ "product": dear, "quantity": 2 }] });
    let (status, body) = shop.post("/orders", body).await;
    let too_large = json!({ "message": "the total of the order is too large" });
    assert_eq!((status, body), (StatusCode::UNPROCESSABLE_ENTITY, too_large));
    assert_eq!(shop.stock(&dear).await, 2);

    let path = format!("/orders/{}", id(&placed));
    let (_, details) = shop.get(&path).await;
    assert_eq!(
        (&details["customer_name"], &details["product_names"]),
        (&json!("ada"), &json!(["tea", "jam"]))
    );
    shop.send("DELETE", &format!("/customers/{ada}"), None).await;
    assert_eq!(shop.get(&path).await.1["customer_name"], Value::Null);
    let (_, page) = shop.get(&format!("/orders?customer={ada}&total[gte]=500")).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
}

/// Twenty clients at once order the last twelve products.
#[odm_test::test(lint = "fail")]
async fn no_product_is_sold_twice(db: Database) {
    let shop = Arc::new(Client::start(&db).await);
    let (tea, ada) = (shop.product("tea", 300, 12).await, shop.customer("ada").await);
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (shop, tea, ada) = (Arc::clone(&shop), tea.clone(), ada.clone());
        clients.spawn(async move {
            let body = json!({ "customer": ada, "lines": [{ "product": tea, "quantity": 1 }] });
            shop.post("/orders", body).await.0
        });
    }
    let statuses = clients.join_all().await;
    let count = |status| statuses.iter().filter(|it| **it == status).count();
    assert_eq!((count(StatusCode::CREATED), count(StatusCode::CONFLICT)), (12, 8), "{statuses:?}");
    assert_eq!(shop.stock(&tea).await, 0);
}

#[odm_test::test(lint = "fail")]
async fn the_description_has_every_route_and_ids_are_strings(db: Database) {
    let shop = Client::start(&db).await;
    let (status, api) = shop.get("/openapi.json").await;
    assert_eq!(status, StatusCode::OK);
    let paths: Vec<_> = api["paths"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        paths,
        [
            "/customers",
            "/customers/{id}",
            "/customers/{id}/restore",
            "/health",
            "/orders",
            "/orders/{id}",
            "/products",
            "/products/{id}"
        ]
    );
    let schemas = &api["components"]["schemas"];
    for (schema, member) in
        [("CustomerBody", "id"), ("Order", "customer"), ("Line", "product"), ("NewOrder", "customer")]
    {
        let id = &schemas[schema]["properties"][member];
        assert_eq!(
            (&id["type"], &id["format"]),
            (&json!("string"), &json!("objectid")),
            "{schema}.{member}: {id}"
        );
    }
    let parameter = &api["paths"]["/orders/{id}"]["get"]["parameters"][0]["schema"];
    assert_eq!(parameter["type"], "string", "{parameter}");
    assert_eq!(schemas["CustomerPatch"]["required"], Value::Null, "no member of a patch is required");
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_no_health() {
    let db = Database::connect("mongodb://127.0.0.1:1/none?serverSelectionTimeoutMS=1").await.unwrap();
    let shop = Client::open(&db);
    let expected = (StatusCode::SERVICE_UNAVAILABLE, json!({ "status": "unavailable" }));
    assert_eq!(shop.get("/health").await, expected);
    let expected = (StatusCode::SERVICE_UNAVAILABLE, json!({ "message": "try again later" }));
    assert_eq!(shop.get("/products").await, expected);
}

/// The process answers requests, and ends at SIGTERM.
#[cfg(unix)]
#[odm_test::test]
async fn the_process_stops_when_it_is_told_to(server: Server) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_shop"))
        .env("ODM_MONGODB_SOURCE", "uri")
        .env("ODM_MONGODB_URI", server.uri())
        .env("SHOP_ADDRESS", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let address = first.strip_prefix("shop: listening on http://").unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    write!(socket, "GET /health HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    socket.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200") && response.ends_with(r#"{"status":"ok"}"#), "{response}");
    let kill = Command::new("kill").args(["-TERM", &process.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(lines.next().unwrap().unwrap(), "shop: stopped");
    assert!(process.wait().unwrap().success());
}
