#[derive(odm::Model)]
#[odm(collection = "pages")]
struct Page<T> {
    id: odm::Id<Page<T>>,
    items: Vec<T>,
}

fn main() {}
