//! Query clauses beside a schema, for what a schema cannot express. Each accepts a field that is missing, null or of
//! another type, because the schema decides about these.

use mongodb::bson::{Binary, Bson, Document, doc, spec::BinarySubtype};

use crate::rule::Operator;

/// Returns the clause for a field that is not on this side of a bound. It passes through arrays: no element is.
pub(super) fn not(path: &str, operator: &str, bound: &Bson) -> Document {
    doc! { path: { "$not": { operator: bound } } }
}

/// Returns the clause for a field that is a UUID, if it is binary data: 16 bytes of subtype 4. Binary data is ordered by
/// its length, then by its subtype.
pub(super) fn uuid(path: &str) -> Document {
    let uuid = |byte| Binary { subtype: BinarySubtype::Uuid, bytes: vec![byte; 16] };
    doc! { "$or": [{ path: absent() }, { path: { "$gte": uuid(0), "$lte": uuid(255) } }] }
}

/// Returns the clause for the number of bytes of binary data, with an operator of expressions.
pub(super) fn bytes(path: &str, operator: &str, bound: &Bson) -> Document {
    let field = format!("${path}");
    let is_binary = doc! { "$eq": [{ "$type": &field }, "binData"] };
    let test = doc! { operator: [{ "$binarySize": &field }, bound] };
    doc! { "$expr": { "$cond": [is_binary, test, true] } }
}

/// Returns the clause for two fields that compare so.
pub(super) fn compare(left: &str, operator: Operator, right: &str) -> Document {
    let fields = [format!("${left}"), format!("${right}")];
    let compared = doc! { operator.expression(): fields.as_slice() };
    doc! { "$or": [{ left: absent() }, { right: absent() }, { "$expr": compared }] }
}

/// A missing field matches it too.
fn absent() -> Document {
    doc! { "$eq": Bson::Null }
}
