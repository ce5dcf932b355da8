use odm::{Collection, Filter};
use odm_integration::story::Order;

async fn count(orders: Collection<Order>) -> odm::Result<()> {
    orders.find(Filter::all()).await?.for_each(|order| order.lines.len()).await
}

fn main() {}
