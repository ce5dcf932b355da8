use odm::{Collection, Model, Update};
use odm_integration::story::{Customer, Order};

fn main() {}

fn operators(orders: Collection<Order>) {
    let (o, c) = (Order::fields(), Customer::fields());
    drop(orders.update_one(o.reference().eq("x"), c.name().set("y")));
}

fn stages(orders: Collection<Order>) {
    let (o, c) = (Order::fields(), Customer::fields());
    drop(orders.update_one(o.reference().eq("x"), Update::computed().set(c.name(), |_| "y")));
}
