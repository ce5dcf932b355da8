//! What the shop stores.

use odm::{Embedded, Id, Model, bson::DateTime};
use serde::Serialize;
use utoipa::ToSchema;

/// utoipa's derive does not need a schema of `Customer` for a field of this type.
pub(crate) type CustomerId = Id<Customer>;
pub(crate) type ProductId = Id<Product>;
pub(crate) type OrderId = Id<Order>;

#[derive(Debug, Clone, Model)]
#[odm(
    collection = "customers",
    index(email, unique, partial = |customer| customer.deleted_at().is_null_or_missing())
)]
#[odm(index(deleted_at, name, id))]
pub(crate) struct Customer {
    pub(crate) id: Id<Customer>,
    #[odm(validate(length(min = 1, max = 100)))]
    pub(crate) name: String,
    #[odm(validate(pattern = "^[^@ ]+@[^@ ]+$"))]
    pub(crate) email: String,
    pub(crate) note: Option<String>,
    #[odm(created_at)]
    pub(crate) created_at: DateTime,
    #[odm(updated_at)]
    pub(crate) updated_at: DateTime,
    #[odm(deleted_at)]
    pub(crate) deleted_at: Option<DateTime>,
}

#[derive(Debug, Clone, Serialize, Model, ToSchema)]
#[odm(collection = "products", index(price, id))]
#[odm(index(name = -1, price, id))]
pub(crate) struct Product {
    #[schema(inline, value_type = ProductId)]
    pub(crate) id: Id<Product>,
    #[odm(validate(length(min = 1, max = 100)))]
    pub(crate) name: String,
    /// In cents.
    #[odm(validate(range(min = 0)))]
    pub(crate) price: i64,
    pub(crate) stock: u32,
    /// Counts the writes of the product. A change names the version that it was made for.
    #[odm(version)]
    pub(crate) version: i64,
}

#[derive(Debug, Clone, Serialize, Model, ToSchema)]
#[odm(collection = "orders", index(customer, id))]
pub(crate) struct Order {
    #[schema(inline, value_type = OrderId)]
    pub(crate) id: Id<Order>,
    #[schema(inline, value_type = CustomerId)]
    pub(crate) customer: Id<Customer>,
    #[odm(validate(length(min = 1, max = 50)))]
    pub(crate) lines: Vec<Line>,
    /// In cents.
    #[odm(index)]
    pub(crate) total: i64,
}

#[derive(Debug, Clone, Serialize, Embedded, ToSchema)]
pub(crate) struct Line {
    #[schema(inline, value_type = ProductId)]
    pub(crate) product: Id<Product>,
    #[odm(validate(range(min = 1, max = 1000)))]
    pub(crate) quantity: u32,
    /// The price of one, in cents, when the order was placed.
    pub(crate) price: i64,
}
