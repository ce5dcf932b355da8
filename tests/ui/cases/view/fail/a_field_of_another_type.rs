use odm_integration::story::{Line, Order};

#[derive(odm::View)]
#[odm(of = Line)]
struct Counted {
    qty: String,
}

#[derive(odm::View)]
#[odm(of = Order)]
struct Label<'a> {
    tags: Vec<&'a [u8]>,
}

fn main() {}
