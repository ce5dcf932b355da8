//! Pages pass the exit of queries, for each of their commands.

use std::{future::IntoFuture, time::Duration};

use super::PageKey;
use crate::{
    Database, Filter, Id, Model, Result,
    operation::exits::{self, Exit},
};

#[derive(Model)]
#[odm(collection = "notes")]
struct Note {
    id: Id<Note>,
}

async fn passed<T>(action: impl IntoFuture<Output = Result<T>>) -> Vec<Exit> {
    let answer = tokio::time::timeout(Duration::from_secs(60), action.into_future()).await.unwrap();
    assert!(answer.err().unwrap().is_unavailable());
    exits::take()
}

#[tokio::test]
async fn pages_pass_the_exit_of_queries() {
    let db = Database::connect("mongodb://127.0.0.1:1/none?serverSelectionTimeoutMS=1").await.unwrap();
    let mut session = db.client().start_session().await.unwrap();
    let (notes, key) = (db.collection::<Note>(), PageKey::random().unwrap());
    let find = || notes.find(Filter::all());
    let page = || find().page(2, &key);
    assert_eq!(passed(page()).await, [Exit::Scope]);
    assert_eq!(passed(page().with_total()).await, [Exit::Scope; 2]);
    assert_eq!(passed(page().explain()).await, [Exit::Scope]);
    assert_eq!(passed(page().session(&mut session)).await, [Exit::Scope]);
    assert_eq!(passed(find().offset_page(0, 2)).await, [Exit::Scope; 2]);
    assert_eq!(passed(find().offset_page(0, 2).explain()).await, [Exit::Scope]);
}
