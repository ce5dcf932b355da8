use odm::{Patch, patch::Member};
use odm_integration::story::Order;

#[derive(Patch)]
#[odm(of = Order, collection = "orders", colour = "red")]
struct OrderPatch {
    #[odm(rename = "remark")]
    note: Member<Option<String>>,
    #[odm(validate(length(min = 1)))]
    reference: Member<String>,
    #[odm(from = tags)]
    words: Member<Vec<String>>,
    #[odm(to)]
    status: Member<String>,
}

fn main() {}
