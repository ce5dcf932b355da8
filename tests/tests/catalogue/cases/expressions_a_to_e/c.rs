//! `$cmp $concat $concatArrays $convert $createObjectId`

use odm::{
    Id, Model, Pipeline, Shape,
    bson::oid::ObjectId,
    expr::{concat, create_object_id},
};

use crate::support::Case;

pub(super) fn cmp_0() -> Case {
    #[derive(Model)]
    #[odm(collection = "inventory")]
    struct Stock {
        id: i32,
        item: String,
        description: String,
        qty: i32,
    }

    #[derive(Shape)]
    struct Compared {
        item: String,
        qty: i32,
        #[serde(rename = "cmpTo250")]
        cmp_to_250: i32,
    }

    let pipeline = Pipeline::<Stock>::new().project(|s| ComparedOf {
        item: s.item(),
        qty: s.qty(),
        cmp_to_250: s.qty().cmp(250),
    });
    Case::pipeline("expression/cmp/0", pipeline)
}

pub(super) fn concat_0() -> Case {
    #[derive(Model)]
    #[odm(collection = "inventory")]
    struct Stock {
        id: i32,
        item: String,
        quarter: String,
        description: Option<String>,
    }

    #[derive(Shape)]
    #[serde(rename_all = "camelCase")]
    struct Described {
        id: i32,
        item_description: Option<String>,
    }

    let pipeline = Pipeline::<Stock>::new().project(|s| DescribedOf {
        id: s.id(),
        item_description: concat((s.item(), " - ", s.description())),
    });
    Case::pipeline("expression/concat/0", pipeline)
}

pub(super) fn concat_arrays_0() -> Case {
    #[derive(Model)]
    #[odm(collection = "warehouses")]
    struct Warehouse {
        id: i32,
        instock: Vec<String>,
        ordered: Vec<String>,
    }

    #[derive(Shape)]
    struct Items {
        id: i32,
        items: Vec<String>,
    }

    let pipeline = Pipeline::<Warehouse>::new()
        .project(|w| ItemsOf { id: w.id(), items: w.instock().concat_arrays(w.ordered()) });
    Case::pipeline("expression/concatArrays/0", pipeline)
}

pub(super) fn convert_2() -> Case {
    #[derive(Model)]
    #[odm(collection = "data")]
    struct Data {
        id: i32,
        value: i32,
    }

    #[derive(Shape)]
    #[serde(rename_all = "camelCase")]
    struct Binary {
        id: i32,
        binary_string: String,
    }

    let pipeline = Pipeline::<Data>::new()
        .project(|d| BinaryOf { id: d.id(), binary_string: d.value().convert::<String>().base(2) });
    Case::pipeline("expression/convert/2", pipeline).not_run("`base` needs MongoDB 8.3")
}

pub(super) fn create_object_id_0() -> Case {
    #[derive(Model)]
    #[odm(collection = "documents")]
    struct Stored {
        id: Id<Stored>,
    }

    #[derive(Shape)]
    #[serde(rename_all = "camelCase")]
    struct Created {
        id: Id<Stored>,
        object_id: ObjectId,
    }

    let pipeline =
        Pipeline::<Stored>::new().project(|s| CreatedOf { id: s.id(), object_id: create_object_id() });
    Case::pipeline("expression/createObjectId/0", pipeline).not_run("the operator needs MongoDB 8.3")
}
