#[derive(odm::Model)]
#[odm(collection = "people", hooks = true)]
struct Person {
    id: odm::Id<Person>,
    #[odm(hooks)]
    name: String,
}

#[derive(odm::Model)]
#[odm(collection = "orders", hooks, hooks)]
struct Order {
    id: odm::Id<Order>,
    line: Line,
}

#[derive(odm::Embedded)]
#[odm(hooks)]
struct Line {
    sku: String,
}

fn main() {}
