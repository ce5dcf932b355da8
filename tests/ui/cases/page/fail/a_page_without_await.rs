//! A page is not read until it is awaited.
#![deny(unused_must_use)]

use odm::{Collection, Model, page::PageKey};
use odm_integration::story::Order;

async fn newest(orders: Collection<Order>, key: PageKey) {
    let o = Order::fields();
    orders.find(o.note().eq("x")).page(20, &key);
    orders.find(o.note().eq("x")).offset_page(20, 20);
}

fn main() {}
