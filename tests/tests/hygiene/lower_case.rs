//! Types with lower-case names or raw identifiers.
#![allow(non_camel_case_types, missing_debug_implementations, missing_docs, dead_code)]

use odm::{Embedded, Id, Model, Shape, Value, View, pipeline};

#[derive(Model)]
#[odm(collection = "structs", index(place.x), index(kind.circle.r#struct))]
pub struct r#struct {
    pub id: Id<Self>,
    pub place: point,
    pub kind: r#enum,
    pub other: Option<Id<r#struct>>,
}

#[derive(Embedded)]
pub struct point {
    pub x: i32,
    pub around: Vec<point>,
    #[serde(flatten)]
    pub more: r#mod<i32>,
}

#[derive(Embedded)]
pub struct r#mod<r#type> {
    pub r#mod: r#type,
}

#[derive(Value)]
#[serde(tag = "kind")]
pub enum r#enum {
    circle { r#struct: i32 },
    r#enum { inside: Box<r#enum> },
}

#[derive(Value)]
pub enum word {
    word,
    r#type,
}

#[derive(Value)]
pub struct pair(i32, word);

#[derive(Value)]
pub struct r#type(word);

#[derive(Value)]
pub struct chain(Option<Box<chain>>);

/// In snake case, its name is that of its field's type.
#[derive(Embedded)]
pub struct Enum {
    pub kind: r#enum,
}

#[derive(Shape)]
pub struct r#dyn {
    #[odm(id)]
    x: i32,
    all: i64,
}

#[derive(View)]
#[odm(of = r#struct)]
pub struct r#move {
    place: xs,
}

#[derive(View)]
#[odm(of = point)]
pub struct xs {
    x: i32,
}

#[derive(Model)]
#[serde(tag = "kind")]
#[odm(collection = "vehicles")]
pub enum vehicle {
    vehicle { id: Id<vehicle>, seats: i32 },
}

#[test]
fn types_in_lower_case_have_paths() {
    let s = r#struct::fields();
    assert_eq!(s.place().around().x().name(), "place.around.x");
    assert_eq!(s.place().more().r#mod().name(), "place.mod");
    assert_eq!(s.kind().r#enum().inside().circle().r#struct().name(), "kind.inside.struct");
    assert_eq!(vehicle::fields().vehicle().seats().name(), "seats");
    let grouped = pipeline::Pipeline::<r#struct>::new()
        .group(|s| dynOf { x: s.place().x(), all: pipeline::count() })
        .matching(|row| row.all().gt(1));
    assert_eq!(grouped.into_stages().map(|stages| stages.len()).ok(), Some(2));
}
