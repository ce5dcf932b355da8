#[derive(odm::Value)]
#[serde(tag = "kind")]
enum Tagged {
    Card { kind: String },
}

#[derive(odm::Value)]
enum Named {
    #[serde(rename = "$a")]
    Operator(i32),
    #[serde(rename = "a.b")]
    Dotted { x: i32 },
}

#[derive(odm::Value)]
#[serde(tag = "kind")]
enum Tuple {
    Pair(i32, i32),
}

#[derive(odm::Value)]
enum Functions {
    #[serde(with = "module")]
    Both { a: i32, b: i32 },
}

#[derive(odm::Value)]
struct Moving(i32, #[serde(skip_serializing_if = "Option::is_none")] Option<i32>, i32);

fn main() {}
