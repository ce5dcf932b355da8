use std::collections::BTreeMap;

use odm::{Embedded, Id, Model, Value};

#[derive(Model)]
#[odm(collection = "books")]
struct Book {
    id: Id<Book>,
    #[odm(on_delete = "cascade")]
    title: String,
    #[odm(on_delete = "nullify")]
    pages: Option<Vec<i32>>,
    #[odm(on_delete = "nullify")]
    author: Id<Author>,
    #[odm(on_delete = "restrict")]
    roles: BTreeMap<String, Id<Author>>,
    #[odm(on_delete = "restrict")]
    teams: Vec<Vec<Id<Author>>>,
    // These fit.
    #[odm(on_delete = "nullify")]
    editors: Vec<Id<Author>>,
    #[odm(on_delete = "nullify")]
    translator: Option<Box<Id<Author>>>,
    #[odm(on_delete = "cascade")]
    about: About,
}

#[derive(Model)]
#[odm(collection = "authors")]
struct Author {
    id: Id<Author>,
}

#[derive(Embedded)]
struct Chapter {
    #[odm(on_delete = "restrict")]
    number: u32,
}

#[derive(Value)]
#[serde(tag = "kind")]
enum About {
    Author { id: Id<Author> },
    Text {
        #[odm(on_delete = "cascade")]
        text: String,
    },
}

fn main() {}
