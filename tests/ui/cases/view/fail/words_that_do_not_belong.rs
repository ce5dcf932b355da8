use odm_integration::story::Order;

#[derive(odm::View)]
#[odm(off = Order, of = Order, collection = "orders", schema_version = 1)]
struct Label {
    #[odm(rename = "reference")]
    name: String,
    #[odm(id, serde)]
    id: i32,
    #[odm(form = note)]
    note: Option<String>,
    #[odm(from = "tags")]
    tags: Vec<String>,
    #[odm(binary, unit = "ms", validate(email), index)]
    reference: String,
}

#[derive(odm::View)]
#[odm(of)]
struct Malformed {
    #[odm(from)]
    tags: Vec<String>,
}

#[derive(odm::View)]
#[odm(of = Order, of = Order)]
struct Twice {
    #[odm(from = tags, from = reference)]
    tags: Vec<String>,
}

fn main() {}
