use odm::{Collection, Filter, Model};
use odm_integration::story::Order;

fn main() {}

async fn mistake(orders: Collection<Order>) -> odm::Result<()> {
    let _: Vec<Vec<String>> = orders.distinct(Order::fields().tags(), Filter::all()).await?;
    Ok(())
}
