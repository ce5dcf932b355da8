use odm::{Id, Model, bson::Document};

#[derive(Model)]
#[odm(collection = "a", schema_version = 2, upgrade(1 = by_value))]
struct AnotherArgument {
    id: Id<Self>,
}

fn by_value(_: Document) {}

#[derive(Model)]
#[odm(collection = "b", schema_version = 2, upgrade(1 = two))]
struct TwoArguments {
    id: Id<Self>,
}

fn two(_: &mut Document, _: u32) {}

#[derive(Model)]
#[odm(collection = "c", schema_version = 2, upgrade(1 = gives_one))]
struct AnotherResult {
    id: Id<Self>,
}

fn gives_one(document: &mut Document) -> Document {
    document.clone()
}

#[derive(Model)]
#[odm(collection = "d", schema_version = 2, upgrade(1 = nowhere))]
struct NoFunction {
    id: Id<Self>,
}

#[derive(Model)]
#[odm(collection = "e", schema_version = 2, upgrade(1 = NUMBER))]
struct ANumber {
    id: Id<Self>,
}

const NUMBER: u32 = 1;

fn main() {}
