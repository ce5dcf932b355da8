//! `TypeMeta`: how the values of a type are stored.

use std::{
    any::{TypeId, type_name},
    fmt,
    ops::Deref,
    ptr,
};

use mongodb::bson::spec::{BinarySubtype, ElementType};

use super::{ContentMeta, DocumentMeta, EnumMeta, Tagging};

/// How the values of a type are stored.
///
/// A `Box`, an `Arc` or a newtype is stored as the value inside, so it has the same description.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum TypeMeta {
    /// Any BSON value: `Bson`, and values that serde stores.
    Any,
    /// A value of this BSON type.
    Scalar(ElementType),
    /// An integer.
    Int {
        /// The type that is written: int32 or int64. Both are read, and doubles without a fraction.
        written: ElementType,
        /// The smallest integer.
        min: i64,
        /// The largest integer.
        max: i64,
    },
    /// A double. Integers are read too.
    Float,
    /// Binary data of this subtype, or of any.
    Binary(Option<BinarySubtype>),
    /// The value inside, or null.
    Nullable(&'static Self),
    /// An array whose elements are of one type.
    Array {
        /// The type of the elements.
        items: &'static Self,
        /// The number of elements, if it is part of the type.
        length: Option<usize>,
    },
    /// An array in which each element has its own type.
    Tuple(Deferred<[&'static Self]>),
    /// A document with any names.
    Map {
        /// The type of the values.
        values: &'static Self,
    },
    /// A document with declared fields.
    Document(Deferred<DocumentMeta>),
    /// An enum.
    Enum(Deferred<EnumMeta>),
    /// The id of a model.
    Id(IdMeta),
    /// The same as another type: a newtype that contains itself.
    Recursive(Deferred<Self>),
}

impl TypeMeta {
    /// Returns the BSON types that are written, each once, or `None` if a value of any type may be written.
    ///
    /// ```
    /// use odm::{Value, bson::spec::ElementType};
    ///
    /// let types = <Option<Vec<u8>>>::STORED_AS.bson_types();
    /// assert_eq!(types, Some(vec![ElementType::Array, ElementType::Null]));
    /// assert_eq!(odm::bson::Bson::STORED_AS.bson_types(), None);
    /// ```
    pub fn bson_types(&self) -> Option<Vec<ElementType>> {
        let mut types = Vec::new();
        self.add_types(&mut types, &mut Vec::new()).then_some(types)
    }

    /// Returns the description of the value inside an `Nullable`, or the description itself.
    #[must_use]
    pub fn non_null(&self) -> &Self {
        match self {
            Self::Nullable(inside) => inside.non_null(),
            other => other,
        }
    }

    /// Returns whether a value may be written as one of these types.
    pub(crate) fn may_be(&self, types: &[ElementType]) -> bool {
        self.bson_types().is_none_or(|written| written.iter().any(|one| types.contains(one)))
    }

    /// Returns how the field with this name of a document, or of the documents in an array, is stored: `None` if these have
    /// no such field, `Any` if they may have it.
    pub(crate) fn field(&'static self, name: &str) -> Option<&'static Self> {
        match self {
            Self::Nullable(inside) => inside.field(name),
            Self::Array { items, .. } => items.field(name),
            Self::Recursive(same) => same.get().field(name),
            Self::Map { values } => Some(values),
            Self::Document(document) => document.get().any_field(name),
            Self::Any | Self::Tuple(_) | Self::Enum(_) => Some(&Self::Any),
            Self::Scalar(_) | Self::Int { .. } | Self::Float | Self::Binary(_) | Self::Id(_) => None,
        }
    }

    /// Adds the types that are written. Returns `false` if they are any. `seen` are the descriptions that this one is
    /// in: one that contains itself adds nothing more.
    fn add_types(&self, types: &mut Vec<ElementType>, seen: &mut Vec<*const Self>) -> bool {
        let mut add = |element_type| {
            if !types.contains(&element_type) {
                types.push(element_type);
            }
            true
        };
        match self {
            Self::Any => false,
            Self::Scalar(written) | Self::Int { written, .. } => add(*written),
            Self::Float => add(ElementType::Double),
            Self::Binary(_) => add(ElementType::Binary),
            Self::Array { .. } | Self::Tuple(_) => add(ElementType::Array),
            Self::Map { .. } | Self::Document(_) => add(ElementType::EmbeddedDocument),
            Self::Id(id) => id.key.add_types(types, seen),
            Self::Nullable(inside) => {
                inside.add_types(types, seen) && {
                    if !types.contains(&ElementType::Null) {
                        types.push(ElementType::Null);
                    }
                    true
                }
            }
            Self::Recursive(_) | Self::Enum(_) if seen.iter().any(|one| ptr::eq(*one, self)) => true,
            Self::Recursive(same) => {
                seen.push(self);
                let known = same.add_types(types, seen);
                seen.pop();
                known
            }
            Self::Enum(enumeration) => {
                seen.push(self);
                let known = enumeration.add_types(types, seen);
                seen.pop();
                known
            }
        }
    }
}

impl EnumMeta {
    fn add_types(&self, types: &mut Vec<ElementType>, seen: &mut Vec<*const TypeMeta>) -> bool {
        self.variants().iter().filter(|variant| variant.is_written()).all(|variant| {
            let element_type = match (self.tagging(), variant.content()) {
                (_, ContentMeta::Single(value)) if variant.is_untagged() => {
                    return value.add_types(types, seen);
                }
                (_, ContentMeta::Unit) if variant.is_untagged() => ElementType::Null,
                (_, ContentMeta::Tuple(_)) if variant.is_untagged() => ElementType::Array,
                (Tagging::External, ContentMeta::Unit) => ElementType::String,
                _ => ElementType::EmbeddedDocument,
            };
            if !types.contains(&element_type) {
                types.push(element_type);
            }
            true
        })
    }
}

/// The description of an [`Id`](crate::Id): the id of a document, or a reference to one.
#[derive(Debug, Clone, Copy)]
pub struct IdMeta {
    key: &'static TypeMeta,
    model: fn() -> TypeId,
    name: fn() -> &'static str,
}

impl IdMeta {
    /// Returns the description of an id of `M` with this key.
    pub(crate) const fn of<M: 'static>(key: &'static TypeMeta) -> Self {
        Self { key, model: TypeId::of::<M>, name: type_name::<M> }
    }

    /// Returns how the key is stored.
    pub fn key(&self) -> &'static TypeMeta {
        self.key
    }

    /// Returns the type whose id it is. [`ModelMeta::type_id`](crate::model::ModelMeta::type_id) of that model is
    /// equal to it.
    pub fn model(&self) -> TypeId {
        (self.model)()
    }

    /// Returns the name of the type whose id it is, with its path: for messages.
    pub fn model_name(&self) -> &'static str {
        (self.name)()
    }
}

