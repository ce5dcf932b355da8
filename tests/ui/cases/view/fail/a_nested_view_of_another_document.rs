use odm_integration::story::{Address, Order};

#[derive(odm::View)]
#[odm(of = Order)]
struct Label {
    lines: Vec<City>,
}

#[derive(odm::View)]
#[odm(of = Address)]
struct City {
    city: String,
}

fn main() {}
