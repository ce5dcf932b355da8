#[derive(odm::Shape)]
struct Row {
    #[odm(binary)]
    title: String,
    #[odm(unit = "ms")]
    length: i32,
}

#[derive(odm::Embedded)]
struct Film {
    #[odm(binary)]
    title: Option<Vec<String>>,
    #[odm(unit = "s")]
    length: Option<i64>,
}

fn main() {}
