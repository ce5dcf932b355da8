#[derive(odm::View)]
struct Label {
    reference: String,
}

#[derive(odm::View)]
#[odm(of = String)]
struct Letters {
    letters: i32,
}

#[derive(odm::View)]
#[odm(of)]
struct Nothing {
    a: i32,
}

fn main() {}
