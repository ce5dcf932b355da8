use odm::{Pipeline, Shape, pipeline::from};
use odm_integration::story::{Customer, Order};

#[derive(Shape)]
struct Customers {
    customers: Vec<Customer>,
}

fn main() {
    let _ = Pipeline::<Order>::new()
        .lookup(|o| CustomersOf { customers: from::<Customer>().equal(o.reference(), |c| c.id()) });
}
