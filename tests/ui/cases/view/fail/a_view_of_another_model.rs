use odm::{Collection, Filter};
use odm_integration::story::{Customer, Order};

#[derive(odm::View)]
#[odm(of = Order)]
struct Label {
    reference: String,
}

async fn labels(customers: Collection<Customer>) {
    let _ = customers.find(Filter::all()).view::<Label>();
}

fn main() {}
