//! `$match $replaceWith $sort $unwind`.

use odm::{
    Embedded, Id, Model, Pipeline, Shape,
    bson::Decimal128,
    pipeline::{avg, sum},
};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![articles_by_dave(), grades_as_rows(), users_by_age(), average_price_of_sizes(), sales_of_tags()]
}

fn articles_by_dave() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "articles")]
    struct Article {
        id: Id<Article>,
        author: String,
    }

    let pipeline = Pipeline::<Article>::new().matching(|a| a.author().eq("dave"));
    Case::pipeline::<Article, Article>("stage/match/0", pipeline)
}

fn grades_as_rows() -> Case {
    #[derive(Debug, Embedded)]
    struct Grade {
        test: i32,
        grade: i32,
        mean: i32,
        std: i32,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "students")]
    struct Student {
        id: i32,
        grades: Vec<Grade>,
    }

    let pipeline = Pipeline::<Student>::new()
        .unwind(|s| s.grades())
        .matching(|s| s.grades().grade().gte(90))
        .replace_with(|s| s.grades());
    Case::pipeline::<Student, Grade>("stage/replaceWith/1", pipeline)
}

fn users_by_age() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "users")]
    struct User {
        id: Id<User>,
        age: i32,
        posts: i32,
        name: String,
    }

    let pipeline = Pipeline::<User>::new().sort(|u| u.age().desc().then(u.posts().asc()));
    Case::pipeline::<User, User>("stage/sort/0", pipeline)
}

fn average_price_of_sizes() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "inventory2")]
    struct Item {
        id: i32,
        item: String,
        price: Decimal128,
        sizes: Option<Vec<String>>,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Price {
        #[odm(id)]
        size: Option<String>,
        average_price: Decimal128,
    }

    let pipeline = Pipeline::<Item>::new()
        .unwind(|i| i.sizes().preserve_null_and_empty_arrays())
        .group(|i| PriceOf { size: i.sizes(), average_price: avg(i.price()) })
        .sort(|p| p.average_price().desc());
    Case::pipeline::<Item, Price>("stage/unwind/3", pipeline)
}

fn sales_of_tags() -> Case {
    #[derive(Debug, Embedded)]
    struct Item {
        name: String,
        tags: Vec<String>,
        price: Decimal128,
        quantity: i32,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "sales")]
    struct Sale {
        id: String,
        items: Vec<Item>,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Sales {
        #[odm(id)]
        tag: String,
        total_sales_amount: Decimal128,
    }

    let pipeline = Pipeline::<Sale>::new().unwind(|s| s.items()).unwind(|s| s.items().tags()).group(|s| {
        SalesOf { tag: s.items().tags(), total_sales_amount: sum(s.items().price() * s.items().quantity()) }
    });
    Case::pipeline::<Sale, Sales>("stage/unwind/4", pipeline)
}
