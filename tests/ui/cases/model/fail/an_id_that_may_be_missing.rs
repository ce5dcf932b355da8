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

#[derive(odm::Model)]
#[odm(collection = "people")]
struct LeftOut {
    #[serde(skip_serializing_if = "String::is_empty")]
    id: String,
}

#[derive(odm::Model)]
#[serde(tag = "kind")]
#[odm(collection = "people")]
enum LeftOutOfOne {
    Known {
        #[serde(skip_serializing_if = "String::is_empty")]
        id: String,
    },
    Named { id: String },
}

fn main() {
    // What the rest of the program does with the id brings no message of its own.
    let optional = Optional { id: Some(odm::Id::new()) };
    println!("{optional:?}");
}
