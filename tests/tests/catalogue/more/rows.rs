//! `$count $project $replaceRoot $unset $unwind` and filters.

use odm::{
    Embedded, Model, Pipeline, Shape,
    bson::{Document, doc},
    expr::{self, cond, lit, merge_objects_of, rand, remove, switch},
    pipeline::With,
};

use super::{More, more};

pub(super) fn all() -> Vec<More> {
    vec![
        passing_scores(),
        pets(),
        without_nested_fields(),
        middle_names(),
        sizes(),
        grades(),
        half_of_the_documents(),
        over_budget(),
        exclusive_prices(),
    ]
}

fn passing_scores() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "scores")]
    struct Score {
        id: i32,
        score: i32,
    }

    #[derive(Debug, Shape)]
    struct Passing {
        passing_scores: i64,
    }

    let pipeline = Pipeline::<Score>::new()
        .matching(|s| s.score().gt(80))
        .count(|count| PassingOf { passing_scores: count });
    let expected = [doc! { "$match": { "score": { "$gt": 80 } } }, doc! { "$count": "passing_scores" }];
    more::<Score, Passing>("count: passing scores", pipeline, expected)
}

fn pets() -> More {
    #[derive(Debug, Embedded)]
    struct Pets {
        dogs: i32,
        cats: i32,
        birds: i32,
        fish: i32,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "people")]
    struct Person {
        id: i32,
        name: String,
        pets: Option<Document>,
    }

    let pipeline = Pipeline::<Person>::new().replace_root(|p| {
        merge_objects_of((lit(Pets { dogs: 0, cats: 0, birds: 0, fish: 0 }), p.pets())).cast::<Pets>()
    });
    let expected = doc! { "$replaceRoot": { "newRoot": { "$mergeObjects": [
        { "dogs": 0, "cats": 0, "birds": 0, "fish": 0 },
        "$pets",
    ] } } };
    more::<Person, Pets>("replaceRoot: defaults", pipeline, [expected])
}

#[derive(Debug, Embedded)]
struct Author {
    first: String,
    middle: Option<String>,
    last: String,
}

#[derive(Debug, Model)]
#[odm(collection = "books")]
struct Book {
    id: i32,
    title: String,
    isbn: Option<String>,
    author: Author,
}

fn without_nested_fields() -> More {
    let pipeline = Pipeline::<Book>::new().unset(|b| (b.isbn(), b.author().middle()));
    let expected = doc! { "$unset": ["isbn", "author.middle"] };
    more::<Book, Book>("unset: nested fields", pipeline.cast(), [expected])
}

fn middle_names() -> More {
    #[derive(Debug, Embedded)]
    struct Name {
        first: String,
        middle: Option<String>,
    }

    #[derive(Debug, Shape)]
    struct Titled {
        title: String,
        author: Name,
    }

    let pipeline = Pipeline::<Book>::new().project(|b| TitledOf {
        title: b.title(),
        author: NameOf {
            first: b.author().first(),
            middle: cond(b.author().middle().eq(""), remove::<_, String>(), b.author().middle()),
        },
    });
    let expected = doc! { "$project": {
        "title": 1,
        "author": {
            // The manual writes `"$author.first"`, which includes the same field.
            "first": 1,
            "middle": { "$cond": {
                "if": { "$eq": ["$author.middle", ""] },
                "then": "$$REMOVE",
                "else": "$author.middle",
            } },
        },
        "_id": 0,
    } };
    more::<Book, Titled>("project: conditionally excluded fields", pipeline, [expected])
}

fn sizes() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "inventory2")]
    struct Item {
        id: i32,
        item: String,
        sizes: Vec<String>,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Index {
        array_index: i64,
    }

    let pipeline = Pipeline::<Item>::new()
        .unwind(|i| i.sizes().include_array_index(|index| IndexOf { array_index: index }))
        .matching(|i| i.array_index().gte(0));
    let expected = [
        doc! { "$unwind": { "path": "$sizes", "includeArrayIndex": "arrayIndex" } },
        doc! { "$match": { "arrayIndex": { "$gte": 0 } } },
    ];
    let stages = pipeline.into_stages().unwrap();
    More {
        case: crate::support::Case::rendered_only("unwind: index", "its rows have no name", stages),
        expected: expected.into(),
    }
}

fn grades() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "grades")]
    struct Student {
        id: i32,
        name: String,
        scores: Vec<i32>,
    }

    #[derive(Debug, Shape)]
    struct Summary {
        name: String,
        summary: String,
    }

    let pipeline = Pipeline::<Student>::new().project(|s| SummaryOf {
        name: s.name(),
        summary: switch(expr::avg_of(s.scores()).gte(90), "Doing great!")
            .case(
                expr::and((expr::avg_of(s.scores()).gte(80), expr::avg_of(s.scores()).lt(90))),
                "Doing pretty well.",
            )
            .default("No scores found."),
    });
    let average = doc! { "$avg": "$scores" };
    let expected = doc! { "$project": {
        "name": 1,
        "summary": { "$switch": {
            "branches": [
                { "case": { "$gte": [&average, 90] }, "then": "Doing great!" },
                {
                    "case": { "$and": [{ "$gte": [&average, 80] }, { "$lt": [&average, 90] }] },
                    "then": "Doing pretty well.",
                },
            ],
            "default": "No scores found.",
        } },
        "_id": 0,
    } };
    more::<Student, Summary>("switch: grades", pipeline, [expected])
}

#[derive(Debug, Model)]
#[odm(collection = "monthlyBudget")]
struct Budget {
    id: i32,
    category: String,
    budget: i32,
    spent: i32,
}

fn half_of_the_documents() -> More {
    let pipeline = Pipeline::<Budget>::new().matching_expr(|_| expr::lit(0.5).lt(rand()));
    let expected = doc! { "$match": { "$expr": { "$lt": [0.5, { "$rand": {} }] } } };
    more::<Budget, Budget>("rand: a random selection", pipeline, [expected])
}

fn over_budget() -> More {
    let pipeline = Pipeline::<Budget>::new().matching_expr(|b| b.spent().gt(b.budget()));
    let expected = doc! { "$match": { "$expr": { "$gt": ["$spent", "$budget"] } } };
    more::<Budget, Budget>("expr: two fields", pipeline, [expected])
}

fn exclusive_prices() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "supplies")]
    struct Supply {
        id: i32,
        item: String,
        qty: i32,
        price: f64,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Discounted {
        discounted_price: f64,
    }

    let pipeline = Pipeline::<Supply>::new()
        .set(|s| DiscountedOf { discounted_price: cond(s.qty().gte(100), s.price() * 0.5, s.price() * 0.75) })
        .matching(|s| s.discounted_price().lt(5.0));
    let expected = [
        doc! { "$set": { "discountedPrice": { "$cond": {
            "if": { "$gte": ["$qty", 100] },
            "then": { "$multiply": ["$price", 0.5] },
            "else": { "$multiply": ["$price", 0.75] },
        } } } },
        doc! { "$match": { "discountedPrice": { "$lt": 5 } } },
    ];
    more::<Supply, With<Supply, Discounted>>("expr: a conditional price", pipeline, expected)
}
