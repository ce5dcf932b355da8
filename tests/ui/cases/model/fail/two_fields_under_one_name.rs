#[derive(odm::Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "people")]
struct Person {
    id: odm::Id<Person>,
    #[serde(rename = "mail")]
    email: String,
    name: String,
    #[odm(rename = "mail")]
    post: String,
    #[serde(alias = "name")]
    nickname: String,
}

fn main() {}
