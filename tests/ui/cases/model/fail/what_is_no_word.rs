#[derive(odm::Model)]
#[odm("people")]
struct Person {
    id: odm::Id<Person>,
    #[odm(index(-1))]
    age: i32,
    #[odm(index("unique"))]
    email: String,
}

fn main() {}
