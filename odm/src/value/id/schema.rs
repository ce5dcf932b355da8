//! The schema of an `Id<M>` in the description of an API: that of the string or the number in its JSON.
//!
//! `M` itself needs no schema.

#[cfg(feature = "schemars")]
use std::borrow::Cow;

use mongodb::bson::{Uuid, oid::ObjectId};

use super::{Id, Keyed};

/// The JSON type of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyShape {
    /// 24 hexadecimal digits: a string of format `objectid`.
    ObjectId,
    /// A string of format `uuid`.
    Uuid,
    /// Any string.
    Text,
    /// An integer, with its format in `OpenAPI`: `int32`, `int64`.
    Integer {
        /// `int32` or `int64`.
        format: &'static str,
        /// Whether it is never negative.
        unsigned: bool,
    },
}

const OBJECT_ID: &str = "^[0-9a-fA-F]{24}$";

/// A key that has a schema in an API description.
///
/// Implement it for your own key type with the type that its serde implementation writes:
///
/// ```
/// # use odm::value::{KeySchema, KeyShape};
/// struct Slug(String);
///
/// impl KeySchema for Slug {
///     const SHAPE: KeyShape = KeyShape::Text;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the JSON type of a key of type `{Self}` is not known",
    label = "no `KeySchema`",
    note = "implement `odm::value::KeySchema` for `{Self}`: it is one constant"
)]
pub trait KeySchema {
    /// The type of the key in JSON.
    const SHAPE: KeyShape;
}

macro_rules! shapes {
    ($($key:ty: $shape:expr;)*) => { $(
        impl KeySchema for $key {
            const SHAPE: KeyShape = $shape;
        }
    )* };
}

shapes! {
    ObjectId: KeyShape::ObjectId;
    Uuid: KeyShape::Uuid;
    String: KeyShape::Text;
    i32: KeyShape::Integer { format: "int32", unsigned: false };
    i64: KeyShape::Integer { format: "int64", unsigned: false };
    u32: KeyShape::Integer { format: "int64", unsigned: true };
    u64: KeyShape::Integer { format: "int64", unsigned: true };
}

#[cfg(feature = "uuid")]
shapes! {
    uuid::Uuid: KeyShape::Uuid;
}

/// Inlined where it is used: `{ "type": "string", "format": "objectid", "pattern": .. }`.
#[cfg(feature = "schemars")]
impl<M: Keyed> schemars::JsonSchema for Id<M>
where
    M::Key: KeySchema,
{
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("{}::Id<{:?}>", module_path!(), M::Key::SHAPE).into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        match M::Key::SHAPE {
            KeyShape::ObjectId => {
                schemars::json_schema!({ "type": "string", "format": "objectid", "pattern": OBJECT_ID })
            }
            KeyShape::Uuid => schemars::json_schema!({ "type": "string", "format": "uuid" }),
            KeyShape::Text => schemars::json_schema!({ "type": "string" }),
            KeyShape::Integer { format, unsigned: false } => {
                schemars::json_schema!({ "type": "integer", "format": format })
            }
            KeyShape::Integer { format, unsigned: true } => {
                schemars::json_schema!({ "type": "integer", "format": format, "minimum": 0 })
            }
        }
    }
}

#[cfg(feature = "utoipa")]
impl<M: Keyed> utoipa::PartialSchema for Id<M>
where
    M::Key: KeySchema,
{
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};

        let custom = |format: &str| Some(SchemaFormat::Custom(format.to_owned()));
        let text = ObjectBuilder::new().schema_type(Type::String);
        match M::Key::SHAPE {
            KeyShape::ObjectId => text.format(custom("objectid")).pattern(Some(OBJECT_ID)),
            KeyShape::Uuid => text.format(custom("uuid")),
            KeyShape::Text => text,
            KeyShape::Integer { format, unsigned } => ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(custom(format))
                .minimum(unsigned.then_some(0)),
        }
        .into()
    }
}

/// One component per kind of key, or none if the field specifies `#[schema(inline)]`.
///
/// `utoipa`'s derive also refers to the type between `<` and `>`: a field of type `Id<Order>` requires
/// `Order: ToSchema`. A field of type `OrderId`, with `type OrderId = Id<Order>`, does not.
#[cfg(feature = "utoipa")]
impl<M: Keyed> utoipa::ToSchema for Id<M>
where
    M::Key: KeySchema,
{
    fn name() -> std::borrow::Cow<'static, str> {
        match M::Key::SHAPE {
            KeyShape::ObjectId => "ObjectId",
            KeyShape::Uuid => "UuidId",
            KeyShape::Text => "TextId",
            KeyShape::Integer { format: "int32", unsigned: false } => "Int32Id",
            KeyShape::Integer { unsigned: false, .. } => "Int64Id",
            KeyShape::Integer { unsigned: true, .. } => "UnsignedId",
        }
        .into()
    }
}
