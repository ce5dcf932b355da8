use odm::Filter;
use odm_integration::story::Order;

fn main() {
    let _ = Filter::<Order>::expr(|o| o.lines().sku().map_as(["sku", "index"], |_| 1).is_array());
    let _ = Filter::<Order>::expr(|o| o.lines().sku().reduce_as("text", "", |_| "").eq("pear"));
}
