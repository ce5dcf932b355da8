#[derive(odm::Value)]
enum Nothing {}

#[derive(odm::Value)]
struct Named {
    a: i32,
}

#[derive(odm::Value)]
#[serde(transparent)]
struct Transparent {
    a: i32,
    b: i32,
}

#[derive(odm::Value)]
union Union {
    a: i32,
}

#[derive(odm::Value)]
struct Borrowed<'a>(&'a str);

fn main() {}
