//! The sort belongs to the find, before the page.

use odm::{Collection, Model, page::PageKey};
use odm_integration::story::Order;

async fn newest(orders: Collection<Order>, key: PageKey) -> odm::Result<()> {
    let o = Order::fields();
    orders.find(o.note().eq("x")).page(20, &key).sort(o.placed_at().desc()).await?;
    Ok(())
}

fn main() {}
