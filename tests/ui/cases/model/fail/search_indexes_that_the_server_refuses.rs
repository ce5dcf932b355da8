#[derive(odm::Model)]
#[odm(collection = "films")]
#[odm(search_index(name = "a"))]
#[odm(search_index(name = "b", field(titel), field(cast.name)))]
#[odm(search_index(field(title), field(title, type = "string"), field(title)))]
#[odm(search_index(name = "c", field(year, type = "number", analyzer = "lucene.english")))]
#[odm(search_index(dynamic), search_index(name = "c", dynamic))]
#[odm(vector_search_index(name = "d", filter(year)))]
#[odm(vector_search_index(name = "e", vector(plot, num_dimensions = 0, similarity = "cosine")))]
#[odm(vector_search_index(name = "f", filter(year, year), vector(plot, num_dimensions = 3, similarity = "cosine")))]
struct Film {
    id: odm::Id<Film>,
    title: String,
    year: i32,
    plot: Vec<f32>,
    cast: Vec<String>,
}

#[derive(odm::Model)]
#[odm(collection = "measurements", time_series(time = at), search_index(dynamic))]
struct Measurement {
    id: odm::Id<Measurement>,
    at: odm::bson::DateTime,
}

fn main() {}
