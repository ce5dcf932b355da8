use odm::{Id, Model};

#[derive(odm::Value)]
#[serde(tag = "kind")]
enum Event {
    Sale { items: Vec<String> },
    Refund,
}

#[derive(Model)]
#[odm(collection = "events")]
struct Entry {
    id: Id<Entry>,
    event: Event,
}

fn main() {
    let _ = |entries: odm::Collection<Entry>| entries.aggregate().unwind(|e| e.event().sale().items());
}
