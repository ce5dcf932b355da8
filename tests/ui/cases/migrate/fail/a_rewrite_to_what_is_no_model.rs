use odm::{Id, Model, migrate::Migration};

#[derive(Model)]
#[odm(collection = "people")]
struct Old {
    id: Id<Old>,
    name: String,
}

#[derive(odm::Embedded)]
struct Name {
    first: String,
}

fn main() {
    let _ = Migration::rewrite(Old::fields().name().exists(true), |old: Old| old.name);
    let _ = Migration::rewrite(Old::fields().name().exists(true), |old: Old| Name { first: old.name });
}
