use odm::{Collection, Shape, relation::referenced};
use odm_integration::story::{Customer, Order};

#[derive(Shape)]
struct Buyers {
    customers: Vec<Customer>,
}

fn f(orders: &Collection<Order>) {
    drop(orders.aggregate().lookup(|o| BuyersOf { customers: referenced(o.reference()) }));
}

fn main() {}
