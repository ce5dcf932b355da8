use odm::bson::DateTime;

#[derive(odm::Model)]
#[odm(collection = "a", capped(size = 0), capped(max = 5), capped, capped(bytes = 5))]
struct Capped {
    id: odm::Id<Capped>,
}

#[derive(odm::Model)]
#[odm(collection = "b", time_series(granularity = "days"), time_series(meta = id), time_series)]
struct Series {
    id: odm::Id<Series>,
    at: DateTime,
}

#[derive(odm::Model)]
#[odm(collection = "c", clustered(ttl = "1d"), clustered = true, collation, pre_and_post_images(true))]
struct Clustered {
    id: odm::Id<Clustered>,
}

#[derive(odm::Model)]
#[odm(collection = "d", view(on = Capped), materialized_view(on = Capped, pipeline = rows, write = "append"))]
struct View {
    id: odm::Id<View>,
}

#[derive(odm::Model)]
#[odm(collection = "e", shard_key(unique), shard_key(region))]
struct Sharded {
    id: odm::Id<Sharded>,
    region: String,
}

#[derive(odm::Model)]
#[odm(collection = "g", shard_key(region = "text"))]
#[odm(time_series(seconds = 1), view(from = Capped), materialized_view(into = Capped))]
struct Others {
    id: odm::Id<Others>,
    region: String,
}

#[derive(odm::Embedded)]
#[odm(capped(size = 4_096))]
struct Line {
    sku: String,
    #[odm(clustered)]
    qty: i32,
}

#[derive(odm::Model)]
#[odm(collection = "f")]
struct Plain {
    id: odm::Id<Plain>,
    #[odm(shard_key)]
    region: String,
}

#[derive(odm::Model)]
#[odm(collection = "h", materialized_view(on = Capped), shard_key)]
struct Last {
    id: odm::Id<Last>,
}

fn main() {}
