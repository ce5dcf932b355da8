use odm::{Pipeline, Shape, pipeline::{Current, Unbounded, rank, sort_by}};
use odm_integration::story::Order;

#[derive(Shape)]
struct Rank {
    rank: i64,
}

fn main() {
    let _ = Pipeline::<Order>::new()
        .set_window_fields(|o| sort_by(o.placed_at().asc()), |_| RankOf { rank: rank().documents(Unbounded, Current) });
}
