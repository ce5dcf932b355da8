//! `$bitAnd $bitOr $bsonSize`

use odm::{
    Embedded, Model, Pipeline, Shape,
    expr::{lit, root},
    pipeline::sum,
};

use crate::support::Case;

#[derive(Model)]
#[odm(collection = "switches")]
struct Switch {
    id: i32,
    a: i32,
    b: i32,
}

#[derive(Shape)]
struct Bits {
    id: i32,
    result: i32,
}

pub(super) fn bit_and_0() -> Case {
    let pipeline = Pipeline::<Switch>::new().project(|s| BitsOf { id: s.id(), result: s.a().bit_and(s.b()) });
    Case::pipeline("expression/bitAnd/0", pipeline)
}

pub(super) fn bit_and_1() -> Case {
    #[derive(Shape)]
    struct LongBits {
        id: i32,
        result: i64,
    }

    let pipeline =
        Pipeline::<Switch>::new().project(|s| LongBitsOf { id: s.id(), result: s.a().bit_and(lit(63_i64)) });
    Case::pipeline("expression/bitAnd/1", pipeline)
}

pub(super) fn bit_or_0() -> Case {
    let pipeline = Pipeline::<Switch>::new().project(|s| BitsOf { id: s.id(), result: s.a().bit_or(s.b()) });
    Case::pipeline("expression/bitOr/0", pipeline)
}

#[derive(Model)]
#[odm(collection = "employees")]
struct Employee {
    id: i32,
    name: String,
    email: String,
    position: String,
    current_task: Option<Task>,
}

#[derive(Embedded)]
struct Task {
    project_id: i32,
    project_name: String,
    project_duration: i32,
    hours: i32,
    notes: String,
}

pub(super) fn bson_size_0() -> Case {
    #[derive(Shape)]
    struct Size {
        id: i32,
        name: String,
        object_size: i32,
    }

    let pipeline = Pipeline::<Employee>::new().project(|e| SizeOf {
        id: e.id(),
        name: e.name(),
        object_size: root().bson_size(),
    });
    Case::pipeline("expression/bsonSize/0", pipeline)
}

pub(super) fn bson_size_1() -> Case {
    #[derive(Shape)]
    struct Combined {
        combined_object_size: i64,
    }

    let pipeline =
        Pipeline::<Employee>::new().group(|_| CombinedOf { combined_object_size: sum(root().bson_size()) });
    Case::pipeline("expression/bsonSize/1", pipeline)
}
