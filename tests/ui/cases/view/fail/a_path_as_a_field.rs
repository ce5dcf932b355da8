use odm_integration::story::Order;

#[derive(odm::View)]
#[odm(of = Order)]
struct Label {
    #[odm(from = ship_to.city)]
    city: Option<String>,
}

fn main() {}
