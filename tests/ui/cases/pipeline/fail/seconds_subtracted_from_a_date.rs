use std::time::Duration;

use odm::{Filter, Id, Model, pipeline::now};

#[derive(Model)]
#[odm(collection = "runs")]
struct Run {
    id: Id<Run>,
    #[odm(unit = "s")]
    took: Duration,
}

fn main() {
    let _ = Filter::<Run>::expr(|r| (now() - r.took()).lt(now()));
}
