//! The code under test: who waits for an order.

use odm::{Database, Filter, Id, Model, Value, bson::DateTime};

#[derive(Debug, Clone, Model)]
#[odm(collection = "orders", index(status, placed), index(customer))]
pub(crate) struct Order {
    pub(crate) id: Id<Order>,
    pub(crate) customer: Id<Customer>,
    pub(crate) status: Status,
    pub(crate) placed: DateTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Value)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Open,
    Paid,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "customers")]
pub(crate) struct Customer {
    pub(crate) id: Id<Customer>,
    #[odm(index(unique))]
    pub(crate) name: String,
}

/// Returns the names of the customers whose orders are open, the oldest order first.
pub(crate) async fn waiting(db: &Database) -> odm::Result<Vec<String>> {
    let o = Order::fields();
    let open = db.collection::<Order>().find(o.status().eq(Status::Open)).sort(o.placed().asc()).limit(20);
    let orders = open.include(|o| o.customer()).await?;
    let names = orders.iter().filter_map(|order| Some(order.links.found()?.name.clone()));
    Ok(names.collect())
}

/// Stores two customers with twelve orders each, every other one of which is paid.
pub(crate) async fn fill(db: &Database) -> odm::Result<()> {
    for name in ["Ada", "Bo"] {
        let customer = Customer { id: Id::new(), name: name.to_owned() };
        db.collection::<Customer>().insert_one(&customer).await?;
        let orders = (0..12).map(|number| Order {
            id: Id::new(),
            customer: customer.id,
            status: if number % 2 == 0 { Status::Open } else { Status::Paid },
            placed: DateTime::from_millis(number),
        });
        db.collection::<Order>().insert_many(orders.collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// Returns how many orders there are.
pub(crate) async fn count(db: &Database) -> odm::Result<u64> {
    db.collection::<Order>().count(Filter::all()).await
}
