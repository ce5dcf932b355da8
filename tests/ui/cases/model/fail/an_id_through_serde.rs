#[derive(odm::Model)]
#[odm(collection = "people")]
struct Person {
    #[odm(serde)]
    id: String,
}

fn main() {}
