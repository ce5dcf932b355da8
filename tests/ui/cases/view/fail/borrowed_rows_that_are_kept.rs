use odm::{Collection, Filter};
use odm_integration::story::Order;

#[derive(odm::View)]
#[odm(of = Order)]
struct Label<'a> {
    reference: &'a str,
}

async fn all(orders: Collection<Order>) -> odm::Result<Vec<Label<'static>>> {
    orders.find(Filter::all()).view::<Label<'_>>().await?.try_collect().await
}

async fn escaped(orders: Collection<Order>) -> odm::Result<()> {
    let mut kept = Vec::new();
    orders.find(Filter::all()).view::<Label<'_>>().await?.for_each(|row| kept.push(row.reference)).await
}

async fn one(orders: Collection<Order>) -> odm::Result<()> {
    orders.find_one(Filter::all()).view::<Label<'_>>().await?;
    Ok(())
}

fn main() {}
