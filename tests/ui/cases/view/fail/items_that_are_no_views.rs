use odm_integration::story::Order;

#[derive(odm::View)]
#[odm(of = Order)]
enum Kind {
    Label,
}

#[derive(odm::View)]
#[odm(of = Order)]
struct Pair(String, String);

#[derive(odm::View)]
#[odm(of = Order)]
struct Empty {}

#[derive(odm::View)]
#[odm(of = Order)]
struct TwoLives<'a, 'b> {
    reference: &'a str,
    note: Option<&'b str>,
}

#[derive(odm::View)]
#[odm(of = Order)]
struct Twice {
    reference: String,
    #[odm(from = reference)]
    again: String,
}

fn main() {}
