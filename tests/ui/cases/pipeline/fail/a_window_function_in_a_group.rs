use odm::{Pipeline, Shape, pipeline::rank};
use odm_integration::story::Order;

#[derive(Shape)]
struct Rank {
    #[odm(id)]
    reference: String,
    rank: i64,
}

fn main() {
    let _ = Pipeline::<Order>::new().group(|o| RankOf { reference: o.reference(), rank: rank() });
}
