use odm_integration::story::Order;

#[derive(odm::View)]
#[odm(off = Order, of = Order, collection = "orders")]
struct Label {
    #[odm(rename = "reference")]
    name: String,
    #[odm(id)]
    id: i32,
    #[odm(form = note)]
    note: Option<String>,
    #[odm(from = "tags")]
    tags: Vec<String>,
}

fn main() {}
