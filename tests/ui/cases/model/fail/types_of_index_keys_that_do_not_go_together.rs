#[derive(odm::Model)]
#[odm(collection = "places")]
#[odm(index(title = "text", spot = "2dsphere"))]
#[odm(index(title = "hashed", owner = "hashed"))]
#[odm(index(owner = "hashed", unique))]
#[odm(index(owner, spot = "2d"))]
#[odm(index(spot = "2d", other = "2d"))]
#[odm(index(title = "text", owner, body = "text"))]
#[odm(index(attributes = "wildcard", owner))]
#[odm(index(owner = "2d sphere"))]
#[odm(index(every_field = "hashed"))]
#[odm(index(every_field = "wildcard", every_field = "wildcard"))]
struct Place {
    id: odm::Id<Place>,
    owner: i64,
    #[odm(index(type = "text", descending))]
    title: String,
    #[odm(index(type = "1"))]
    body: String,
    spot: [f64; 2],
    other: [f64; 2],
    attributes: odm::bson::Document,
}

fn main() {}
