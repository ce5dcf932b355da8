use odm::{Id, Model};

#[derive(odm::Model)]
#[odm(collection = "boards")]
struct Board {
    id: Id<Self>,
    corners: [i32; 4],
    edges: Option<Box<[i32; 4]>>,
}

fn main() {
    let b = Board::fields();
    let _ = b.corners().push(1);
    let _ = b.edges().pop_last();
    let _ = b.corners().at(0).set(1) + b.edges().each().inc(1) + b.edges().set([1, 2, 3, 4]);
}
