//! `$getField $setField $unsetField`.

use odm::{
    Embedded, Model, Pipeline,
    expr::{current, get_field, remove, root},
};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![
        get_field_with_a_dollar(),
        set_field_with_a_dollar(),
        set_field_with_a_dot(),
        set_field_to_remove(),
        unset_field_with_a_dot(),
        unset_field_of_a_subdocument(),
    ]
}

/// The documents have a field `price.usd`, too: its name cannot be a path.
#[derive(Model)]
#[odm(collection = "inventory")]
struct Inventory {
    id: i32,
    item: String,
    qty: i32,
}

fn get_field_with_a_dollar() -> Case {
    Case::pipeline(
        "expression/getField/1",
        Pipeline::<Inventory>::new().matching_expr(|_| get_field::<_, f64>(current(), "$price").gt(200)),
    )
}

fn set_field_with_a_dollar() -> Case {
    #[derive(Model)]
    #[odm(collection = "inventory")]
    struct Inventory {
        id: i32,
        item: String,
        price: f64,
        qty: i32,
    }

    let pipeline = Pipeline::<Inventory>::new()
        .replace_with(|i| root().set_field("$price", i.price()).cast::<Inventory>())
        .unset(|i| i.price());
    Case::rendered_only(
        "expression/setField/1",
        "its rows have no declared type",
        pipeline.into_stages().unwrap(),
    )
}

fn set_field_with_a_dot() -> Case {
    Case::pipeline(
        "expression/setField/2",
        Pipeline::<Inventory>::new()
            .matching(|i| i.id().eq(1))
            .replace_with(|_| root().set_field("price.usd", 49.99)),
    )
}

fn set_field_to_remove() -> Case {
    Case::pipeline(
        "expression/setField/4",
        Pipeline::<Inventory>::new().replace_with(|_| root().set_field("price.usd", remove::<_, f64>())),
    )
}

fn unset_field_with_a_dot() -> Case {
    Case::pipeline(
        "expression/unsetField/0",
        Pipeline::<Inventory>::new().replace_with(|_| root().unset_field("price.usd")),
    )
}

fn unset_field_of_a_subdocument() -> Case {
    #[derive(Model)]
    #[odm(collection = "inventory")]
    struct Inventory {
        id: i32,
        item: String,
        qty: i32,
        price: Price,
    }

    #[derive(Embedded)]
    struct Price {
        usd: f64,
        euro: f64,
    }

    Case::pipeline(
        "expression/unsetField/2",
        Pipeline::<Inventory>::new().replace_with(|_| {
            let price = get_field::<_, Price>(current(), "price");
            root().set_field("price", price.unset_field("euro"))
        }),
    )
}
