#[derive(odm::Value)]
#[serde(tag = "kind")]
enum Payment {
    Amount(i32),
}

#[derive(odm::Embedded)]
struct Page {
    #[serde(flatten)]
    number: i32,
}

#[derive(odm::Embedded)]
#[serde(into = "i32")]
struct Stored {
    a: i32,
}

fn main() {}
