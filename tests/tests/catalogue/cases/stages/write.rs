//! `$merge $out`.

use odm::{
    Embedded, Id, Model, Pipeline, Shape,
    pipeline::{WhenMatched, push},
};

use crate::support::Case;

const WRITES: &str = "it writes";

pub(super) fn cases() -> Vec<Case> {
    vec![archive_of_employees(), sales_with_a_year(), books_of_each_author()]
}

fn archive_of_employees() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "salaries")]
    struct Salary {
        id: Id<Salary>,
        fiscal_year: i32,
        dept: String,
        employee: String,
    }

    #[derive(Debug, Embedded)]
    struct Key {
        fiscal_year: i32,
        dept: String,
    }

    #[derive(Debug, Shape)]
    struct Department {
        #[odm(id)]
        key: Key,
        employees: Vec<String>,
    }

    #[derive(Debug, Shape)]
    struct Employees {
        dept: String,
        fiscal_year: i32,
        employees: Vec<String>,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "orgArchive")]
    struct Archived {
        id: Id<Archived>,
        dept: String,
        fiscal_year: i32,
        employees: Vec<String>,
    }

    let pipeline = Pipeline::<Salary>::new()
        .matching(|s| s.fiscal_year().eq(2019))
        .group(|s| DepartmentOf {
            key: KeyOf { fiscal_year: s.fiscal_year(), dept: s.dept() },
            employees: push(s.employee()),
        })
        .project(|d| EmployeesOf {
            dept: d.key().dept(),
            fiscal_year: d.key().fiscal_year(),
            employees: d.employees(),
        })
        .merge::<Archived>(|archive| {
            archive.database("reporting").on(|a| (a.dept(), a.fiscal_year())).when_matched(WhenMatched::Fail)
        });
    Case::written("stage/merge/2", WRITES, pipeline)
}

fn sales_with_a_year() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "cakeSales")]
    #[serde(rename_all = "camelCase")]
    struct CakeSale {
        id: i32,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Year {
        sales_year: String,
    }

    let pipeline = Pipeline::<CakeSale>::new().merge::<CakeSale>(|sales| {
        sales.when_matched_let(
            |_| ("year", "2020"),
            |stored, _, year| stored.set(|_| YearOf { sales_year: year }),
        )
    });
    Case::written("stage/merge/5", WRITES, pipeline)
}

fn books_of_each_author() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "books")]
    struct Book {
        id: i32,
        title: String,
        author: String,
        copies: i32,
    }

    #[derive(Debug, Shape)]
    struct Written {
        #[odm(id)]
        author: String,
        books: Vec<String>,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "authors")]
    struct Author {
        #[odm(id)]
        name: String,
        books: Vec<String>,
    }

    let pipeline = Pipeline::<Book>::new()
        .group(|b| WrittenOf { author: b.author(), books: push(b.title()) })
        .cast::<Author>()
        .out();
    Case::written("stage/out/0", WRITES, pipeline)
}
