use odm::{Embedded, Id, Model, Shape, Value};

#[derive(Model)]
#[odm(collection = "a", schema_version, upgrade = step)]
struct NoNumberAndOneFunction {
    id: Id<Self>,
}

#[derive(Model)]
#[odm(collection = "b", schema_version = 0, upgrade())]
struct ZeroAndNoSteps {
    id: Id<Self>,
}

#[derive(Model)]
#[odm(collection = "c", schema_version(1, called = "v"), upgrade("1" = step))]
struct OddWords {
    id: Id<Self>,
    #[odm(schema_version = 1)]
    field: u32,
}

#[derive(Model)]
#[odm(collection = "d", schema_version = 1, schema_version = 2)]
struct Twice {
    id: Id<Self>,
}

#[derive(Embedded)]
#[odm(upgrade(1 = step))]
struct Address {
    city: String,
}

#[derive(Shape)]
#[odm(schema_version = 1)]
struct Row {
    city: String,
}

#[derive(Value)]
#[odm(schema_version = 1)]
struct Name(String);

fn main() {}
