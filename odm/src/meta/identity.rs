//! `TypeIdentity`: which descriptions are those of one type.

use std::borrow::Cow;

use super::{DocumentMeta, EnumMeta, TypeMeta};

/// A described type. Descriptions are constants, of which the compiler makes as many copies as it likes, so their addresses
/// do not identify a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeIdentity(Cow<'static, str>);

impl DocumentMeta {
    pub(crate) fn identity(&self) -> TypeIdentity {
        TypeIdentity(self.type_name().into())
    }
}

impl EnumMeta {
    pub(crate) fn identity(&self) -> TypeIdentity {
        TypeIdentity(self.type_name().into())
    }
}

impl TypeMeta {
    /// Returns the identity of a newtype that contains itself, by what it contains.
    pub(crate) fn newtype_identity(content: &Self) -> TypeIdentity {
        TypeIdentity(format!("newtype of {}", described(content)).into())
    }
}

/// Describes the content of a newtype up to the newtype itself.
fn described(content: &TypeMeta) -> String {
    match content {
        TypeMeta::Nullable(inside) => format!("Option<{}>", described(inside)),
        TypeMeta::Array { items, .. } => format!("[{}]", described(items)),
        TypeMeta::Map { values } => format!("map of {}", described(values)),
        TypeMeta::Tuple(items) => items.get().iter().map(|item| described(item) + ",").collect(),
        TypeMeta::Document(document) => document.get().type_name().to_owned(),
        TypeMeta::Enum(enumeration) => enumeration.get().type_name().to_owned(),
        TypeMeta::Id(id) => id.model_name().to_owned(),
        TypeMeta::Recursive(_) => "itself".to_owned(),
        TypeMeta::Any
        | TypeMeta::Scalar(_)
        | TypeMeta::Int { .. }
        | TypeMeta::Float
        | TypeMeta::Binary(_) => "a value".to_owned(),
    }
}
