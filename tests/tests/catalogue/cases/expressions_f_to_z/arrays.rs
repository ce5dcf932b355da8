//! `$firstN $in $indexOfArray $lastN $min $size $zip`.

use odm::{
    Embedded, Id, Model, Pipeline, Shape,
    bson::{Bson, Document},
    expr::{cond, in_, let_, min_of, range, zip},
};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![
        first_n_of_scores(),
        first_n_of_documents(),
        in_stock(),
        index_of_array(),
        last_n_of_scores(),
        last_n_of_documents(),
        min_of_grades(),
        size_of_colors(),
        zip_of_a_matrix(),
        zip_with_positions(),
    ]
}

fn first_n_of_scores() -> Case {
    #[derive(Model)]
    #[odm(collection = "games")]
    struct Game {
        id: Id<Game>,
        #[serde(rename = "playerId")]
        player_id: i32,
        score: Vec<Bson>,
    }

    #[derive(Shape)]
    struct FirstScores {
        #[serde(rename = "firstScores")]
        first_scores: Vec<Bson>,
    }

    Case::pipeline(
        "expression/firstN/0",
        Pipeline::<Game>::new().set(|game| FirstScoresOf { first_scores: game.score().first_n(3) }),
    )
}

fn first_n_of_documents() -> Case {
    #[derive(Embedded)]
    struct Numbers {
        array: Vec<i32>,
    }

    #[derive(Shape)]
    struct FirstThree {
        #[serde(rename = "firstThreeElements")]
        first_three_elements: Vec<i32>,
    }

    Case::on_database(
        "expression/firstN/1",
        Pipeline::<Document>::new()
            .documents([Numbers { array: vec![10, 20, 30, 40] }])
            .project(|row| FirstThreeOf { first_three_elements: row.array().first_n(3) }),
    )
}

fn in_stock() -> Case {
    #[derive(Model)]
    #[odm(collection = "TestCollection")]
    struct Store {
        id: i32,
        location: String,
        in_stock: Vec<String>,
    }

    #[derive(Shape)]
    struct Bananas {
        #[odm(id)]
        id: i32,
        #[serde(rename = "store location")]
        store_location: String,
        #[serde(rename = "has bananas")]
        has_bananas: bool,
    }

    Case::pipeline(
        "expression/in/0",
        Pipeline::<Store>::new().project(|store| BananasOf {
            id: store.id(),
            store_location: store.location(),
            has_bananas: in_("bananas", store.in_stock()),
        }),
    )
}

fn index_of_array() -> Case {
    #[derive(Model)]
    #[odm(collection = "inventory")]
    struct Inventory {
        id: i32,
        items: Option<Vec<Bson>>,
        amount: i32,
    }

    #[derive(Shape)]
    struct Index {
        #[odm(id)]
        id: i32,
        index: Option<i32>,
    }

    Case::pipeline(
        "expression/indexOfArray/0",
        Pipeline::<Inventory>::new()
            .project(|inventory| IndexOf { id: inventory.id(), index: inventory.items().index_of_array(2) }),
    )
}

fn last_n_of_scores() -> Case {
    #[derive(Model)]
    #[odm(collection = "games")]
    struct Game {
        id: Id<Game>,
        #[serde(rename = "playerId")]
        player_id: i32,
        score: Vec<Bson>,
    }

    #[derive(Shape)]
    struct LastScores {
        #[serde(rename = "lastScores")]
        last_scores: Vec<Bson>,
    }

    Case::pipeline(
        "expression/lastN/0",
        Pipeline::<Game>::new().set(|game| LastScoresOf { last_scores: game.score().last_n(3) }),
    )
}

fn last_n_of_documents() -> Case {
    #[derive(Embedded)]
    struct Numbers {
        array: Vec<i32>,
    }

    #[derive(Shape)]
    struct LastThree {
        #[serde(rename = "lastThreeElements")]
        last_three_elements: Vec<i32>,
    }

    Case::on_database(
        "expression/lastN/1",
        Pipeline::<Document>::new()
            .documents([Numbers { array: vec![10, 20, 30, 40] }])
            .project(|row| LastThreeOf { last_three_elements: row.array().last_n(3) }),
    )
}

fn min_of_grades() -> Case {
    #[derive(Model)]
    #[odm(collection = "TestCollection")]
    struct Student {
        id: i32,
        quizzes: Vec<i32>,
        labs: Vec<i32>,
        r#final: i32,
        midterm: i32,
    }

    #[derive(Shape)]
    struct Least {
        #[odm(id)]
        id: i32,
        #[serde(rename = "quizMin")]
        quiz_min: Option<i32>,
        #[serde(rename = "labMin")]
        lab_min: Option<i32>,
        #[serde(rename = "examMin")]
        exam_min: i32,
    }

    Case::pipeline(
        "expression/min/0",
        Pipeline::<Student>::new().project(|student| LeastOf {
            id: student.id(),
            quiz_min: min_of(student.quizzes()),
            lab_min: min_of(student.labs()),
            exam_min: min_of((student.r#final(), student.midterm())),
        }),
    )
}

fn size_of_colors() -> Case {
    #[derive(Model)]
    #[odm(collection = "inventory")]
    struct Inventory {
        id: i32,
        item: String,
        description: String,
        colors: Bson,
    }

    #[derive(Shape)]
    struct ColorCount {
        #[odm(id)]
        id: i32,
        item: String,
        #[serde(rename = "numberOfColors")]
        number_of_colors: Bson,
    }

    Case::pipeline(
        "expression/size/0",
        Pipeline::<Inventory>::new().project(|inventory| ColorCountOf {
            id: inventory.id(),
            item: inventory.item(),
            number_of_colors: cond(
                inventory.colors().is_array(),
                inventory.colors().cast::<Vec<Bson>>().size().as_bson(),
                "NA",
            ),
        }),
    )
}

fn zip_of_a_matrix() -> Case {
    #[derive(Model)]
    #[odm(collection = "matrices")]
    struct Matrices {
        id: Id<Matrices>,
        matrix: Vec<Vec<i32>>,
    }

    #[derive(Shape)]
    struct Transposed {
        transposed: Option<Vec<(i32, i32, i32)>>,
    }

    Case::pipeline(
        "expression/zip/0",
        Pipeline::<Matrices>::new().project(|m| TransposedOf {
            transposed: zip((
                m.matrix().array_elem_at(0),
                m.matrix().array_elem_at(1),
                m.matrix().array_elem_at(2),
            )),
        }),
    )
}

fn zip_with_positions() -> Case {
    #[derive(Model)]
    #[odm(collection = "pages")]
    struct Book {
        id: Id<Book>,
        category: String,
        pages: Vec<Page>,
    }

    #[derive(Embedded)]
    struct Page {
        title: String,
        reviews: i32,
    }

    #[derive(Shape)]
    struct Reviewed {
        pages: Vec<(Page, i32)>,
    }

    Case::pipeline(
        "expression/zip/1",
        Pipeline::<Book>::new().project(|book| ReviewedOf {
            pages: zip((book.pages(), range(0, book.pages().size()))).filter_as(
                "pageWithIndex",
                |page_with_index| {
                    let_(("page", page_with_index.element::<0>()), |page| page.reviews().gte(1))
                },
            ),
        }),
    )
}
