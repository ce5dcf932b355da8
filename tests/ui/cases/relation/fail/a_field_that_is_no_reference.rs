use odm::{Collection, Filter};
use odm_integration::story::Order;

async fn f(orders: Collection<Order>) -> odm::Result<()> {
    let found = orders.find(Filter::all()).include(|o| o.reference()).await?;
    for order in found {
        println!("{}", order.reference);
    }
    Ok(())
}

fn main() {}
