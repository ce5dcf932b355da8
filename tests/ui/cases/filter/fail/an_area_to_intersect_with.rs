use odm::{Id, Model, geo::{Area, Point}};

#[derive(Model)]
#[odm(collection = "cafes")]
struct Cafe {
    id: Id<Cafe>,
    place: Point,
}

fn main() {
    let c = Cafe::fields();
    let _ = c.place().geo_intersects(Area::circle([10, 60], 1));
    let _ = c.place().near(Point::new(10, 60), 500);
}
