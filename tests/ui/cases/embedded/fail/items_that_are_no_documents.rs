#[derive(odm::Embedded)]
struct Tuple(i32, i32);

#[derive(odm::Embedded)]
enum Enum {
    A,
    B(i32),
}

#[derive(odm::Embedded)]
#[serde(transparent)]
struct Transparent {
    inner: i32,
}

fn main() {}
