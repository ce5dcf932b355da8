//! `Value`: what can be stored in a field, how its bytes are written and read, and what is below it.
//!
//! | Rust | BSON |
//! |---|---|
//! | `i8` `i16` `i32` `u8` `u16` | int32 |
//! | `i64` `u32` `u64` `isize` `usize` `i128` `u128` | int64; a number beyond it is an error, never a wrap |
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
//! | `BTreeMap<K, T>` `HashMap<K, T>` | document; `K` is a text, a number, a bool, an id, a UUID, an enum of names |
//! | a struct with `Model` or `Embedded` | document |
//! | an enum of names with [`Value`](macro@crate::Value) | string: the variant's name |
//! | an enum with data, with [`Value`](macro@crate::Value#enums-with-data) | as `#[serde(tag)]`, `content` and `untagged` say |
//! | a newtype with [`Value`](macro@crate::Value) | what it holds |
//! | a tuple struct, a unit struct | array, null |
//! | `bson::Bson` `bson::Document` | whatever it is, bit for bit; a key that stands twice is an error, arrays are written with their positions as keys, and regular expressions with their options in order |
//! | `bson::RawDocumentBuf` `bson::RawArrayBuf` | the same bytes; only their frames and their depth are looked at |
//! | `chrono::DateTime<Utc>` `chrono::NaiveDateTime` (feature `chrono`) | date |
//! | `time::OffsetDateTime` `UtcDateTime` `PrimitiveDateTime` (feature `time`) | date |
//! | `chrono::NaiveDate` `time::Date` | date at midnight in UTC; another time of day is an error |
//! | `uuid::Uuid` (feature `uuid`) | binary, subtype 4 |
//! | `rust_decimal::Decimal` (feature `rust_decimal`) | decimal128 |
//! | `url::Url` (feature `url`) | string |
//! | `bytes::Bytes` (feature `bytes`) | binary, subtype 0; reads subtype 2 and arrays of numbers too |
//! | `Vec<u8>` `Box<[u8]>` `[u8; N]` `Bytes`, field marked `#[odm(binary)]` | binary, subtype 0 |
//! | `Duration`, `chrono`'s and `time`'s, field marked `#[odm(unit = "ms")]` | int64: so many of the unit; a remainder is an error |
//! | any other type, field marked `#[odm(serde)]` | what serde makes of it |
//!
//! An integer field reads int32, int64, and doubles without a fraction up to 2^53 (shells write those; inside an untagged
//! enum they would make another variant, so there it does not). A field of type `f64` reads integers up to 2^53, one of type
//! `f32` up to 2^24: beyond, two integers would be one number. Everything else has to be of its type: what is not is an error
//! that names the path.
//!
//! # What is lost, and what is refused
//!
//! - A BSON date counts milliseconds: what is finer is cut off towards the past, before 1970 too. Filters and updates
//!   carry the same cut value.
//! - A BSON date has no offset: `time::OffsetDateTime` is read in UTC, the same instant. `chrono::DateTime` is a field
//!   type for `Utc` alone; one with a fixed offset may be compared with it. A date without a zone is stored as if it
//!   were in UTC.
//! - A stored date outside the range of the Rust type is an error.
//! - `f32` is stored as a double, exactly; reading another double rounds to the nearest `f32`, and one beyond all of them is
//!   an error.
//! - An id that would be written as another value than it is stored, such as a document with its elements in another order,
//!   is an error when it is read: no document would be found by it.
//! - The options of a regular expression are put in alphabetical order, as BSON asks for.
//! - An integer beyond int64 is an error when it is written: no BSON integer holds it.
//! - Every `Decimal` is stored exactly; a decimal128 that it cannot hold exactly, an infinity or NaN is an error when it
//!   is read.
//! - In a field of a model itself, the server replaces a `Timestamp` of zeros by its own time when it inserts one.
//! - `HashSet` and `HashMap` are stored in an order that differs between processes: compare a set by `all` and `size`.
//!
//! A document with an `Rc` in it stays on its thread. `Cell` and its relatives are no field types. `Duration` and `SystemTime`
//! have no BSON type: say the unit of a duration, `#[odm(unit = "ms")]`, or store them as serde does, `#[odm(serde)]`.

mod array;
mod arrays;
mod binary;
mod crates;
mod decimal;
mod document;
mod elements;
mod encoding;
mod field;
mod field_names;
mod flatten;
mod from_text;
mod id;
mod kind;
mod map;
mod nesting;
mod option;
mod ordered;
mod pointer;
mod raw;
mod row;
mod scalar;
mod sequence;
pub(crate) mod stack;
mod std_types;
mod string;
mod tagging;
mod tuple;
mod undecoded;
mod untagged;
mod untyped;
mod upgrade;
mod writer;

use mongodb::bson::{Bson, spec::ElementType};

use crate::{error::codec::CodecResult, model::Check, path::Context};

