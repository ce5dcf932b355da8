//! Updates.

use odm::{Filter, Model};

use crate::support::Case;

pub(crate) fn cases() -> Vec<Case> {
    let mut all = vec![add_to_set_2(), pull_0(), rename_1(), set_on_insert_0()];
    all.extend(scores());
    all
}

fn add_to_set_2() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "inventory")]
    struct Item {
        id: i32,
        tags: Vec<String>,
    }

    let i = Item::fields();
    Case::update(
        "update/addToSet/2",
        i.id().eq(2),
        i.tags().add_to_set_each(["camera", "electronics", "accessories"]),
    )
}

/// `$pop`, `$pullAll` and `$push`, whose examples have the same documents.
fn scores() -> [Case; 4] {
    #[derive(Debug, Model)]
    #[odm(collection = "students")]
    struct Student {
        id: i32,
        scores: Vec<i32>,
    }

    let s = Student::fields();
    [
        Case::update("update/pop/0", s.id().eq(1), s.scores().pop_first()),
        Case::update("update/pullAll/0", s.id().eq(1), s.scores().pull_all([0, 5])),
        Case::update("update/push/0", s.id().eq(1), s.scores().push(89)),
        Case::update("update/push/1", Filter::all(), s.scores().push(95)),
    ]
}

fn pull_0() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "stores")]
    struct Store {
        id: i32,
        fruits: Vec<String>,
        vegetables: Vec<String>,
    }

    let s = Store::fields();
    Case::update(
        "update/pull/0",
        Filter::all(),
        s.fruits().pull_where(|fruit| fruit.in_(["apples", "oranges"])) + s.vegetables().pull("carrots"),
    )
}

fn rename_1() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "students")]
    struct Student {
        id: i32,
        nickname: Option<String>,
        alias: Option<String>,
        cell: Option<String>,
        mobile: Option<String>,
    }

    let s = Student::fields();
    Case::update(
        "update/rename/1",
        s.id().eq(1),
        s.nickname().rename(s.alias()) + s.cell().rename(s.mobile()),
    )
}

fn set_on_insert_0() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "products")]
    #[serde(rename_all = "camelCase")]
    struct Product {
        id: i32,
        item: String,
        default_qty: i32,
    }

    let p = Product::fields();
    Case::update(
        "update/setOnInsert/0",
        p.id().eq(1),
        p.item().set("apple") + p.default_qty().set_on_insert(100),
    )
}
