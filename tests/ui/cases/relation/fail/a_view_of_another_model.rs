use odm::{Collection, Filter, View};
use odm_integration::story::{Customer, Order};

#[derive(View)]
#[odm(of = Order)]
struct Label {
    reference: String,
}

#[derive(View)]
#[odm(of = Customer)]
struct Borrowed<'a> {
    name: &'a str,
}

async fn f(orders: Collection<Order>) -> odm::Result<()> {
    let found = orders.find(Filter::all()).include(|o| o.customer().view::<Label>()).await?;
    println!("{}", found.len());
    let found = orders.find(Filter::all()).include(|o| o.customer().view::<Borrowed<'static>>()).await?;
    println!("{}", found.len());
    Ok(())
}

fn main() {}
