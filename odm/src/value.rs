//! `Value`: the types that can be stored in a field, their BSON encoding, and the accessors of their fields and elements.
//!
//! | Rust | BSON |
//! |---|---|
//! | `i8` `i16` `i32` `u8` `u16` | int32 |
//! | `i64` `u32` `u64` `isize` `usize` `i128` `u128` | int64; a number out of its range is an error, never wrapped |
//! | `f64` `f32` | double; reads integers too |
//! | `bool` | bool |
//! | `NonZero<_>` `Wrapping<_>` `Saturating<_>` | the number inside |
//! | `String` `Cow<'static, str>` `Box<str>` `Arc<str>` `Rc<str>` `char` | string |
//! | `PathBuf` | string; a path that is not UTF-8 is an error |
//! | `Ipv4Addr` `Ipv6Addr` | array of the bytes |
//! | `SocketAddrV4` `SocketAddrV6` | array of address and port |
//! | `IpAddr` `SocketAddr` | document with the one field `V4` or `V6` |
//! | `()` `PhantomData<_>` | null |
//! | `bson::DateTime` `ObjectId` `Decimal128` `Timestamp` `Binary` `Regex` `JavaScriptCodeWithScope` | the type of that name |
//! | `bson::Uuid` | binary, subtype 4 |
//! | [`Id<M>`](Id) | the model's key |
//! | `Option<T>` | `T`, or null for `None`; a missing field reads as `None` |
//! | `Box<T>` `Arc<T>` `Rc<T>` `Cow<'static, T>` | `T` |
//! | `Vec<T>` `VecDeque<T>` `LinkedList<T>` `Box<[T]>` `Arc<[T]>` `Rc<[T]>` `BTreeSet<T>` `HashSet<T>` | array; a set reads equal elements as one |
//! | `[T; N]`, tuples of up to eight | array; another length is an error |
//! | `BTreeMap<K, T>` `HashMap<K, T>` | document; `K` is a string, a number, a bool, an id, a UUID, an enum without data |
//! | a struct with `Model` or `Embedded` | document |
//! | an enum without data, with [`Value`](macro@crate::Value) | string: the variant's name |
//! | an enum with data, with [`Value`](macro@crate::Value#enums-with-data) | as `#[serde(tag)]`, `content` and `untagged` specify |
//! | a newtype with [`Value`](macro@crate::Value) | the value inside |
//! | a tuple struct, a unit struct | array, null |
//! | `bson::Bson` `bson::Document` | the value itself, bit for bit; a repeated key is an error, arrays are written with their positions as keys, and regular expressions with their options in order |
//! | `bson::RawDocumentBuf` `bson::RawArrayBuf` | the same bytes; only their lengths and their depth are checked |
//! | `chrono::DateTime<Utc>` `chrono::NaiveDateTime` (feature `chrono`) | date |
//! | `time::OffsetDateTime` `UtcDateTime` `PrimitiveDateTime` (feature `time`) | date |
//! | `chrono::NaiveDate` `time::Date` | date at midnight in UTC; another time of day is an error |
//! | `uuid::Uuid` (feature `uuid`) | binary, subtype 4 |
//! | `rust_decimal::Decimal` (feature `rust_decimal`) | decimal128 |
//! | `url::Url` (feature `url`) | string |
//! | `bytes::Bytes` (feature `bytes`) | binary, subtype 0; reads subtype 2 and arrays of numbers too |
//! | `Vec<u8>` `Box<[u8]>` `[u8; N]` `Bytes`, field marked `#[odm(binary)]` | binary, subtype 0 |
//! | `Duration`, `chrono`'s and `time`'s, field marked `#[odm(unit = "ms")]` | int64: the number of units; a remainder is an error |
//! | any other type, field marked `#[odm(serde)]` | what serde writes |
//!
//! An integer field reads int32, int64, and doubles without a fraction up to 2^53, because shells write those. Inside
//! an untagged enum it reads no doubles, because a double may belong to another variant. A field of type `f64` reads
//! integers up to 2^53, a field of type `f32` up to 2^24: beyond that, two integers would be read as one number. A
//! field of a decimal type reads integers, because the server returns the integer 0 for the sum of no decimals; inside an
//! untagged enum it does not. Every other field reads only its own type. A value of another type is an error that contains the path.
//!
//! # Lossy conversions and errors
//!
//! - A BSON date counts milliseconds. A finer time is rounded towards the past, before 1970 too. Filters and updates
//!   use the rounded value.
//! - A BSON date has no offset. `time::OffsetDateTime` is read in UTC, as the same instant. `chrono::DateTime` is a
//!   field type for `Utc` only; a `DateTime<FixedOffset>` can be compared with it. A date without a time zone is
//!   stored as if it were in UTC.
//! - A stored date outside the range of the Rust type is an error.
//! - `f32` is stored exactly, as a double. Reading rounds a double to the nearest `f32`; a finite double out of the
//!   range of `f32` is an error.
//! - Reading an id is an error if the model would write it as another value than the stored one, for example as a
//!   document with its elements in another order: a filter with that id would not find the document.
//! - The options of a regular expression are sorted alphabetically, as BSON requires.
//! - Writing an integer out of the range of int64 is an error: BSON has no larger integer type.
//! - Every `Decimal` is stored exactly. Reading a decimal128 that `Decimal` cannot represent exactly, an infinity or
//!   NaN is an error.
//! - When the server inserts a document, it replaces a `Timestamp` of zeros in a top-level field by its own time.
//! - `HashSet` and `HashMap` are stored in an order that differs between processes: use `all` and `size` on sets.
//!
//! A document that contains an `Rc` is not `Send`. `Cell`, `RefCell` and similar types are not field types.
//! `Duration` and `SystemTime` have no BSON type: specify the unit of a duration, `#[odm(unit = "ms")]`, or store the
//! field through serde, `#[odm(serde)]`.

