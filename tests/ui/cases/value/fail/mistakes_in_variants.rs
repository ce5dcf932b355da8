#[derive(odm::Value)]
#[serde(tag = "kind")]
enum Tagged {
    Card { kind: String },
    Cheque {
        #[serde(alias = "kind")]
        number: String,
    },
}

#[derive(odm::Value)]
enum Named {
    #[serde(rename = "$a")]
    Operator(i32),
    #[serde(rename = "a.b")]
    Dotted { x: i32 },
    #[odm(rename = "")]
    Empty { x: i32 },
    Inside {
        #[serde(rename = "$x")]
        x: i32,
    },
}

#[derive(odm::Value)]
#[serde(tag = "$kind")]
enum OperatorAsTag {
    Card { last4: String },
}

#[derive(odm::Value)]
#[serde(tag = "the.kind", content = "a\0b")]
enum NamesThatAreNone {
    Card { last4: String },
}

#[derive(odm::Value)]
#[serde(tag = "kind", content = "kind")]
enum TagAndContent {
    Card { last4: String },
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
    #[serde(with = "module")]
    Two(i32, i32),
    #[serde(serialize_with = "module::serialize")]
    Nothing,
}

#[derive(odm::Value)]
struct Moving(i32, #[serde(skip_serializing_if = "Option::is_none")] Option<i32>, i32);

#[derive(odm::Value)]
struct Unwritten(i32, #[serde(skip_serializing)] i32, i32);

#[derive(odm::Value)]
enum Held {
    Pair(i32, #[serde(skip_deserializing)] i32),
}

#[derive(odm::Value)]
enum TwoUnderOneName {
    Card {
        number: String,
        #[serde(rename = "number")]
        digits: String,
        #[serde(alias = "number")]
        text: String,
    },
}

fn main() {}
