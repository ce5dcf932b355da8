#[derive(odm::Shape)]
#[odm(collection = "homes", validate(custom = a))]
struct Total {
    #[odm(index)]
    city: String,
    #[odm(validate(email))]
    mail: String,
}

fn main() {}
