//! `$acos $add $and $anyElementTrue $arrayToObject $asinh $atan`

use std::collections::BTreeMap;

use odm::{
    Id, Model, Pipeline, Shape,
    bson::{Bson, DateTime, Decimal128},
    expr::{divide, key_value, sum_of},
};

use crate::support::Case;

pub(super) fn acos_0() -> Case {
    #[derive(Model)]
    #[odm(collection = "TestCollection")]
    struct Triangle {
        id: Id<Triangle>,
        side_a: Decimal128,
        side_b: Decimal128,
        hypotenuse: Decimal128,
    }

    #[derive(Shape)]
    struct Angle {
        angle_a: Decimal128,
    }

    let pipeline = Pipeline::<Triangle>::new()
        .set(|t| AngleOf { angle_a: divide(t.side_b(), t.hypotenuse()).acos().radians_to_degrees() });
    // The server refuses the cosine of sides that form no right triangle.
    Case::pipeline("expression/acos/0", pipeline).not_run("the generated sides form no right triangle")
}

pub(super) fn add_1() -> Case {
    #[derive(Model)]
    #[odm(collection = "sales")]
    struct Sale {
        id: i32,
        item: String,
        price: f64,
        fee: f64,
        date: DateTime,
    }

    #[derive(Shape)]
    struct Billing {
        id: i32,
        item: String,
        billing_date: DateTime,
    }

    let pipeline = Pipeline::<Sale>::new().project(|s| BillingOf {
        id: s.id(),
        item: s.item(),
        billing_date: s.date() + 3 * 24 * 60 * 60 * 1000,
    });
    Case::pipeline("expression/add/1", pipeline)
}

pub(super) fn and_0() -> Case {
    #[derive(Model)]
    #[odm(collection = "inventory")]
    struct Stock {
        id: i32,
        item: String,
        description: String,
        qty: i32,
    }

    #[derive(Shape)]
    struct Checked {
        id: i32,
        item: String,
        qty: i32,
        result: bool,
    }

    let pipeline = Pipeline::<Stock>::new().project(|s| CheckedOf {
        id: s.id(),
        item: s.item(),
        qty: s.qty(),
        result: s.qty().gt(100) & s.qty().lt(250),
    });
    Case::pipeline("expression/and/0", pipeline)
}

pub(super) fn any_element_true_0() -> Case {
    #[derive(Model)]
    #[odm(collection = "survey")]
    struct Survey {
        id: i32,
        responses: Vec<Bson>,
    }

    #[derive(Shape)]
    struct Answer {
        responses: Vec<Bson>,
        #[serde(rename = "isAnyTrue")]
        is_any_true: bool,
    }

    let pipeline = Pipeline::<Survey>::new()
        .project(|s| AnswerOf { responses: s.responses(), is_any_true: s.responses().any_element_true() });
    Case::pipeline("expression/anyElementTrue/0", pipeline)
}

pub(super) fn array_to_object_1() -> Case {
    #[derive(Model)]
    #[odm(collection = "inventory")]
    struct Stock {
        id: i32,
        item: String,
        instock: BTreeMap<String, i64>,
    }

    let pipeline = Pipeline::<Stock>::new()
        .set_field(|s| s.instock(), |s| s.instock().object_to_array())
        .set_field(
            |s| s.instock(),
            |s| s.instock().concat_arrays([key_value("total", sum_of(s.instock().v()))]),
        )
        .set_field(|s| s.instock(), |s| s.instock().array_to_object());
    Case::rendered_only(
        "expression/arrayToObject/1",
        "its rows have no declared type",
        pipeline.into_stages().unwrap(),
    )
}

pub(super) fn asinh_0() -> Case {
    #[derive(Model)]
    #[odm(collection = "TestCollection")]
    struct Point {
        id: Id<Point>,
        #[serde(rename = "x-coordinate")]
        x: Decimal128,
    }

    #[derive(Shape)]
    struct Ordinate {
        #[serde(rename = "y-coordinate")]
        y: Decimal128,
    }

    let pipeline = Pipeline::<Point>::new().set(|p| OrdinateOf { y: p.x().asinh().radians_to_degrees() });
    Case::pipeline("expression/asinh/0", pipeline)
}

pub(super) fn atan_0() -> Case {
    #[derive(Model)]
    #[odm(collection = "TestCollection")]
    struct Triangle {
        id: Id<Triangle>,
        side_a: Decimal128,
        side_b: Decimal128,
        hypotenuse: Decimal128,
    }

    #[derive(Shape)]
    struct Angle {
        angle_a: Decimal128,
    }

    let pipeline = Pipeline::<Triangle>::new()
        .set(|t| AngleOf { angle_a: divide(t.side_b(), t.side_a()).atan().radians_to_degrees() });
    Case::pipeline("expression/atan/0", pipeline)
}
