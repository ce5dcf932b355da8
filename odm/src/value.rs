//! `Value`: what can be stored in a field, how its bytes are written and read, and what is below it.
//!
//! | Rust | BSON |
//! |---|---|
//! | `i8` `i16` `i32` `u8` `u16` | int32 |
//! | `i64` `u32` `u64` `isize` `usize` `i128` `u128` | int64; a number beyond it is an error, never a wrap |
//! | `f64` `f32` | double; reads integers too |
//! | `bool` | bool |
//! | `String` `Cow<'static, str>` `Box<str>` `char` | string |
//! | `bson::DateTime` `ObjectId` `Decimal128` `Timestamp` `Binary` `Regex` `JavaScriptCodeWithScope` | the type of that name |
//! | `bson::Uuid` | binary, subtype 4 |
//! | [`Id<M>`](Id) | the model's key |
//! | `Option<T>` | `T`, or null for `None`; a missing field reads as `None` |
//! | `Box<T>` | `T` |
//! | `Vec<T>` | array |
//! | `BTreeMap<K, T>` `HashMap<K, T>` | document; `K` is a text, a number, an id, a UUID, an enum of names |
//! | a struct with `Model` or `Embedded` | document |
//! | an enum of names with [`Value`](macro@crate::Value) | string: the variant's name |
//! | a newtype with [`Value`](macro@crate::Value) | what it holds |
//! | `bson::Bson` `bson::Document` | whatever it is, bit for bit; a key that stands twice is an error, and arrays are written with their positions as keys |
//! | any other type, field marked `#[odm(serde)]` | what serde makes of it |
//!
//! An integer field reads int32, int64, and doubles without a fraction up to 2^53 (shells write those). Everything
//! else has to be of its type: what is not is an error that names the path.

mod array;
mod declared;
mod document;
mod flatten;
mod id;
mod map;
mod raw;
mod row;
mod scalar;
mod text;
mod untyped;
mod upgrade;
mod variant;
mod via;
mod wrap;
mod writer;

use mongodb::bson::{Bson, spec::ElementType};

use crate::{error::codec::CodecResult, model::Check, path::At};

#[cfg(any(feature = "schemars", feature = "utoipa"))]
pub use self::id::{KeySchema, KeyShape};
pub use self::{
    array::Array,
    declared::{
        Accessed, Asked, Has, Stores, check_field, fill_field, given_field, put_content, put_field,
        require_field, take_field,
    },
    document::{Decode, Doc, from_slice, to_vec},
    flatten::{Flatten, Flattens, HasPart, PartIn, PartOf, Rest, check_part, part, part_behind, put_part},
    id::{Id, Keyed, NewKey},
    map::{Map, MapKey},
    raw::{Elements, Raw, require, unknown_field, unknown_variant},
    row::{OwnedRow, Row},
    scalar::Number,
    text::Text,
    upgrade::{Outcome, SchemaVersion, Step, Versioned, decode_versioned, pass_version, put_version},
    variant::{bare, content, content_or_missing, held, item_or_missing, skipped_variant},
    via::{Serde, Via, ViaSerde, decode_via, encode_via},
    wrap::Optional,
    writer::{MAX_DEPTH, Writer},
};
pub(crate) use self::{map::utf8_key, raw::duplicate, untyped::looks_like_operators};

/// A type that can be stored in a field.
///
/// One implementation decides what is stored, what a filter compares with and what a typed path offers
/// below the field, so the three cannot differ. Derive it: [`Value`](macro@crate::Value) for unit enums
/// and newtypes, [`Embedded`](macro@crate::Embedded) for documents inside a model,
/// [`Model`](macro@crate::Model) for documents with a collection. The stored bytes are those that
/// `bson::serialize_to_vec` writes for the same type.
///
/// The associated types are answered at compile time only; they let rustc follow a row through an
/// aggregation pipeline.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a field",
    label = "this type is not an odm `Value`",
    note = "derive it: `#[derive(odm::Value)]` for unit enums and newtypes, `#[derive(odm::Embedded)]` for documents",
    note = "or store the field through serde: `#[odm(serde)]`"
)]
pub trait Value: Sized + 'static {
    /// The accessors below a path to this value, laid over `B`: the fields of a document (through
    /// `Option` and `Vec`), or `B` itself where nothing is below.
    type Fields<A: At, B>;
    /// `Option<Self>`, never `Option<Option<_>>`.
    type Optional: Value;
    /// `Self` without `Option` and `Box`: what a filter compares with.
    type Bare: Value;
    /// `U`, or `Option<U>` where `Self` may be null: how null spreads through an expression.
    type Lift<U: Value>: Value;
    /// `Self` where the fields of `S` replace those of the document(s) inside.
    type Laid<S: Doc>: Value;
    /// `Self` where the fields of `S` join those of the document(s) inside.
    type Joined<S: Doc>: Value;

    /// The accessors at the place `at`, laid over `base`.
    fn under<A: At, B>(at: A, base: B) -> Self::Fields<A, B>;

    /// Appends the value's bytes and says which BSON type they are.
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType>;

    /// Reads the value from one encoded element.
    fn decode(raw: Raw<'_>) -> CodecResult<Self>;

    /// What a field without an element decodes to; `None` makes the field required.
    #[inline]
    fn missing() -> Option<Self> {
        None
    }

    /// Whether a value of this type may break rules: whether it is, or holds, a document that may declare some.
    const RULES: bool = false;

    /// Reports the rules that the documents inside the value break.
    #[inline]
    fn check_rules(&self, _: &mut Check) {}

    /// The value as it stands in a filter or an update.
    fn to_bson(&self) -> CodecResult<Bson> {
        let mut writer = Writer::new();
        let element_type = self.encode(&mut writer)?;
        Raw::new(element_type, writer.as_bytes()).to_bson()
    }
}

/// The answers of a value with nothing below it.
macro_rules! leaf {
    () => {
        type Fields<A: $crate::path::At, B> = B;
        type Optional = Option<Self>;
        type Bare = Self;
        type Lift<U: $crate::value::Value> = U;
        type Laid<S: $crate::value::Doc> = Self;
        type Joined<S: $crate::value::Doc> = Self;
        #[inline]
        fn under<A: $crate::path::At, B>(_: A, base: B) -> B {
            base
        }
    };
}
pub(crate) use leaf;
