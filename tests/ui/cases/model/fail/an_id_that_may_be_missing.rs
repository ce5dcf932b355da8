#[derive(odm::Model)]
#[odm(collection = "people")]
struct Optional {
    id: Option<odm::Id<Optional>>,
}

#[derive(odm::Model)]
#[odm(collection = "people")]
struct Skipped {
    #[serde(skip_serializing)]
    id: odm::Id<Skipped>,
}

fn main() {}
