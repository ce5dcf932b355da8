#[derive(odm::Model)]
#[odm(collection = "people")]
struct Person {
    name: String,
}

fn main() {}
