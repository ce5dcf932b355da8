//! Documents with capacity for the elements that are about to be inserted.

use std::sync::LazyLock;

use mongodb::bson::{Document, doc};

/// Returns an empty document with room for this number of elements, but for no more than seven: then it grows.
///
/// `Document` has no `with_capacity`, but the clone of an empty document has as much room as the original.
pub(crate) fn document_with_capacity(elements: usize) -> Document {
    static THREE: LazyLock<Document> = LazyLock::new(|| emptied(doc! { "1": 1 }));
    static SEVEN: LazyLock<Document> = LazyLock::new(|| emptied(doc! { "1": 1, "2": 2, "3": 3, "4": 4 }));
    if elements <= 3 { THREE.clone() } else { SEVEN.clone() }
}

fn emptied(mut document: Document) -> Document {
    document.clear();
    document
}
