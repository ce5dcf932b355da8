use odm::{Id, Model, bson::Document};

#[derive(Model)]
#[odm(collection = "a", upgrade(1 = step, 2 = step))]
struct StepsWithoutAVersion {
    id: Id<Self>,
}

#[derive(Model)]
#[odm(collection = "b", schema_version = 4, upgrade(1 = step, 3 = step))]
struct AGap {
    id: Id<Self>,
}

#[derive(Model)]
#[odm(collection = "c", schema_version = 2, upgrade(1 = step, 2 = step))]
struct OneStepTooMany {
    id: Id<Self>,
}

#[derive(Model)]
#[odm(collection = "d", schema_version = 1)]
struct AFieldOfThatName {
    id: Id<Self>,
    schema_version: u32,
    #[serde(alias = "schema_version")]
    other: u32,
}

#[derive(Model)]
#[odm(collection = "e", schema_version(1, name = "a.b"))]
struct ANameThatIsNone {
    id: Id<Self>,
}

#[derive(Model)]
#[odm(collection = "f", schema_version(1, name = "_id"))]
struct TheNameOfTheIdentity {
    id: Id<Self>,
}

fn step(_: &mut Document) {}

fn main() {}
