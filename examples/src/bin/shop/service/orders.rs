//! Orders: a transaction that takes what is ordered from the stock, and references that are loaded with an order.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use odm::{
    Id, Model, Tx, View,
    page::Page,
    relation::{Linked, Loaded},
    request::Parameters,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Shop,
    failure::{Failure, Problem},
    models::{Customer, CustomerId, Line, Order, OrderId, Product, ProductId},
};

/// The body of `POST /orders`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrder {
    #[schema(inline)]
    customer: CustomerId,
    lines: Vec<NewLine>,
}

/// A line of a new order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLine {
    #[schema(inline)]
    product: ProductId,
    quantity: u32,
}

/// An order with the names of what it refers to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderDetails {
    #[serde(flatten)]
    order: Order,
    /// The name of the customer, or null if the customer is deleted.
    customer_name: Option<String>,
    /// The name of the product of each line, or null if there is none any more.
    product_names: Vec<Option<String>>,
}

/// What is read of a customer for an order.
#[derive(Debug, View)]
#[odm(of = Customer)]
struct CustomerName {
    name: String,
}

/// What is read of a product for an order.
#[derive(Debug, View)]
#[odm(of = Product)]
struct ProductName {
    name: String,
}

impl From<Loaded<Order, (Linked<CustomerName>, Vec<Linked<ProductName>>)>> for OrderDetails {
    fn from(loaded: Loaded<Order, (Linked<CustomerName>, Vec<Linked<ProductName>>)>) -> Self {
        let (order, (customer, products)) = loaded.into_parts();
        Self {
            order,
            customer_name: customer.found().map(|customer| customer.name.clone()),
            product_names: products.iter().map(|it| it.found().map(|product| product.name.clone())).collect(),
        }
    }
}

/// The parameters of `GET /orders`, for the description of the API.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // only its description is used
pub(crate) struct OrderQuery {
    /// The customer.
    #[param(inline)]
    customer: Option<CustomerId>,
    /// The lowest total, in cents.
    #[param(rename = "total[gte]")]
    total_gte: Option<i64>,
    /// `total`, or `-total`.
    sort: Option<String>,
    /// The size of the page: 20, and at most 100.
    limit: Option<u64>,
    /// The `next` or `previous` of another page.
    page: Option<String>,
}

/// A page of the orders.
#[utoipa::path(get, path = "/orders", params(OrderQuery), responses(
    (status = 200, body = Page<Order>),
    (status = 400, body = Problem, description = "A parameter or the token of the page is not valid"),
))]
pub(crate) async fn list(
    State(shop): State<Shop>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Json<Page<Order>>, Failure> {
    let o = Order::fields();
    let parameters = Parameters::new()
        .field("customer", o.customer())
        .range("total", o.total())
        .sortable("total", o.total())
        .page_token("page")
        .limit(20, 100);
    let query = parameters.parse(query).map_err(odm::Error::from)?;
    let page = shop
        .orders
        .find(query.filter)
        .sort(query.sort)
        .page(query.limit, &shop.key)
        .token(query.page_token)
        .await?;
    Ok(Json(page))
}

/// One order, with the names of the customer and of the products.
#[utoipa::path(get, path = "/orders/{id}", params(("id" = inline(OrderId), Path)), responses(
    (status = 200, body = OrderDetails),
    (status = 404, body = Problem),
))]
pub(crate) async fn read(
    State(shop): State<Shop>,
    Path(id): Path<OrderId>,
) -> Result<Json<OrderDetails>, Failure> {
    // Three commands: the order, its customer, and its products.
    let order = shop
        .orders
        .get(id)
        .include(|o| (o.customer().view::<CustomerName>(), o.lines().product().view::<ProductName>()))
        .await?;
    Ok(Json(order.ok_or(Failure::Missing("order"))?.into()))
}

/// Places an order, and takes what is ordered from the stock.
#[utoipa::path(post, path = "/orders", request_body = NewOrder, responses(
    (status = 201, body = Order),
    (status = 409, body = Problem, description = "A product is out of stock"),
    (status = 422, body = Problem, description = "There is no such customer or product, or a member violates a rule"),
))]
pub(crate) async fn place(
    State(shop): State<Shop>,
    Json(new): Json<NewOrder>,
) -> Result<(StatusCode, Json<Order>), Failure> {
    // The transaction may run more than once, but it places one order.
    let id = Id::new();
    let order = shop
        .db
        .try_transaction(async |mut tx| {
            if !shop.customers.exists(Customer::fields().id().eq(new.customer)).session(&mut tx).await? {
                return Err(Failure::Unprocessable("there is no such customer".to_owned()));
            }
            let mut lines = Vec::new();
            for line in &new.lines {
                lines.push(take(&shop, &mut tx, line).await?);
            }
            let total = total(&lines)?;
            let order = Order { id, customer: new.customer, lines, total };
            shop.orders.insert_one(&order).session(&mut tx).await?;
            Ok(order)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(order)))
}

/// Returns the sum of the lines, in cents.
fn total(lines: &[Line]) -> Result<i64, Failure> {
    let price = |line: &Line| line.price.checked_mul(line.quantity.into());
    let total = lines.iter().try_fold(0_i64, |total, line| total.checked_add(price(line)?));
    total.ok_or_else(|| Failure::Unprocessable("the total of the order is too large".to_owned()))
}

/// Takes the products of a line from the stock. The version of the product makes sure that nobody has changed it since
/// it was read.
async fn take(shop: &Shop, tx: &mut Tx, line: &NewLine) -> Result<Line, Failure> {
    let product = shop.products.get(line.product).session(tx).await?;
    let mut product = product.ok_or_else(|| Failure::Unprocessable("there is no such product".to_owned()))?;
    product.stock = product
        .stock
        .checked_sub(line.quantity)
        .ok_or_else(|| Failure::Conflict(format!("only {} of `{}` are left", product.stock, product.name)))?;
    shop.products.save(&product).session(tx).await?;
    Ok(Line { product: product.id, quantity: line.quantity, price: product.price })
}
