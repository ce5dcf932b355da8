#[derive(odm::Model)]
#[odm(collection = "places")]
#[odm(index(owner = "hashed", weights(owner = 5)))]
#[odm(index(title = "text", weights(body = 5), collation(locale = "en")))]
#[odm(index(owner, default_language = "german", bounds(bits = 20)))]
#[odm(index(spot = "2d", bounds(min = 10, max = -10)))]
#[odm(index(spot = "2d", owner, bounds(min = 1)))]
#[odm(index(owner, title, include(title)))]
#[odm(index(attributes = "wildcard", exclude(title), unique))]
#[odm(index(every_field = "wildcard", include(title), exclude(owner)))]
#[odm(index(owner, partial = |place| place.owner().gt(1), sparse))]
struct Place {
    id: odm::Id<Place>,
    owner: i64,
    #[odm(index(type = "hashed", ttl = "1d"))]
    title: String,
    #[odm(index(type = "text"))]
    body: String,
    spot: [f64; 2],
    attributes: odm::bson::Document,
}

fn main() {}
