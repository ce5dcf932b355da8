use std::time::Duration;

#[derive(odm::Model)]
#[odm(collection = "films")]
struct Film {
    id: odm::Id<Self>,
    #[odm(binary)]
    title: String,
    #[odm(binary)]
    posters: Option<Vec<String>>,
    #[odm(unit = "ms")]
    year: i32,
    #[odm(unit = "ms")]
    pauses: Option<i64>,
    length: Duration,
    intro: Option<Duration>,
}

fn main() {}
