use odm::{Patch, patch::Member};
use odm_integration::story::Order;

#[derive(Patch)]
#[odm(of = Order)]
struct OrderPatch(Member<Option<String>>);

#[derive(Patch)]
#[odm(of = Order)]
enum OrderPatches {
    Note(Member<Option<String>>),
}

fn main() {}
