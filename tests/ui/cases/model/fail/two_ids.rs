#[derive(odm::Model)]
#[odm(collection = "people")]
struct Person {
    #[odm(id)]
    email: String,
    #[odm(id)]
    number: i64,
}

#[derive(odm::Model)]
#[odm(collection = "people")]
struct Other {
    id: odm::Id<Other>,
    #[serde(rename = "_id")]
    key: i32,
}

fn main() {}
