#[derive(odm::Value)]
#[odm(colection = "x", index(a), crate)]
enum Status {
    #[odm(renam = "x", rename)]
    Open,
}

#[derive(odm::Value)]
struct Price(#[odm(validate(email), srde)] i64);

fn main() {}
