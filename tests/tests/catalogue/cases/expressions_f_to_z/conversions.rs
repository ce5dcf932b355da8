//! `$isNumber $toDate $toLong $toObjectId`.

use odm::{
    Id, Model, Pipeline, Shape,
    bson::{Bson, DateTime, oid::ObjectId},
    expr::{cond, switch},
    pipeline::avg,
};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![is_number(), to_date(), to_long(), to_object_id()]
}

fn is_number() -> Case {
    #[derive(Model)]
    #[odm(collection = "grades")]
    struct Grade {
        id: Id<Grade>,
        student_id: i32,
        class_id: String,
        class_desc: String,
        grade: Bson,
    }

    #[derive(Shape)]
    struct Points {
        points: f64,
    }

    #[derive(Shape)]
    struct Average {
        #[odm(id)]
        student_id: i32,
        #[serde(rename = "GPA")]
        gpa: f64,
    }

    Case::pipeline(
        "expression/isNumber/1",
        Pipeline::<Grade>::new()
            .set(|g| PointsOf {
                points: cond(
                    g.grade().is_number(),
                    g.grade().cast::<f64>(),
                    switch(g.grade().eq("A"), 4)
                        .case(g.grade().eq("B"), 3)
                        .case(g.grade().eq("C"), 2)
                        .case(g.grade().eq("D"), 1)
                        .case(g.grade().eq("F"), 0)
                        .without_default(),
                ),
            })
            .group(|g| AverageOf { student_id: g.student_id(), gpa: avg(g.points()) }),
    )
    .not_run("the server has no value for other grades, which the documents have")
}

fn to_date() -> Case {
    #[derive(Model)]
    #[odm(collection = "orders")]
    struct Order {
        id: i32,
        item: String,
        qty: i32,
        price: f64,
        order_date: Bson,
    }

    #[derive(Shape)]
    struct Converted {
        #[serde(rename = "convertedDate")]
        converted_date: Option<DateTime>,
    }

    Case::pipeline(
        "expression/toDate/0",
        Pipeline::<Order>::new()
            .set(|order| ConvertedOf { converted_date: order.order_date().to_date() })
            .sort(|order| order.converted_date().asc()),
    )
    .not_run("the server refuses to convert other strings, which the documents have")
}

fn to_long() -> Case {
    #[derive(Model)]
    #[odm(collection = "orders")]
    struct Order {
        id: i32,
        item: String,
        qty: Bson,
    }

    #[derive(Shape)]
    struct Converted {
        #[serde(rename = "convertedQty")]
        converted_qty: Option<i64>,
    }

    Case::pipeline(
        "expression/toLong/0",
        Pipeline::<Order>::new()
            .set(|order| ConvertedOf { converted_qty: order.qty().to_long() })
            .sort(|order| order.converted_qty().desc()),
    )
    .not_run("the server refuses to convert other strings, which the documents have")
}

fn to_object_id() -> Case {
    #[derive(Model)]
    #[odm(collection = "orders")]
    struct Order {
        id: Bson,
        item: String,
        qty: i32,
    }

    #[derive(Shape)]
    struct Converted {
        #[serde(rename = "convertedId")]
        converted_id: Option<ObjectId>,
    }

    Case::pipeline(
        "expression/toObjectId/0",
        Pipeline::<Order>::new()
            .set(|order| ConvertedOf { converted_id: order.id().to_object_id() })
            .sort(|order| order.converted_id().desc()),
    )
    .not_run("the server refuses to convert other strings, which the documents have")
}
