//! `$ifNull $lte $ne $or`.

use odm::{Model, Pipeline, Shape};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![if_null(), lte(), ne(), or()]
}

#[derive(Model)]
#[odm(collection = "inventory")]
struct Inventory {
    id: i32,
    item: String,
    description: String,
    qty: i32,
}

fn if_null() -> Case {
    #[derive(Model)]
    #[odm(collection = "inventory")]
    struct Inventory {
        id: i32,
        item: String,
        description: Option<String>,
        quantity: i32,
    }

    #[derive(Shape)]
    struct Described {
        #[odm(id)]
        id: i32,
        item: String,
        description: String,
    }

    Case::pipeline(
        "expression/ifNull/0",
        Pipeline::<Inventory>::new().project(|inventory| DescribedOf {
            id: inventory.id(),
            item: inventory.item(),
            description: inventory.description().if_null("Unspecified"),
        }),
    )
}

fn lte() -> Case {
    #[derive(Shape)]
    struct Compared {
        item: String,
        qty: i32,
        #[serde(rename = "qtyLte250")]
        qty_lte_250: bool,
    }

    Case::pipeline(
        "expression/lte/0",
        Pipeline::<Inventory>::new().project(|inventory| ComparedOf {
            item: inventory.item(),
            qty: inventory.qty(),
            qty_lte_250: inventory.qty().lte(250),
        }),
    )
}

fn ne() -> Case {
    #[derive(Shape)]
    struct Compared {
        item: String,
        qty: i32,
        #[serde(rename = "qtyNe250")]
        qty_ne_250: bool,
    }

    Case::pipeline(
        "expression/ne/0",
        Pipeline::<Inventory>::new().project(|inventory| ComparedOf {
            item: inventory.item(),
            qty: inventory.qty(),
            qty_ne_250: inventory.qty().ne(250),
        }),
    )
}

fn or() -> Case {
    #[derive(Shape)]
    struct Either {
        #[odm(id)]
        id: i32,
        item: String,
        result: bool,
    }

    Case::pipeline(
        "expression/or/0",
        Pipeline::<Inventory>::new().project(|inventory| EitherOf {
            id: inventory.id(),
            item: inventory.item(),
            result: inventory.qty().gt(250) | inventory.qty().lt(200),
        }),
    )
}
