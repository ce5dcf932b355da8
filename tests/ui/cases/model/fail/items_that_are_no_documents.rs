#[derive(odm::Model)]
#[odm(collection = "a")]
struct Tuple(i32, i32);

#[derive(odm::Model)]
#[odm(collection = "a")]
struct Newtype(i32);

#[derive(odm::Model)]
#[odm(collection = "a")]
struct Unit;

#[derive(odm::Model)]
#[odm(collection = "a")]
enum Enum {
    A { id: i32 },
}

#[derive(odm::Model)]
#[odm(collection = "a")]
union Union {
    a: i32,
}

fn main() {}
