#[derive(odm::Model)]
#[odm(collection, index, key, crate, validate)]
#[odm(collection = 5, index(), index(unique), validate(email))]
#[odm(index(a, name = true), index(a = -b), index(a = "1"))]
struct Person {
    #[odm(id = true)]
    id: odm::Id<Person>,
    #[odm(rename(name), serde = true, index(ttl = 90), index())]
    name: String,
    #[odm(validate(length, range = 1, pattern, custom, email = true), rename = name)]
    email: String,
    #[odm]
    a: String,
    #[odm(validate)]
    c: String,
    #[odm(validate(length(min = -1), length(min = 1, equal = 2)) rename = "x")]
    b: String,
}

fn main() {}
