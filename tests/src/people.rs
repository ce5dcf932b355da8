//! A small model with a rule and a unique index, for tests of single methods.

use odm::{
    Collection, Database, Id, Model,
    bson::doc,
    mongodb::{IndexModel, options::IndexOptions},
};

/// A person with a unique e-mail address.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "people")]
pub struct Person {
    /// Stored as `_id`.
    pub id: Id<Person>,
    /// At least one letter.
    #[odm(validate(length(min = 1)))]
    pub name: String,
    /// Unique in a collection that [`people`] returns.
    pub email: String,
    /// At most 150.
    #[odm(validate(range(max = 150)))]
    pub age: u32,
}

/// Returns a person with this name and age.
pub fn person(name: &str, age: u32) -> Person {
    Person { id: Id::new(), name: name.to_owned(), email: format!("{name}@example.org"), age }
}

/// Returns an empty collection with the unique index `email_1`.
pub async fn people(db: &Database) -> Collection<Person> {
    let people = db.collection::<Person>();
    let unique = IndexOptions::builder().unique(true).build();
    let index = IndexModel::builder().keys(doc! { "email": 1 }).options(unique).build();
    people.driver().create_index(index).await.unwrap();
    people
}
