use odm::{Model, geo::Point};
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = o.lines().qty().near(Point::new(0.0, 0.0), ..1.0);
}
