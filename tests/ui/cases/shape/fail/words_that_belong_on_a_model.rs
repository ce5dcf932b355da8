#[derive(odm::Shape)]
#[odm(collection = "homes", validate(custom = a), key = i32, index(city), upgrade(1 = a), rename_all = "x")]
struct Total {
    #[odm(index)]
    city: String,
    #[odm(validate(email), renam = "x")]
    mail: String,
}

fn main() {}