pub(crate) mod array;
pub(crate) mod arrays;
mod binary;
pub(crate) mod bson_number;
pub(crate) mod convertible;
mod crates;
mod date;
pub(crate) mod decimal;
mod document;
mod document_capacity;
pub(crate) mod elements;
pub(crate) mod encoding;
pub(crate) mod field;
pub(crate) mod field_names;
pub(crate) mod flatten;
mod from_text;
mod id;
mod map;
pub(crate) mod meta;
mod nesting;
mod number;
mod one_element;
mod option;
pub(crate) mod ordered;
mod pointer;
pub(crate) mod raw;
mod raw_document;
mod regex;
mod row;
mod scalar;
mod sequence;
mod std_types;
mod string;
pub(crate) mod tagging;
mod tuple;
mod untagged;
mod untyped;
pub(crate) mod upgrade;
pub(crate) mod writer;

use mongodb::bson::{Bson, spec::ElementType};

use crate::{
    error::codec::CodecResult,
    meta::{EnumMeta, TypeMeta},
    path::Context,
    rule::Check,
};

#[cfg(any(feature = "chrono", feature = "time"))]
use self::from_text::dated;
#[cfg(any(feature = "schemars", feature = "utoipa"))]
pub use self::id::{KeySchema, KeyShape};
pub(crate) use self::{
    array::{AnyLength, FixedLength},
    arrays::Arrays,
    binary::plain_bytes,
    bson_number::{Arithmetic, BsonNumber},
    convertible::Scalar,
    date::{Dated, Instant, TimeField},
    document_capacity::document_with_capacity,
    elements::duplicate,
    elements::{Elements, require, unknown_field},
    encoding::{
        Encoded, Encoding,
        binary::{Binary, BinarySlot, StoredAsBinary},
        serde_with::{SerdeInOrder, SerdeWith},
        unit::{Counted, Millis, Span, StoredInUnit, Unit, UnitSlot},
    },
    field::{HasField, Placeholder, Stores},
    field_names::{FieldNames, Reserved},
    flatten::{HasFlattened, UnclaimedElements},
    id::read_id,
    map::utf8_key,
    nesting::{
        MAX_NESTING, MAX_OPTION, bounded, bounded_document, bounded_documents, nested_levels, too_deep,
    },
    one_element::{one_element, place_of},
    raw::Raw,
    regex::{check_regex, regex_literal},
    sequence::other_length,
    untyped::looks_like_operators,
    writer::Writer,
};
pub use self::{
    array::{Array, VariableLength},
    date::DateValue,
    document::{Decode, Doc, from_slice, to_vec},
    flatten::Flatten,
    from_text::FromText,
    id::{Id, Keyed, NewKey},
    map::{Map, MapKey},
    number::{Bits, Integer, Number},
    option::{Nullable, Optional},
    ordered::Ordered,
    row::{OwnedRow, Row},
    string::{StringValue, Text},
    upgrade::{SchemaVersion, Versioned},
};

