use odm_integration::story::Order;

#[derive(odm::View)]
#[odm(of = Order)]
struct Label {
    referense: String,
    #[odm(from = ship_too)]
    place: Option<String>,
}

fn main() {}
