//! Compares the answer to each question about the sample data with that of a pipeline written by hand, which the driver
//! sends to the same server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in functions that tests share

mod accounts;
mod customers;
mod theaters;

use examples::{
    accounts::Account,
    customers::Customer,
    samples::{self, Files},
    theaters::{Theater, create_position_index},
};
use odm::{Collection, Database, Model, action::Aggregate, bson::Document, value::OwnedRow};

/// Stores the sample documents.
async fn stored(db: &Database) -> (Collection<Account>, Collection<Customer>, Collection<Theater>) {
    let accounts = samples::store(db, &Files::Samples).await.unwrap();
    let customers = samples::store(db, &Files::Samples).await.unwrap();
    let theaters = samples::store(db, &Files::Samples).await.unwrap();
    create_position_index(&theaters).await.unwrap();
    (accounts, customers, theaters)
}

/// Checks that both pipelines return the same rows, and that these can be read.
async fn assert_same<M: Model, Row: OwnedRow>(
    collection: &Collection<M>,
    question: impl Fn(&Collection<M>) -> Aggregate<M, Row>,
    by_hand: impl IntoIterator<Item = Document>,
) {
    let answer: Vec<Document> =
        question(collection).as_documents().await.unwrap().try_collect().await.unwrap();
    let mut cursor = collection.driver().aggregate(by_hand).await.unwrap();
    let mut expected = Vec::new();
    while cursor.advance().await.unwrap() {
        expected.push(cursor.deserialize_current().unwrap());
    }
    assert_eq!(answer, expected);
    assert!(!expected.is_empty());

    let rows: Vec<Row> = question(collection).await.unwrap().try_collect().await.unwrap();
    assert_eq!(rows.len(), expected.len());
}
