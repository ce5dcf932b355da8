use odm::{bson::DateTime, pipeline::Pipeline};

#[derive(odm::Model)]
#[odm(collection = "a", capped(size = 4_096), time_series(time = at), clustered)]
struct Three {
    id: odm::Id<Three>,
    at: DateTime,
}

#[derive(odm::Model)]
#[odm(collection = "b", time_series(time = at, meta = at), validator, pre_and_post_images)]
#[odm(index(at, unique), index(every_field = "wildcard"), index(words = "text"))]
struct Series {
    id: odm::Id<Series>,
    #[odm(index(ttl = "1d"))]
    at: DateTime,
    words: String,
}

#[derive(odm::Model)]
#[odm(collection = "c", time_series(time = id, meta = sensr))]
struct Wrong {
    id: odm::Id<Wrong>,
    sensor: String,
}

#[derive(odm::Model)]
#[odm(collection = "d", time_series(time = at, meta = tags))]
struct Flattened {
    id: odm::Id<Flattened>,
    at: DateTime,
    #[serde(flatten)]
    tags: Tags,
}

#[derive(odm::Embedded)]
struct Tags {
    sensor: String,
}

#[derive(odm::Model)]
#[odm(collection = "e", view(on = Capped, pipeline = rows), validator, pre_and_post_images, shard_key(id))]
#[odm(index(name))]
struct Shown {
    id: odm::Id<Shown>,
    name: String,
}

fn rows() -> Pipeline<Capped, Shown> {
    Pipeline::<Capped>::new().cast()
}

#[derive(odm::Model)]
#[odm(collection = "f", capped(size = 4_096), shard_key(id = "hashed", at = "hashed", unique))]
struct Capped {
    id: odm::Id<Capped>,
    #[odm(index(ttl = "1d"))]
    at: DateTime,
}

#[derive(odm::Model)]
#[odm(collection = "g", capped(size = 4_096), materialized_view(on = Capped, pipeline = kept))]
struct Kept {
    id: odm::Id<Kept>,
}

fn kept() -> Pipeline<Capped, Kept> {
    Pipeline::<Capped>::new().cast()
}

fn main() {}
