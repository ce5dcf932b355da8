#[derive(odm::Value)]
enum Payment {
    Cash,
    Card { last4: String },
}

#[derive(odm::Value)]
enum Nothing {}

#[derive(odm::Value)]
struct Named {
    a: i32,
}

#[derive(odm::Value)]
struct Pair(i32, i32);

#[derive(odm::Value)]
struct Unit;

#[derive(odm::Value)]
union Union {
    a: i32,
}

fn main() {}
