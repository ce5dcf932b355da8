struct Money(i64);

#[derive(odm::Value)]
struct Price(Money);

fn main() {}
