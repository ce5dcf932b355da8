use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, odm::Model)]
#[serde(rename_all(serialize = "camelCase"))]
#[odm(collection = "people")]
struct Person {
    #[serde(rename(serialize = "_id"))]
    id: odm::Id<Person>,
    #[serde(rename(serialize = "a", deserialize = "b"))]
    name: String,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Serialize, Deserialize, odm::Embedded)]
struct Rest {
    a: i32,
}

#[derive(Clone, Serialize, Deserialize, odm::Embedded)]
#[serde(from = "i32", into = "i32")]
struct Converted {
    a: i32,
}

#[derive(Clone, Serialize, Deserialize, odm::Embedded)]
#[serde(tag = "type")]
struct Tagged {
    a: i32,
}

impl From<i32> for Converted {
    fn from(a: i32) -> Self {
        Self { a }
    }
}

impl From<Converted> for i32 {
    fn from(it: Converted) -> Self {
        it.a
    }
}

fn main() {}
