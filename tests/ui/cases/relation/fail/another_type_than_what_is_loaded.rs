use odm::{
    Collection, Filter,
    relation::{Linked, Loaded},
};
use odm_integration::story::{Customer, Order};

async fn f(orders: Collection<Order>) -> odm::Result<Vec<Loaded<Order, Linked<Order>>>> {
    orders.find(Filter::all()).include(|o| o.customer()).await
}

fn buyer(order: &Loaded<Order, Linked<Customer>>) -> &str {
    order.links.found().map_or("(gone)", |customer| &customer.name)
}

fn main() {}

fn of_an_order_that_was_not_loaded(order: &Order) {
    println!("{}", buyer(order));
    println!("{}", order.customer.name);
}
