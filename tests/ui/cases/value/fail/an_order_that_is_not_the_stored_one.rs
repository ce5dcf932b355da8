use odm::{Embedded, Value};

#[derive(Value)]
#[odm(ordered)]
#[serde(rename_all = "lowercase")]
enum Priority {
    Low,
    High,
    Urgent,
}

#[derive(Value)]
#[odm(ordered)]
enum Payment {
    Cash(i32),
    Card { last4: String },
}

#[derive(Value)]
#[odm(ordered = "desc")]
enum Grade {
    A,
    B,
}

#[derive(Embedded)]
#[odm(ordered)]
struct Address {
    city: String,
}

fn main() {}
