use odm::{Embedded, Id, Model};

#[derive(Model)]
#[odm(collection = "people", validate(unique(email, name)))]
struct Person {
    id: Id<Person>,
    #[odm(validate(unique, length(min = 1)))]
    email: String,
    name: String,
}

async fn is_free(_name: &str) -> Result<(), String> {
    Ok(())
}

#[derive(Embedded)]
struct Account {
    #[odm(validate(custom = is_free))]
    name: String,
}

fn main() {}
