use odm::{Collection, Filter};
use odm_integration::story::Order;

async fn f(orders: Collection<Order>) -> odm::Result<()> {
    let found = orders.find(Filter::all()).include(|o| (o.customer(), o.lines())).await?;
    println!("{}", found.len());
    Ok(())
}

fn main() {}
