use std::collections::BTreeMap;

use odm::{Embedded, Id, Model, View};

#[derive(Embedded)]
struct Audit {
    created_by: String,
}

#[derive(Model)]
#[odm(collection = "articles")]
struct Article {
    id: Id<Article>,
    #[serde(flatten)]
    audit: Audit,
    #[serde(flatten)]
    more: BTreeMap<String, i32>,
}

#[derive(View)]
#[odm(of = Article)]
struct Whole {
    audit: Audit,
}

#[derive(View)]
#[odm(of = Article)]
struct More {
    more: BTreeMap<String, i32>,
}

fn main() {}
