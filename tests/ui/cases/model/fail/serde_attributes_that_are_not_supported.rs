use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, odm::Model)]
#[serde(rename_all(serialize = "camelCase"))]
#[odm(collection = "people")]
struct Person {
    #[serde(rename(serialize = "_id"))]
    id: odm::Id<Person>,
    #[serde(rename(serialize = "a", deserialize = "b"))]
    name: String,
    given_name: String,
}

#[derive(Serialize, Deserialize, odm::Value)]
#[serde(rename_all(serialize = "snake_case"))]
enum Status {
    #[serde(rename(deserialize = "b"))]
    Open,
    InTransit,
}

#[derive(Clone, Serialize, Deserialize, odm::Embedded)]
#[serde(from = "i32", into = "i32")]
struct Converted {
    a: i32,
}

#[derive(Serialize, Deserialize, odm::Embedded)]
#[serde(transparent)]
struct Transparent {
    a: i32,
}

mod foreign {
    pub struct Point {
        pub(crate) x: i32,
    }

    impl Point {
        pub fn x(&self) -> i32 {
            self.x
        }
    }
}

#[derive(Serialize, odm::Embedded)]
#[serde(remote = "foreign::Point")]
struct Remote {
    #[serde(getter = "foreign::Point::x")]
    x: i32,
}

#[derive(Deserialize, odm::Value)]
#[serde(field_identifier)]
enum Field {
    A,
}

#[derive(Deserialize, odm::Value)]
#[serde(variant_identifier)]
enum Variant {
    A,
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
