use odm::{Embedded, Value};

#[derive(Value)]
#[serde(tag = "kind")]
enum Payment {
    Amount(i32),
}

#[derive(Embedded)]
struct Page {
    #[serde(flatten)]
    number: i32,
}

#[derive(Embedded)]
struct Lines {
    #[serde(flatten)]
    lines: Vec<Audit>,
}

#[derive(Embedded)]
struct Audit {
    by: String,
}

#[derive(odm::Model)]
#[odm(collection = "pages")]
struct Indexed {
    id: odm::Id<Self>,
    #[serde(flatten)]
    #[odm(index)]
    audit: Audit,
}

#[derive(Embedded)]
struct Functions {
    #[serde(flatten, with = "somewhere")]
    audit: Audit,
    #[serde(flatten)]
    #[odm(binary)]
    other: Audit,
}

#[derive(Value)]
struct Item(i32, #[serde(flatten)] Audit);

fn main() {}
