//! `$project $set $unset`.

use odm::{
    Embedded, Id, Model, Pipeline, Shape,
    expr::{avg_of, sum_of},
    pipeline::{With, dotted},
};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![
        title_inside(),
        array_of_fields(),
        total_score(),
        fuel_type(),
        cats(),
        quiz_average(),
        without_copies(),
        without_two_fields(),
        without_fields_inside(),
    ]
}

fn title_inside() -> Case {
    #[derive(Debug, Default, Embedded)]
    #[serde(default)]
    struct Stop {
        title: String,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "TestCollection")]
    struct Document {
        id: Id<Document>,
        title: String,
        rated: String,
        #[serde(default)]
        stop: Stop,
    }

    #[derive(Debug, Shape)]
    struct Title {
        id: Id<Document>,
        #[serde(default)]
        stop: Stop,
    }

    let pipeline = Pipeline::<Document>::new()
        .project(|d| TitleOf { id: d.id(), stop: dotted(StopOf { title: d.stop().title() }) })
        .project(|d| TitleOf { id: d.id(), stop: StopOf { title: d.stop().title() } });
    Case::pipeline::<Document, Title>("stage/project/5", pipeline)
}

fn array_of_fields() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "TestCollection")]
    struct Point {
        id: Id<Point>,
        x: i32,
        y: i32,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Array {
        id: Id<Point>,
        my_array: (i32, i32),
    }

    let pipeline = Pipeline::<Point>::new().project(|p| ArrayOf { id: p.id(), my_array: (p.x(), p.y()) });
    Case::pipeline::<Point, Array>("stage/project/7", pipeline)
}

/// The collection of two examples.
#[derive(Debug, Model)]
#[odm(collection = "scores")]
#[serde(rename_all = "camelCase")]
struct Score {
    id: i32,
    student: String,
    homework: Vec<i32>,
    quiz: Vec<i32>,
    extra_credit: i32,
}

fn total_score() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Totals {
        total_homework: i64,
        total_quiz: i64,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Total {
        total_score: i64,
    }

    let pipeline = Pipeline::<Score>::new()
        .set(|s| TotalsOf { total_homework: sum_of(s.homework()), total_quiz: sum_of(s.quiz()) })
        .set(|s| TotalOf { total_score: s.total_homework() + s.total_quiz() + s.extra_credit() });
    Case::pipeline::<Score, With<With<Score, Totals>, Total>>("stage/set/0", pipeline)
}

fn fuel_type() -> Case {
    #[derive(Debug, Embedded)]
    struct Specs {
        doors: i32,
        wheels: i32,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "vehicles")]
    struct Vehicle {
        id: i32,
        r#type: String,
        specs: Specs,
    }

    #[derive(Debug, Shape)]
    struct Fuel {
        fuel_type: String,
    }

    #[derive(Debug, Shape)]
    struct Fuelled {
        id: i32,
        r#type: String,
        specs: With<Specs, Fuel>,
    }

    let pipeline =
        Pipeline::<Vehicle>::new().set_in(|v| v.specs(), |_| FuelOf { fuel_type: "unleaded" }).cast();
    Case::pipeline::<Vehicle, Fuelled>("stage/set/1", pipeline)
}

fn cats() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "animals")]
    struct Animals {
        id: i32,
        dogs: i32,
        cats: i32,
    }

    #[derive(Debug, Shape)]
    struct Cats {
        cats: i32,
    }

    let pipeline = Pipeline::<Animals>::new().set(|_| CatsOf { cats: 20 });
    Case::pipeline::<Animals, With<Animals, Cats>>("stage/set/2", pipeline)
}

fn quiz_average() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Average {
        quiz_average: Option<f64>,
    }

    let pipeline = Pipeline::<Score>::new().set(|s| AverageOf { quiz_average: avg_of(s.quiz()) });
    Case::pipeline::<Score, With<Score, Average>>("stage/set/4", pipeline)
}

#[derive(Debug, Embedded)]
struct Author {
    last: String,
    first: String,
}

#[derive(Debug, Embedded)]
struct Copies {
    warehouse: String,
    qty: i32,
}

/// The collection of the examples of `$unset`.
#[derive(Debug, Model)]
#[odm(collection = "books")]
struct Book {
    id: i32,
    title: String,
    isbn: String,
    author: Author,
    copies: Vec<Copies>,
}

fn without_copies() -> Case {
    #[derive(Debug, Shape)]
    struct Brief {
        id: i32,
        title: String,
        isbn: String,
        author: Author,
    }

    let pipeline = Pipeline::<Book>::new().unset(|b| b.copies()).cast();
    Case::pipeline::<Book, Brief>("stage/unset/0", pipeline)
}

fn without_two_fields() -> Case {
    #[derive(Debug, Shape)]
    struct Brief {
        id: i32,
        title: String,
        author: Author,
    }

    let pipeline = Pipeline::<Book>::new().unset(|b| (b.isbn(), b.copies())).cast();
    Case::pipeline::<Book, Brief>("stage/unset/1", pipeline)
}

fn without_fields_inside() -> Case {
    #[derive(Debug, Shape)]
    struct Surname {
        last: String,
    }

    #[derive(Debug, Shape)]
    struct Quantity {
        qty: i32,
    }

    #[derive(Debug, Shape)]
    struct Brief {
        id: i32,
        title: String,
        author: Surname,
        copies: Vec<Quantity>,
    }

    let pipeline =
        Pipeline::<Book>::new().unset(|b| (b.isbn(), b.author().first(), b.copies().warehouse())).cast();
    Case::pipeline::<Book, Brief>("stage/unset/2", pipeline)
}
