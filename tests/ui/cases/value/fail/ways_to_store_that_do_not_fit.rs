use odm::Value;

#[derive(Value)]
struct Length(#[odm(unit = "ms")] i32);

#[derive(Value)]
struct Pair(#[odm(binary)] String, i32);

#[derive(Value)]
enum Payment {
    Cash(#[odm(binary)] String),
    Card {
        #[odm(unit = "s")]
        valid: u32,
    },
}

fn main() {}
