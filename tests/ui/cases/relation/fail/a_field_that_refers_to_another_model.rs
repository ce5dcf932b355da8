use odm::{Collection, Filter};
use odm_integration::story::{Customer, Order};

async fn f(orders: Collection<Order>, customers: Collection<Customer>) -> odm::Result<()> {
    let o = Order::fields();
    let found = orders.find(Filter::all()).include(|order| order.referred_by(o.customer())).await?;
    println!("{}", found.len());
    let found = customers.find(Filter::all()).include(|c| c.referred_by(o.note())).await?;
    println!("{}", found.len());
    Ok(())
}

fn main() {}

use odm::Model;
