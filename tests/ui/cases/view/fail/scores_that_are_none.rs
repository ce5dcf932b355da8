use odm::View;
use odm_integration::story::Order;

#[derive(View)]
#[odm(of = Order)]
struct Text {
    #[odm(text_score)]
    score: String,
}

#[derive(View)]
#[odm(of = Order)]
struct Both {
    #[odm(text_score, from = reference)]
    score: f64,
}

#[derive(View)]
#[odm(of = Order)]
struct Twice {
    #[odm(text_score)]
    score: f64,
    #[odm(text_score)]
    again: f64,
}

#[derive(View)]
#[odm(of = Order)]
struct Loud {
    #[odm(text_score = 1)]
    score: f64,
}

fn main() {}
