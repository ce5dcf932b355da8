#[derive(odm::Model)]
#[odm(collection = "people")]
struct Person {
    id: odm::Id<Person>,
    #[serde(rename = "")]
    empty: i32,
    #[serde(rename = "home.city")]
    dotted: i32,
    #[odm(rename = "$set")]
    dollar: i32,
    #[odm(rename = "a\0b")]
    nul: i32,
    #[serde(alias = "x.y")]
    alias: i32,
}

fn main() {}
