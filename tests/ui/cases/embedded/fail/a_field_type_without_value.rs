struct Money(i64);

#[derive(odm::Embedded)]
struct Line {
    price: Money,
}

#[derive(odm::Embedded)]
struct Basket {
    lines: Vec<Line>,
}

fn main() {}
