use odm::{Id, Model, bson::oid::ObjectId};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "people")]
struct Person {
    id: Id<String>,
    friend: Option<Id<ObjectId>>,
}

fn main() {
    let person = Person { id: Id::from("ada".to_owned()), friend: None };
    println!("{person:?}");
}
