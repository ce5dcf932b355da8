#[derive(odm::Value)]
#[odm(colection = "x", index(a), crate)]
enum Status {
    #[odm(renam = "x", rename)]
    Open,
    #[odm(index, unit = "s")]
    Paid,
}

#[derive(odm::Value)]
struct Price(#[odm(validate(email), srde)] i64);

#[derive(odm::Value)]
#[odm(collection = "x", key = i32, upgrade(1 = step), rename = "x")]
enum Payment {
    Card {
        #[odm(id, index, renam = "x")]
        number: String,
    },
    Cash(#[odm(rename = "x", sede)] i64),
}

fn main() {}
