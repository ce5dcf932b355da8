use odm::{bson::DateTime, pipeline::Pipeline};

#[derive(odm::Model)]
#[odm(collection = "a", time_series(time = at))]
struct Late {
    id: odm::Id<Late>,
    at: Option<DateTime>,
}

#[derive(odm::Model)]
#[odm(collection = "b", time_series(time = at, meta = sensor))]
struct Text {
    id: odm::Id<Text>,
    at: String,
    sensor: String,
}

#[derive(odm::Model)]
#[odm(collection = "c", clustered(expire_after = "1d"))]
struct Clustered {
    id: odm::Id<Clustered>,
}

#[derive(odm::Model)]
#[odm(collection = "d", shard_key(region.town))]
struct Sharded {
    id: odm::Id<Sharded>,
    region: Region,
}

#[derive(odm::Embedded)]
struct Region {
    city: String,
}

#[derive(odm::Model)]
#[odm(collection = "e", view(on = Sharded, pipeline = others))]
struct Shown {
    id: odm::Id<Shown>,
}

fn others() -> Pipeline<Sharded, Clustered> {
    Pipeline::<Sharded>::new().cast()
}

#[derive(odm::Model)]
#[odm(collection = "f")]
struct Plain {
    id: odm::Id<Plain>,
}

fn refresh(plain: &odm::Collection<Plain>) {
    let _ = plain.refresh();
}

fn main() {}
