use odm::{Id, Model, Pipeline, bson::Decimal128, expr::cond};

#[derive(Model)]
#[odm(collection = "goods")]
struct Good {
    id: Id<Good>,
    price: Decimal128,
    weight: f64,
}

fn main() {
    let _ = Pipeline::<Good>::new().sort_by_count(|g| cond(g.weight().gt(1), g.price(), g.weight()));
}
