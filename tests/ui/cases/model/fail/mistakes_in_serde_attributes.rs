#[derive(odm::Model)]
#[serde(rename_all = "CamelCase")]
#[odm(collection = "people")]
struct Person {
    id: odm::Id<Person>,
    #[serde(renam = "x")]
    name: String,
}

fn main() {}
