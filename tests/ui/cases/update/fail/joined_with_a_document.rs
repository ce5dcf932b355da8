use odm::{Model, bson::doc};
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = o.note().set("x") + doc! { "$set": { "reference": "y" } };
}
