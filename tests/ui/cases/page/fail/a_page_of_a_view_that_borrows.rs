//! The rows of a page outlive its reply, so they cannot borrow from it.

use odm::{Collection, Model, View, page::PageKey};
use odm_integration::story::Order;

#[derive(View)]
#[odm(of = Order)]
struct Reference<'a> {
    reference: &'a str,
}

async fn references(orders: Collection<Order>, key: PageKey) -> odm::Result<()> {
    let o = Order::fields();
    orders.find(o.note().eq("x")).view::<Reference<'_>>().page(20, &key).await?;
    Ok(())
}

fn main() {}
