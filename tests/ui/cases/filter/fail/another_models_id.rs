use odm::Model;
use odm_integration::story::{Customer, Order};

fn main() {
    let (o, c) = (Order::fields(), Customer { id: odm::Id::new(), name: String::new() });
    let _ = o.id().eq(c.id);
}
