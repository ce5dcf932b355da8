use odm::{Patch, Update, patch::Member};
use odm_integration::story::{Customer, Order};

#[derive(Patch)]
#[odm(of = Order)]
struct OrderPatch {
    note: Member<Option<String>>,
}

fn update(patch: OrderPatch) -> odm::Result<Update<Customer>> {
    patch.to_update()
}

struct Plain;

fn plain(patch: Plain) -> odm::Result<Update<Order>> {
    odm::Patch::<Order>::to_update(&patch)
}

fn main() {}
