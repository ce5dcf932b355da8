use odm::{Patch, patch::Member};
use odm_integration::story::Order;

#[derive(Patch)]
#[odm(of = Order)]
struct OrderPatch {
    remark: Member<Option<String>>,
}

fn main() {}
