//! The scalar values of a field, in groups for which there is one Rust type.

use odm::bson::spec::ElementType;

use crate::introspect::seen::Seen;

/// A group of BSON types that one Rust type reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Long { shorter: bool },
    Float { integers: bool },
    Decimal,
    Text,
    Bool,
    ObjectId,
    Date,
    Binary,
    Regex,
    Timestamp,
    Other,
}

impl Kind {
    /// Returns the name of the type, for a reader.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Int => "int32",
            Self::Long { .. } => "int64",
            Self::Float { .. } => "double",
            Self::Decimal => "decimal128",
            Self::Text => "string",
            Self::Bool => "boolean",
            Self::ObjectId => "ObjectId",
            Self::Date => "date",
            Self::Binary => "binary data",
            Self::Regex => "regular expression",
            Self::Timestamp => "timestamp",
            Self::Other => "another type",
        }
    }

    /// Returns the name of a variant of an untagged enum.
    pub(super) fn variant(self) -> Option<&'static str> {
        Some(match self {
            Self::Int | Self::Long { .. } | Self::Float { .. } => "Number",
            Self::Text => "Text",
            Self::Bool => "Flag",
            Self::ObjectId => "Id",
            Self::Date => "Date",
            Self::Decimal | Self::Binary | Self::Regex | Self::Timestamp | Self::Other => return None,
        })
    }
}

/// The groups of the values that are neither null, nor documents, nor arrays.
pub(super) struct Kinds(pub(super) Vec<Kind>);

impl Kinds {
    /// Returns the groups of the values, without duplicates.
    pub(super) fn of(seen: &Seen) -> Self {
        let has = |wanted: ElementType| seen.scalars.values().any(|seen| *seen == wanted);
        let mut kinds = Vec::new();
        let (int, long) = (has(ElementType::Int32), has(ElementType::Int64));
        if has(ElementType::Double) {
            kinds.push(Kind::Float { integers: int || long });
        } else if long {
            kinds.push(Kind::Long { shorter: int });
        } else if int {
            kinds.push(Kind::Int);
        }
        for element_type in seen.scalars.values() {
            let kind = match element_type {
                ElementType::Double | ElementType::Int32 | ElementType::Int64 => continue,
                ElementType::String => Kind::Text,
                ElementType::Boolean => Kind::Bool,
                ElementType::ObjectId => Kind::ObjectId,
                ElementType::DateTime => Kind::Date,
                ElementType::Binary => Kind::Binary,
                ElementType::Decimal128 => Kind::Decimal,
                ElementType::RegularExpression => Kind::Regex,
                ElementType::Timestamp => Kind::Timestamp,
                _ => Kind::Other,
            };
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Self(kinds)
    }
}