/// A description that is found when it is needed, because a type may contain itself. It dereferences to the
/// description.
pub struct Deferred<T: ?Sized + 'static>(fn() -> &'static T);

impl<T: ?Sized> Deferred<T> {
    #[doc(hidden)]
    pub const fn new(find: fn() -> &'static T) -> Self {
        Self(find)
    }

    /// Returns the description.
    pub fn get(self) -> &'static T {
        (self.0)()
    }
}

impl<T: ?Sized> Deref for Deferred<T> {
    type Target = T;

    fn deref(&self) -> &T {
        (self.0)()
    }
}

impl<T: ?Sized> Clone for Deferred<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Deferred<T> {}

/// Does not display the description, which may contain itself.
impl<T: ?Sized> fmt::Debug for Deferred<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deferred").finish_non_exhaustive()
    }
}

/// Returns the server's name of a BSON type: that of `$type` and of `bsonType`.
pub(crate) fn bson_type_name(element_type: ElementType) -> &'static str {
    match element_type {
        ElementType::Double => "double",
        ElementType::String => "string",
        ElementType::EmbeddedDocument => "object",
        ElementType::Array => "array",
        ElementType::Binary => "binData",
        ElementType::Undefined => "undefined",
        ElementType::ObjectId => "objectId",
        ElementType::Boolean => "bool",
        ElementType::DateTime => "date",
        ElementType::Null => "null",
        ElementType::RegularExpression => "regex",
        ElementType::DbPointer => "dbPointer",
        ElementType::JavaScriptCode => "javascript",
        ElementType::Symbol => "symbol",
        ElementType::JavaScriptCodeWithScope => "javascriptWithScope",
        ElementType::Int32 => "int",
        ElementType::Timestamp => "timestamp",
        ElementType::Int64 => "long",
        ElementType::Decimal128 => "decimal",
        ElementType::MaxKey => "maxKey",
        ElementType::MinKey => "minKey",
    }
}