/// A type that can be stored in a field.
///
/// One implementation determines what is stored, what a filter compares with and which accessors a typed
/// path has below the field, so the three cannot differ. Derive it: [`Value`](macro@crate::Value) for enums,
/// newtypes and tuples, [`Embedded`](macro@crate::Embedded) for documents inside a model,
/// [`Model`](macro@crate::Model) for documents with a collection. The stored bytes are those that
/// `bson::serialize_to_vec` writes for the same type, except for the differences that the
/// [derive](macro@crate::Model#differences-from-serde) lists.
///
/// The associated types exist at compile time only. They let rustc compute the row type of each stage of an
/// aggregation pipeline.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a field",
    label = "this type is not an odm `Value`",
    note = "types of `chrono`, `time`, `uuid`, `rust_decimal`, `url` and `bytes` need the feature of that name: `odm = {{ features = [\"chrono\"], .. }}`",
    note = "derive it: `#[derive(odm::Value)]` for unit enums and newtypes, `#[derive(odm::Embedded)]` for documents",
    note = "or store the field through serde: `#[odm(serde)]`; a duration as a number: `#[odm(unit = \"ms\")]`"
)]
pub trait Value: Sized + 'static {
    /// The accessors below a path to this value: the fields struct of a document (also through `Option` and
    /// `Vec`), which dereferences to `B`, or `B` itself if the value has no fields.
    #[doc(hidden)]
    type Fields<A: Context, B>;
    /// `Option<Self>`, never `Option<Option<_>>`.
    #[doc(hidden)]
    type Optional: Value;
    /// `Self` without `Option` and `Box`: the type that a filter compares with.
    #[doc(hidden)]
    type NonNull: Value;
    /// The type of the values that `distinct` returns for such a field: the element type of an array, in an `Option`
    /// if the field may be null; otherwise `W`, the type of the field.
    #[doc(hidden)]
    type DistinctItem<W: Value>: Value;
    /// `U`, or `Option<U>` if `Self` may be null: null propagates through an expression.
    #[doc(hidden)]
    type Lift<U: Value>: Value;
    /// `Self`, with the fields of `S` replacing fields of the document or documents inside.
    #[doc(hidden)]
    type Replaced<S: Doc>: Value;
    /// `Self`, with the fields of `S` added to those of the document or documents inside.
    #[doc(hidden)]
    type Added<S: Doc>: Value;

    /// Returns the accessors in the context `at`, which dereference to `base`.
    #[doc(hidden)]
    fn under<A: Context, B>(at: A, base: B) -> Self::Fields<A, B>;

    /// Appends the value's bytes and returns their BSON type.
    #[doc(hidden)]
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType>;

    /// Reads the value from one encoded element.
    #[doc(hidden)]
    fn decode(raw: Raw<'_>) -> CodecResult<Self>;

    /// Returns the value of a field that is missing in the document; `None` makes the field required.
    #[doc(hidden)]
    #[inline]
    fn missing() -> Option<Self> {
        None
    }

    /// How the values of this type are stored.
    const STORED_AS: &'static TypeMeta = &TypeMeta::Any;

    /// Whether two values are equal in Rust if and only if the server finds their stored values equal.
    #[doc(hidden)]
    const IS_EQUAL_AS_STORED: bool = false;

    /// The variants, if the type is an enum.
    #[doc(hidden)]
    const VARIANTS: &'static EnumMeta = &EnumMeta::NONE;

    /// Whether a value of this type may be an array, and what is in it.
    #[doc(hidden)]
    const ARRAYS: Arrays = Arrays::NONE;

    /// The names of the elements that a document of this type declares if it is flattened into another.
    #[doc(hidden)]
    const DECLARED: FieldNames = FieldNames::NONE;

    /// Removes from `rest` the elements that belong to the value, if it is flattened into another document.
    #[doc(hidden)]
    fn claim(_: &Self, rest: &mut UnclaimedElements<'_>) -> CodecResult<()> {
        rest.take(&Self::DECLARED);
        Ok(())
    }

    /// How the field with this name is stored in a row of this type, or `None` if the row has no such field. `Any` if the
    /// row may have it and the type does not say how it is stored.
    #[doc(hidden)]
    fn row_field(name: &str) -> Option<&'static TypeMeta> {
        Self::STORED_AS.field(name)
    }

    /// Whether a value of this type can break validation rules: it is or contains a document that may declare some.
    #[doc(hidden)]
    const RULES: bool = false;

    /// Reports the rules that the documents inside the value break.
    #[doc(hidden)]
    #[inline]
    fn check_rules(&self, _: &mut Check) {}

    /// Returns the value as it is written in a filter or an update.
    fn to_bson(&self) -> CodecResult<Bson> {
        let mut writer = Writer::short();
        let element_type = self.encode(&mut writer)?;
        Raw::new(element_type, writer.as_bytes()).to_bson()
    }

    /// Returns the same as `to_bson`, for a value that is not needed afterwards.
    #[doc(hidden)]
    fn into_bson(self) -> CodecResult<Bson> {
        self.to_bson()
    }
}

/// The associated types and `under` of a value without fields.
macro_rules! leaf {
    () => {
        type Fields<At_: $crate::path::Context, B_> = B_;
        type Optional = Option<Self>;
        type NonNull = Self;
        type DistinctItem<W_: $crate::value::Value> = W_;
        type Lift<U: $crate::value::Value> = U;
        type Replaced<S: $crate::value::Doc> = Self;
        type Added<S: $crate::value::Doc> = Self;
        #[inline]
        fn under<At_: $crate::path::Context, B_>(_: At_, base: B_) -> B_ {
            base
        }
    };
}
pub(crate) use leaf;
