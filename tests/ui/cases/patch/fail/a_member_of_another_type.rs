use odm::{Patch, patch::Member};
use odm_integration::story::{Order, Status};

#[derive(Patch)]
#[odm(of = Order)]
struct OrderPatch {
    note: Member<String>,
    reference: Option<String>,
    status: Status,
}

fn main() {}
