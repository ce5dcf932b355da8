use odm::{Collection, Filter};
use odm_integration::story::{Customer, Order};

async fn f(orders: Collection<Order>) -> odm::Result<()> {
    // A customer has no customer.
    let found = orders.find(Filter::all()).include(|o| o.customer().include(|c| c.customer())).await?;
    println!("{}", found.len());
    // The reference of the order, included in the customer.
    let found = orders.find(Filter::all()).include(|o| o.customer().include(|_| o.customer())).await?;
    println!("{}", found.len());
    Ok(())
}

fn main() {
    let _ = std::any::type_name::<Customer>();
}
