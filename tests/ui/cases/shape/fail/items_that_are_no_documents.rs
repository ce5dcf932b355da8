#[derive(odm::Shape)]
struct Total(i64);

#[derive(odm::Shape)]
enum Kind {
    A,
}

#[derive(odm::Shape)]
struct Unit;

#[derive(odm::Shape)]
struct Borrowed<'a> {
    name: &'a str,
}

fn main() {}
