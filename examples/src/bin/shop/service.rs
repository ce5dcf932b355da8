//! The service: its state and its routes.

mod api;
mod customers;
mod failure;
mod health;
mod models;
mod orders;
mod products;

use axum::{
    Router,
    routing::{get, post},
};
use odm::{Collection, Database, models, page::PageKey};

use self::models::{Customer, Order, Product};

/// What every handler needs. A clone is cheap: the handles of one client.
#[derive(Debug, Clone)]
pub(crate) struct Shop {
    db: Database,
    customers: Collection<Customer>,
    products: Collection<Product>,
    orders: Collection<Order>,
    /// The key of the tokens of pages.
    key: PageKey,
}

impl Shop {
    /// Creates the indexes and the validators of the collections, as far as they are missing.
    pub(crate) async fn prepare(db: &Database) -> odm::Result<()> {
        db.schema(models![Customer, Product, Order]).plan().await?.apply().await?;
        Ok(())
    }

    /// Opens the shop in this database. All processes of the service need the same secret.
    pub(crate) fn open(db: &Database, secret: [u8; 32]) -> odm::Result<Self> {
        Ok(Self {
            db: db.clone(),
            customers: db.collection(),
            products: db.collection(),
            orders: db.collection(),
            key: PageKey::new(secret)?,
        })
    }
}

/// Returns the routes of the service.
pub(crate) fn router(shop: Shop) -> Router {
    Router::new()
        .route("/health", get(health::health))
        .route("/openapi.json", get(api::document))
        .route("/customers", get(customers::list).post(customers::create))
        .route("/customers/{id}", get(customers::read).patch(customers::change).delete(customers::delete))
        .route("/customers/{id}/restore", post(customers::restore))
        .route("/products", get(products::list).post(products::create))
        .route("/products/{id}", get(products::read).patch(products::change))
        .route("/orders", get(orders::list).post(orders::place))
        .route("/orders/{id}", get(orders::read))
        .with_state(shop)
}
