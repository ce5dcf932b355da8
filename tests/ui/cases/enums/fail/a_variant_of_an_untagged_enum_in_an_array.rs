use odm::{Id, Model, Shape, pipeline::avg};

#[derive(odm::Value)]
#[serde(untagged)]
enum Rating {
    Stars(f64),
    Text(String),
}

#[derive(Model)]
#[odm(collection = "places")]
struct Place {
    id: Id<Place>,
    ratings: Vec<Rating>,
}

#[derive(Shape)]
struct Average {
    #[odm(id)]
    place: Id<Place>,
    stars: Option<f64>,
}

fn main() {
    let _ = |places: odm::Collection<Place>| {
        places.aggregate().group(|p| AverageOf { place: p.id(), stars: avg(p.ratings().stars()) })
    };
}
