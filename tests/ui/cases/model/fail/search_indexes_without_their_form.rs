#[derive(odm::Model)]
#[odm(collection = "films")]
#[odm(search_index, vector_search_index)]
#[odm(search_index(name = 5, dynamic = true, analyzer, search_analyzer = 1, field, fields(title)))]
#[odm(search_index(name = ""))]
#[odm(search_index(field(title, type = "text"), field(title, typ = "string"), field(5)))]
#[odm(search_index(dynamic, dynamic, name = "a", name = "b"))]
#[odm(vector_search_index(name = "a", vector(plot), filter, dimensions = 3))]
#[odm(vector_search_index(name = "b", vector(plot, dimensions = 3, similarity = "cosine")))]
#[odm(vector_search_index(name = "c", vector(plot, num_dimensions = 3, similarity = "dot", quantization = "int8")))]
struct Film {
    id: odm::Id<Film>,
    #[odm(search_index(dynamic))]
    title: String,
    plot: Vec<f32>,
}

#[derive(odm::Embedded)]
#[odm(search_index(dynamic))]
struct Actor {
    #[odm(vector_search_index(vector(face, num_dimensions = 3, similarity = "cosine")))]
    face: Vec<f32>,
}

#[derive(odm::Shape)]
#[odm(search_index(dynamic))]
struct Row {
    a: i32,
}

fn main() {}
