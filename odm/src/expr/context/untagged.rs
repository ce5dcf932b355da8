//! The variants of untagged enums in expressions: an expression tests the BSON type of the value.

use mongodb::bson::spec::ElementType;

use super::{InExpr, Single};
use crate::{
    expr::rendered::{Rendered, list, one},
    meta::{TypeMeta, bson_type_name},
    path::{Key, NarrowsUntagged},
    value::Value,
};

/// The enum itself as the content of one variant. It is null in rows in which its BSON type is not one of this variant:
/// `{ $cond: [{ $in: [{ $type: "$rating" }, ["double", "int", "long"]] }, "$rating", null] }`.
impl<R: 'static, W: Single> NarrowsUntagged for InExpr<R, W> {
    fn whole<T: Value, K: Key>(&self) -> Self::Whole<T, K> {
        let test = type_names(T::STORED_AS).map(|names| {
            let stored = one("$type", Ok(Rendered::path(&self.name)));
            match &*names {
                [name] => list("$eq", &mut [stored, Ok(Rendered::leaf(*name))]),
                names => list("$in", &mut [stored, Rendered::measured(names.to_vec().into())]),
            }
        });
        let guard = match (self.guard(), test) {
            (Some(above), Some(test)) => Some(list("$and", &mut [above.clone(), test])),
            (above, test) => test.or_else(|| above.cloned()),
        };
        self.in_variant(guard).at::<T>(self.name.clone())
    }
}

/// Returns the names of the BSON types that a value of a type may have, or `None` if it may have any. Numbers are read
/// from other types than they are written as.
fn type_names(stored: &TypeMeta) -> Option<Vec<&'static str>> {
    let mut names: Vec<&'static str> = Vec::new();
    for element_type in stored.bson_types()? {
        let of_type: &[&'static str] = match element_type {
            ElementType::Double => &["double", "int", "long"],
            ElementType::Int32 | ElementType::Int64 => &["int", "long"],
            ElementType::Null | ElementType::Undefined => &[],
            other => &[bson_type_name(other)],
        };
        for name in of_type {
            if !names.contains(name) {
                names.push(name);
            }
        }
    }
    Some(names)
}
