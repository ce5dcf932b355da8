use odm::{Collection, Model};
use odm_integration::story::{Customer, Order};

fn main() {}

fn mistake(orders: Collection<Order>) {
    let c = Customer::fields();
    let _ = orders.find(c.name().eq("Ada"));
}
