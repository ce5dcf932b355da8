//! A token is not the number of a page.

use odm::{Collection, Model, page::PageKey};
use odm_integration::story::Order;

async fn third(orders: Collection<Order>, key: PageKey) -> odm::Result<()> {
    let o = Order::fields();
    orders.find(o.note().eq("x")).page(20, &key).token(3).await?;
    Ok(())
}

fn main() {}
