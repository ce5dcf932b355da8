use odm::{Collection, Id};
use odm_integration::story::{Customer, Order};

fn main() {}

fn mistake(orders: Collection<Order>, customer: Id<Customer>) {
    let _ = orders.get(customer);
}
