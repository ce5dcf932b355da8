#[derive(odm::Model)]
#[odm(collection = "people")]
struct Person {
    id: odm::Id<Person>,
    #[odm(validate(length(min = 5)))]
    age: u8,
    #[odm(validate(range(min = 1)))]
    name: String,
    #[odm(validate(email))]
    weight: f64,
    #[odm(validate(nested))]
    code: String,
}

fn main() {}
