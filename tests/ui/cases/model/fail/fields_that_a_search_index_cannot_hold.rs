use odm::{Id, Model};

#[derive(Model)]
#[odm(collection = "films")]
#[odm(search_index(field(year, type = "autocomplete")))]
#[odm(vector_search_index(name = "plots", vector(title, num_dimensions = 3, similarity = "cosine")))]
struct Film {
    id: Id<Film>,
    title: String,
    year: i32,
}

fn main() {}
