struct Money(i64);

#[derive(odm::Value)]
enum Payment {
    Cash(Money),
    Both(i32, Money),
    Card { fee: Money },
}

#[derive(odm::Value)]
#[serde(tag = "kind")]
enum Refund {
    Card { fee: Money },
}

#[derive(odm::Value)]
#[serde(untagged)]
enum Total {
    One(Money),
    Many { total: Money },
}

fn main() {}
