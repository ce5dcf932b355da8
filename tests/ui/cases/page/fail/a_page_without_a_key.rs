//! A page needs the key of its tokens.

use odm::{Collection, Model};
use odm_integration::story::Order;

async fn newest(orders: Collection<Order>) -> odm::Result<()> {
    let o = Order::fields();
    orders.find(o.note().eq("x")).sort(o.placed_at().desc()).page(20).await?;
    Ok(())
}

fn main() {}
