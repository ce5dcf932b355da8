use odm::{Patch, patch::Member};

#[derive(Patch)]
struct OrderPatch {
    note: Member<Option<String>>,
}

fn main() {}