#[cfg(any(feature = "chrono", feature = "time"))]
use self::from_text::dated;
#[cfg(any(feature = "schemars", feature = "utoipa"))]
pub use self::id::{KeySchema, KeyShape};
pub use self::{
    array::{AnyLength, Array, FixedLength, Grows},
    arrays::Arrays,
    decimal::decimal_bytes,
    document::{Decode, Doc, from_slice, to_vec},
    elements::{Elements, require, unknown_field, unknown_variant},
    encoding::{
        Encoded, Encoding,
        binary::{Binary, BinarySlot, StoredAsBinary},
        serde_with::{Serde, SerdeInOrder, SerdeWith, decode_with, encode_with, serde_names},
        unit::{
            Counted, Days, Hours, Micros, Millis, Minutes, Nanos, Seconds, Span, StoredInUnit, Unit, UnitSlot,
        },
    },
    field::{
        FieldAccess, HasField, Placeholder, Stores, UntaggedAccess, check_field, fill_field, fill_id,
        given_field, put_content, put_field, require_field, take_field, take_id,
    },
    field_names::{FieldNames, Reserved},
    flatten::{
        Flatten, FlattenedAccess, HasFlattened, Rest, Shown, StoresFlattened, VariantAccess, check_flattened,
        claim_content, claim_flattened, content_names, flattened, flattened_after_tag, flattened_names,
        pass_flattened, put_flattened,
    },
    from_text::FromText,
    id::{Id, Keyed, NewKey},
    kind::Kind,
    map::{Map, MapKey},
    option::{Nullable, Optional},
    ordered::{InOrder, Ordered},
    raw::Raw,
    row::{OwnedRow, Row},
    scalar::{Bits, Integer, Number},
    string::Text,
    tagging::{bare, content, content_or_missing, held, item_required, skipped_variant},
    upgrade::{
        Outcome, SchemaVersion, Step, Versioned, current_version, decode_versioned, pass_version, put_version,
    },
    writer::{MAX_DEPTH, Writer},
};
pub(crate) use self::{
    binary::plain_bytes,
    elements::duplicate,
    id::read_id,
    map::utf8_key,
    nesting::{MAX_NESTING, MAX_OPTION, bounded, bounded_document, bounded_documents},
    sequence::other_length,
    untyped::looks_like_operators,
};

/// A type that can be stored in a field.
///
/// One implementation decides what is stored, what a filter compares with and what a typed path offers
/// below the field, so the three cannot differ. Derive it: [`Value`](macro@crate::Value) for enums,
/// newtypes and tuples, [`Embedded`](macro@crate::Embedded) for documents inside a model,
/// [`Model`](macro@crate::Model) for documents with a collection. The stored bytes are those that
/// `bson::serialize_to_vec` writes for the same type, but for what the [derive](macro@crate::Model#what-differs-from-serde)
/// lists.
///
/// The associated types are answered at compile time only; they let rustc follow a row through an
/// aggregation pipeline.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a field",
    label = "this type is not an odm `Value`",
    note = "a type of `chrono`, `time`, `uuid`, `rust_decimal`, `url` or `bytes` is one with the feature of that name: `odm = {{ features = [\"chrono\"], .. }}`",
    note = "derive it: `#[derive(odm::Value)]` for unit enums and newtypes, `#[derive(odm::Embedded)]` for documents",
    note = "or store the field through serde: `#[odm(serde)]`; a duration as a number: `#[odm(unit = \"ms\")]`"
)]
pub trait Value: Sized + 'static {
    /// The accessors below a path to this value, laid over `B`: the fields of a document (through
    /// `Option` and `Vec`), or `B` itself where nothing is below.
    type Fields<A: Context, B>;
    /// `Option<Self>`, never `Option<Option<_>>`.
    type Optional: Value;
    /// `Self` without `Option` and `Box`: what a filter compares with.
    type Bare: Value;
    /// What `distinct` gives of a field that is stored like this: the elements of an array, with null where it may be
    /// null; else `W`, the type of the field.
    type Spread<W: Value>: Value;
    /// `U`, or `Option<U>` where `Self` may be null: how null spreads through an expression.
    type Lift<U: Value>: Value;
    /// `Self` where the fields of `S` replace those of the document(s) inside.
    type Laid<S: Doc>: Value;
    /// `Self` where the fields of `S` join those of the document(s) inside.
    type Joined<S: Doc>: Value;

    /// The accessors at the place `at`, laid over `base`.
    fn under<A: Context, B>(at: A, base: B) -> Self::Fields<A, B>;

    /// Appends the value's bytes and says which BSON type they are.
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType>;

    /// Reads the value from one encoded element.
    fn decode(raw: Raw<'_>) -> CodecResult<Self>;

    /// What a field without an element decodes to; `None` makes the field required.
    #[inline]
    fn missing() -> Option<Self> {
        None
    }

    /// The arrays that such a value may be.
    const ARRAYS: Arrays = Arrays::NONE;

    /// The names of the elements that a document of this type declares, where it lies flat in another.
    #[doc(hidden)]
    const DECLARED: FieldNames = FieldNames::NONE;

    /// Takes out the elements that belong to the value, where it lies flat in another document.
    #[doc(hidden)]
    fn claim(_: &Self, rest: &mut Rest<'_>) -> CodecResult<()> {
        rest.take(&Self::DECLARED);
        Ok(())
    }

    /// Whether a value of this type may break rules: whether it is, or holds, a document that may declare some.
    const RULES: bool = false;

    /// Reports the rules that the documents inside the value break.
    #[inline]
    fn check_rules(&self, _: &mut Check) {}

    /// The value as it stands in a filter or an update.
    fn to_bson(&self) -> CodecResult<Bson> {
        let mut writer = Writer::short();
        let element_type = self.encode(&mut writer)?;
        Raw::new(element_type, writer.as_bytes()).to_bson()
    }

    /// The same of a value that is not needed afterwards.
    fn into_bson(self) -> CodecResult<Bson> {
        self.to_bson()
    }
}

/// The answers of a value with nothing below it.
macro_rules! leaf {
    () => {
        type Fields<At_: $crate::path::Context, B_> = B_;
        type Optional = Option<Self>;
        type Bare = Self;
        type Spread<W_: $crate::value::Value> = W_;
        type Lift<U: $crate::value::Value> = U;
        type Laid<S: $crate::value::Doc> = Self;
        type Joined<S: $crate::value::Doc> = Self;
        #[inline]
        fn under<At_: $crate::path::Context, B_>(_: At_, base: B_) -> B_ {
            base
        }
    };
}
pub(crate) use leaf;
