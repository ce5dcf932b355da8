//! References: what includes load and send, joins, and deletes by the rules of references.

mod commands;
mod dangling;
mod delete;
mod policies;
mod referred_by;
mod sessions;
mod shapes;
mod views;

use std::sync::Arc;

use odm::{
    Collection, Database, Doc, Embedded, Filter, Id, Model, Value, View,
    bson::{Document, doc},
};
use odm_integration::commands::Commands;
use odm_test::Server;

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "companies")]
struct Company {
    id: Id<Company>,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "users")]
struct User {
    id: Id<User>,
    name: String,
    company: Option<Id<Company>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "tags", key = String)]
struct Tag {
    id: Id<Tag>,
    label: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "posts")]
struct Post {
    id: Id<Post>,
    title: String,
    author: Id<User>,
    tags: Vec<Id<Tag>>,
    review: Option<Review>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Review {
    #[serde(rename = "reviewer")]
    by: Id<User>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "comments", index(post, at = -1))]
struct Comment {
    id: Id<Comment>,
    post: Id<Post>,
    author: Option<Id<User>>,
    at: i32,
}

#[derive(Debug, Clone, PartialEq, View)]
#[odm(of = User)]
struct UserName {
    name: String,
}

fn user(name: &str) -> User {
    User { id: Id::new(), name: name.to_owned(), company: None }
}

fn post(title: &str, author: &User) -> Post {
    Post { id: Id::new(), title: title.to_owned(), author: author.id, tags: Vec::new(), review: None }
}

fn comment(post: &Post, author: Option<&User>, at: i32) -> Comment {
    Comment { id: Id::new(), post: post.id, author: author.map(|author| author.id), at }
}

async fn store<M: Model + Send + Sync>(db: &Database, documents: &[M]) {
    db.collection::<M>().insert_many(documents).await.unwrap();
}

/// Returns the names of the commands that were sent, with their collections.
fn names(commands: &Commands) -> Vec<String> {
    let name = |command: Document| {
        let (name, on) = command.into_iter().next().unwrap();
        format!("{name} {}", on.as_str().unwrap_or("-"))
    };
    commands.take_whole().into_iter().map(name).collect()
}
