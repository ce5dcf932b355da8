//! `$regexFindAll $regexMatch $substr $substrBytes $substrCP $trim`.

use odm::{
    Model, Pipeline, Shape,
    expr::{RegexMatch, cond, lit, regex},
};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![
        regex_find_all(),
        regex_find_all_captures(),
        regex_match(),
        regex_match_of_an_address(),
        substr(),
        substr_bytes(),
        substr_cp(),
        substr_cp_of_a_name(),
        trim(),
    ]
}

#[derive(Model)]
#[odm(collection = "products")]
struct Product {
    id: i32,
    description: String,
}

#[derive(Model)]
#[odm(collection = "feedback")]
struct Feedback {
    id: i32,
    comment: String,
}

#[derive(Model)]
#[odm(collection = "inventory")]
struct Inventory {
    id: i32,
    item: String,
    quarter: String,
    description: Option<String>,
}

#[derive(Shape)]
struct Quarter {
    #[odm(id)]
    id: i32,
    item: String,
    #[serde(rename = "yearSubstring")]
    year_substring: String,
    #[serde(rename = "quarterSubtring")]
    quarter_substring: String,
}

fn regex_find_all() -> Case {
    #[derive(Shape)]
    struct Found {
        #[serde(rename = "returnObject")]
        return_object: Vec<RegexMatch>,
    }

    Case::pipeline(
        "expression/regexFindAll/1",
        Pipeline::<Product>::new()
            .set(|product| FoundOf {
                return_object: product.description().regex_find_all(regex("line", "i")),
            })
            .set(|product| FoundOf {
                return_object: product.description().regex_find_all("line").options("i"),
            })
            .set(|product| FoundOf {
                return_object: product.description().regex_find_all(regex("line", "")).options("i"),
            }),
    )
}

fn regex_find_all_captures() -> Case {
    #[derive(Shape)]
    struct Found {
        names: Vec<RegexMatch>,
    }

    let address = r"([a-z0-9_.+-]+)@[a-z0-9_.+-]+\.[a-z0-9_.+-]+";
    let pipeline = Pipeline::<Feedback>::new()
        .set(|feedback| FoundOf { names: feedback.comment().regex_find_all(regex(address, "i")) })
        .set_field(
            |feedback| feedback.names(),
            |feedback| {
                feedback
                    .names()
                    .captures()
                    .reduce(lit(Vec::<Option<String>>::new()), |value, this| value.concat_arrays(this))
            },
        );
    Case::rendered_only(
        "expression/regexFindAll/3",
        "its rows have no declared type",
        pipeline.into_stages().unwrap(),
    )
}

fn regex_match() -> Case {
    #[derive(Shape)]
    struct Matched {
        result: bool,
    }

    Case::pipeline(
        "expression/regexMatch/0",
        Pipeline::<Product>::new()
            .set(|product| MatchedOf { result: product.description().regex_match(regex("line", "")) }),
    )
}

fn regex_match_of_an_address() -> Case {
    #[derive(Shape)]
    struct Category {
        category: String,
    }

    Case::pipeline(
        "expression/regexMatch/2",
        Pipeline::<Feedback>::new().set(|feedback| CategoryOf {
            category: cond(
                feedback.comment().regex_match(regex("[a-z0-9_.+-]+@mongodb.com", "i")),
                "Employee",
                "External",
            ),
        }),
    )
}

fn substr() -> Case {
    Case::pipeline(
        "expression/substr/0",
        Pipeline::<Inventory>::new().project(|inventory| QuarterOf {
            id: inventory.id(),
            item: inventory.item(),
            year_substring: inventory.quarter().substr(0, 2),
            quarter_substring: inventory.quarter().substr(2, -1),
        }),
    )
}

fn substr_bytes() -> Case {
    Case::pipeline(
        "expression/substrBytes/0",
        Pipeline::<Inventory>::new().project(|inventory| QuarterOf {
            id: inventory.id(),
            item: inventory.item(),
            year_substring: inventory.quarter().substr_bytes(0, 2),
            quarter_substring: inventory.quarter().substr_bytes(2, inventory.quarter().str_len_bytes() - 2),
        }),
    )
}

fn substr_cp() -> Case {
    Case::pipeline(
        "expression/substrCP/0",
        Pipeline::<Inventory>::new().project(|inventory| QuarterOf {
            id: inventory.id(),
            item: inventory.item(),
            year_substring: inventory.quarter().substr_cp(0, 2),
            quarter_substring: inventory.quarter().substr_cp(2, inventory.quarter().str_len_cp() - 2),
        }),
    )
}

fn substr_cp_of_a_name() -> Case {
    #[derive(Model)]
    #[odm(collection = "food")]
    struct Food {
        id: i32,
        name: String,
    }

    #[derive(Shape)]
    struct MenuCode {
        #[odm(id)]
        id: i32,
        name: String,
        #[serde(rename = "menuCode")]
        menu_code: String,
    }

    Case::pipeline(
        "expression/substrCP/1",
        Pipeline::<Food>::new().project(|food| MenuCodeOf {
            id: food.id(),
            name: food.name(),
            menu_code: food.name().substr_cp(0, 3),
        }),
    )
}

fn trim() -> Case {
    #[derive(Shape)]
    struct Trimmed {
        #[odm(id)]
        id: i32,
        item: String,
        description: Option<String>,
    }

    Case::pipeline(
        "expression/trim/0",
        Pipeline::<Inventory>::new().project(|inventory| TrimmedOf {
            id: inventory.id(),
            item: inventory.item(),
            description: inventory.description().trim(),
        }),
    )
}
