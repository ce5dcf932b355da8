fn wide() -> i64 {
    1
}

fn of(number: i32) -> i32 {
    number
}

struct Plain;

mod wide_number {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(*value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        i64::deserialize(deserializer)
    }
}

mod half {
    use serde::Serializer;

    pub fn serialize<S: Serializer>(value: &i32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i32(*value)
    }
}

#[derive(odm::Value)]
struct Code(i32);

#[derive(odm::Model)]
#[odm(collection = "people")]
struct Person {
    id: odm::Id<Person>,
    #[serde(default = "wide")]
    age: i32,
    #[serde(default = "of")]
    size: i32,
    #[serde(default)]
    code: Code,
    #[serde(with = "wide_number")]
    number: i32,
    #[serde(with = "half")]
    part: i32,
    #[serde(serialize_with = "half::serialize")]
    plain: Plain,
}

fn main() {}
