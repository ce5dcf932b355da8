#[derive(odm::Shape)]
struct Total(i64);

#[derive(odm::Shape)]
enum Kind {
    A,
}

fn main() {}
