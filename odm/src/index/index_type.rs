//! `IndexType`: how an index contains a field.

use std::fmt;

use mongodb::bson::Bson;

/// How an index contains a field: its value in the key of the index.
///
/// See [index types](https://www.mongodb.com/docs/manual/core/indexes/index-types/). A [`Wildcard`](Self::Wildcard)
/// changes the name in the key instead of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexType {
    /// `{ field: 1 }`
    Ascending,
    /// `{ field: -1 }`
    Descending,
    /// The words of a string, for `Filter::text`. `{ field: "text" }`
    ///
    /// The field `$**` stands for every field that contains a string.
    Text,
    /// A geometry on a sphere. `{ field: "2dsphere" }`
    Geo2dSphere,
    /// A legacy pair of coordinates on a plane. `{ field: "2d" }`
    Geo2d,
    /// The hash of the value. `{ field: "hashed" }`
    Hashed,
    /// Every field of the document in the field. `{ field.$**: 1 }`
    ///
    /// The field `$**` stands for every field of the document itself.
    Wildcard,
}

impl IndexType {
    /// Returns the value in the key of the index.
    pub fn to_bson(self) -> Bson {
        match self {
            Self::Ascending | Self::Wildcard => Bson::Int32(1),
            Self::Descending => Bson::Int32(-1),
            Self::Text => Bson::String("text".to_owned()),
            Self::Geo2dSphere => Bson::String("2dsphere".to_owned()),
            Self::Geo2d => Bson::String("2d".to_owned()),
            Self::Hashed => Bson::String("hashed".to_owned()),
        }
    }

    /// Returns `true` for `Ascending` and `Descending`.
    pub(super) fn is_ordered(self) -> bool {
        matches!(self, Self::Ascending | Self::Descending)
    }
}

/// `1`, `-1`, `text`, `2dsphere`, `2d` or `hashed`, as in the server's default name of an index.
impl fmt::Display for IndexType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_bson() {
            Bson::String(text) => f.write_str(&text),
            number => write!(f, "{number}"),
        }
    }
}
