//! The model is marked, but has no hooks.
use odm::{Id, Model};

#[derive(Model)]
#[odm(collection = "users", hooks)]
struct User {
    id: Id<User>,
}

fn main() {}
