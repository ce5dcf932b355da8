use odm::{Collection, Filter, View};
use odm_integration::story::Order;

#[derive(View)]
#[odm(of = Order)]
struct Label {
    reference: String,
}

async fn f(orders: Collection<Order>) -> odm::Result<()> {
    // The ids are not in the view: include when it is read.
    let labels: Vec<Label> = orders.find(Filter::all()).view::<Label>().await?.try_collect().await?;
    let found = orders.include(labels, |o| o.customer()).await?;
    println!("{}", found.len());
    Ok(())
}

fn main() {}
