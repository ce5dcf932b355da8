//! The model has hooks, but is not marked.
use odm::{Id, Model, hooks::Hooks};

#[derive(Model)]
#[odm(collection = "users")]
struct User {
    id: Id<User>,
}

impl Hooks for User {}

fn main() {}
