use odm::{Model, request::Parameters};
use odm_integration::story::{Customer, Order};

fn main() {
    let (o, c) = (Order::fields(), Customer::fields());
    let _ = Parameters::new().field("reference", o.reference()).field("name", c.name());
}
