#[derive(Debug, Clone, odm::Model)]
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

fn main() {
    // What the rest of the program does with the id brings no message of its own.
    let optional = Optional { id: Some(odm::Id::new()) };
    println!("{optional:?}");
}
