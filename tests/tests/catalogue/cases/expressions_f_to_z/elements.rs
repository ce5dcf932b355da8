//! `$filter $map $reduce`. The example `expression/reduce/0` is refused.

use odm::{Embedded, Id, Model, Pipeline, Shape, expr::concat};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![filter(), filter_by_position(), map(), reduce_to_text()]
}

#[derive(Model)]
#[odm(collection = "people")]
struct Person {
    id: i32,
    name: String,
    hobbies: Vec<String>,
}

fn filter() -> Case {
    #[derive(Model)]
    #[odm(collection = "sales")]
    struct Sale {
        id: i32,
        items: Vec<Item>,
    }

    #[derive(Embedded)]
    struct Item {
        item_id: i32,
        quantity: i32,
        price: f64,
        name: String,
    }

    #[derive(Shape)]
    struct Expensive {
        #[odm(id)]
        id: i32,
        items: Vec<Item>,
    }

    Case::pipeline(
        "expression/filter/0",
        Pipeline::<Sale>::new().project(|sale| ExpensiveOf {
            id: sale.id(),
            items: sale.items().filter_as("item", |item| item.price().gte(100)),
        }),
    )
}

fn filter_by_position() -> Case {
    #[derive(Shape)]
    struct Secondary {
        name: String,
        #[serde(rename = "secondaryHobbies")]
        secondary_hobbies: Vec<String>,
    }

    Case::pipeline(
        "expression/filter/3",
        Pipeline::<Person>::new().project(|person| SecondaryOf {
            name: person.name(),
            secondary_hobbies: person
                .hobbies()
                .filter_as(("this", "myIndex"), |(_, my_index)| (my_index % 2).eq(0)),
        }),
    )
    .not_run("`arrayIndexAs` needs MongoDB 8.3")
}

fn map() -> Case {
    #[derive(Model)]
    #[odm(collection = "grades")]
    struct Grades {
        id: Id<Grades>,
        quizzes: Vec<i32>,
    }

    #[derive(Shape)]
    struct Adjusted {
        #[odm(id)]
        id: Id<Grades>,
        #[serde(rename = "adjustedGrades")]
        adjusted_grades: Vec<i64>,
    }

    Case::pipeline(
        "expression/map/0",
        Pipeline::<Grades>::new().project(|grades| AdjustedOf {
            id: grades.id(),
            adjusted_grades: grades.quizzes().map_as("grade", |grade| grade + 2),
        }),
    )
}

fn reduce_to_text() -> Case {
    #[derive(Shape)]
    struct Text {
        name: String,
        text: String,
    }

    Case::pipeline(
        "expression/reduce/4",
        Pipeline::<Person>::new().project(|person| TextOf {
            name: person.name(),
            text: person.hobbies().reduce_as(
                ("accumulatedText", "hobby", "myIndex"),
                "My hobbies include:",
                |(accumulated_text, hobby, my_index)| {
                    concat((accumulated_text, " ", (my_index + 1).to_string(), ") ", hobby))
                },
            ),
        }),
    )
    .not_run("`arrayIndexAs` needs MongoDB 8.3")
}
