#[derive(odm::Embedded)]
struct Tuple(i32, i32);

#[derive(odm::Embedded)]
struct Unit;

#[derive(odm::Embedded)]
enum Enum {
    A { b: i32 },
}

#[derive(odm::Embedded)]
enum Nothing {}

#[derive(odm::Embedded)]
union Union {
    a: i32,
}

#[derive(odm::Embedded)]
struct Borrowed<'a> {
    a: &'a str,
}

fn main() {}
