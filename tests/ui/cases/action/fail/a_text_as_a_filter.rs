use odm::{Collection};
use odm_integration::story::{Order};

fn main() {}

fn mistake(orders: Collection<Order>) {
    let _ = orders.find("AB-000001");
}
