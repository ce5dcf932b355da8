#[derive(odm::Model)]
#[odm(collection = "people", validator(level = "off", action, deny_unknown_fields = true, exact))]
struct Person {
    id: odm::Id<Person>,
    #[odm(validator)]
    name: String,
}

#[derive(odm::Model)]
#[odm(collection = "orders", validator = true)]
struct Order {
    id: odm::Id<Order>,
}

#[derive(odm::Model)]
#[odm(collection = "invoices", validator(), validator, validator(action = "log", level, exact_types = 1))]
struct Invoice {
    id: odm::Id<Invoice>,
    line: Line,
}

#[derive(odm::Embedded)]
#[odm(validator)]
struct Line {
    sku: String,
}

fn main() {}
