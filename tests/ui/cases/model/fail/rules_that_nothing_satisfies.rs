#[derive(odm::Model)]
#[odm(collection = "people")]
struct Person {
    id: odm::Id<Person>,
    #[odm(validate(length(min = 5, max = 2)))]
    name: String,
    #[odm(validate(range(min = 1.5, max = -1)))]
    weight: f64,
    #[odm(validate(pattern = "^(a|b"))]
    code: String,
}

fn main() {}
