//! `$setIntersection $setUnion`.

use odm::{Model, Pipeline, Shape, bson::Bson, expr::user_roles};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![set_intersection_with_roles(), set_union()]
}

fn set_intersection_with_roles() -> Case {
    #[derive(Model)]
    #[odm(collection = "budget")]
    struct Budget {
        id: i32,
        #[serde(rename = "allowedRoles")]
        allowed_roles: Vec<String>,
        comment: String,
        #[serde(rename = "yearlyBudget")]
        yearly_budget: f64,
        #[serde(rename = "cloudBudget")]
        cloud_budget: Option<f64>,
        #[serde(rename = "salesEventsBudget")]
        sales_events_budget: Option<f64>,
    }

    Case::pipeline(
        "expression/setIntersection/1",
        Pipeline::<Budget>::new().matching_expr(|budget| {
            !budget.allowed_roles().set_intersection(user_roles().role()).eq(Vec::<String>::new())
        }),
    )
    .not_run("`$$USER_ROLES` needs MongoDB 7.0")
}

fn set_union() -> Case {
    #[derive(Model)]
    #[odm(collection = "flowers")]
    struct Flower {
        id: i32,
        #[serde(rename = "flowerFieldA")]
        flower_field_a: Vec<String>,
        #[serde(rename = "flowerFieldB")]
        flower_field_b: Vec<Bson>,
    }

    #[derive(Shape)]
    struct Flowers {
        #[serde(rename = "flowerFieldA")]
        flower_field_a: Vec<String>,
        #[serde(rename = "flowerFieldB")]
        flower_field_b: Vec<Bson>,
        #[serde(rename = "allValues")]
        all_values: Vec<Bson>,
    }

    Case::pipeline(
        "expression/setUnion/0",
        Pipeline::<Flower>::new().project(|flower| FlowersOf {
            flower_field_a: flower.flower_field_a(),
            flower_field_b: flower.flower_field_b(),
            all_values: flower.flower_field_a().cast::<Vec<Bson>>().set_union(flower.flower_field_b()),
        }),
    )
}
