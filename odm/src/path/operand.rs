//! Operands: values that may be compared with, or stored in, a field.
//!
//! The `Value` implementation of the field encodes the operand, so a filter compares with exactly what is stored. The
//! second parameter of the traits is a marker that rustc infers: it distinguishes `T`, `&T`, `&str` and integer
//! literals, so that each has exactly one implementation.

use std::{
    borrow::Cow,
    collections::VecDeque,
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
    time::SystemTime,
};

use mongodb::bson::{Binary, Bson, DateTime, Decimal128, Document, Regex, Timestamp, Uuid, oid::ObjectId};

use crate::{
    error::codec::{CodecError, CodecResult},
    value::{Id, Keyed, Value},
};

/// A value to compare with a field of type `V`: a `V`, a reference to one, `&str` for strings, an integer
/// literal for numbers, an array for arrays. A field of type `Box<V>`, `Arc<V>` or `Rc<V>` takes the same, and the pointer.
///
/// An `Option` is not an operand of a filter, because `None` would silently match documents without the field. Use
/// `is_null` or `exists`, or unwrap the value first. A string is an operand for an id only if the key of the id is a
/// text. Otherwise, parse it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit a field of type `{V}`",
    label = "expected something that fits `{V}`",
    note = "the field stores `{V}`: pass that, a reference to it, or a literal of that kind"
)]
pub trait Operand<V, K> {
    /// Returns the operand as it is written in a filter.
    fn operand(self) -> CodecResult<Bson>;
}

/// Markers of [`Operand`] and [`Assign`], which rustc infers.
pub(crate) mod operands {
    use std::marker::PhantomData;

    /// The value itself.
    #[derive(Debug)]
    pub enum Own {}
    /// A reference to it.
    #[derive(Debug)]
    pub enum Ref {}
    /// Another type with the same kind of value.
    #[derive(Debug)]
    pub enum Like {}
    /// The Rust type of a field that is stored in another encoding.
    #[derive(Debug)]
    pub enum Inner {}
    /// A reference to the Rust type of a field that is stored in another encoding.
    #[derive(Debug)]
    pub enum InnerRef {}
    /// A pointer to the value.
    #[derive(Debug)]
    pub enum Pointer {}
    /// A reference to a pointer to the value.
    #[derive(Debug)]
    pub enum PointerRef {}
    /// Elements, each of which may be stored.
    #[derive(Debug)]
    pub struct Items<K>(PhantomData<K>);
    /// A value for an optional field.
    #[derive(Debug)]
    pub struct Direct<K>(PhantomData<K>);
    /// An `Option` for an optional field.
    #[derive(Debug)]
    pub struct Maybe<K>(PhantomData<K>);
    /// An operand that is refused with a message of its own.
    #[derive(Debug)]
    pub enum Refused {}

    /// An `Option` where a value is needed: no type implements this.
    #[diagnostic::on_unimplemented(
        message = "a value is needed here, not an `{Self}`",
        label = "an `Option`",
        note = "take the value out of it first; where it is `None`, leave this out, or in a filter use `.is_null_or_missing()`"
    )]
    pub trait OptionalOperand {}

    /// An array field that is compared with a single string: no type implements this.
    #[diagnostic::on_unimplemented(
        message = "this is one text, and the field is an array: `{Self}`",
        label = "one text",
        note = "compare the elements, with `.contains(..)` or `.any(..)`"
    )]
    pub trait WholeArray {}

    /// A key of an id, if it is a string.
    #[diagnostic::on_unimplemented(
        message = "expected an id whose key is `{Self}`, found a string",
        label = "a string",
        note = "parse it: `text.parse::<odm::Id<_>>()?`"
    )]
    pub trait TextKey {}

    impl TextKey for String {}
}
use operands::{
    Direct, Items, Like, Maybe, OptionalOperand, Own, Pointer, PointerRef, Ref, Refused, TextKey, WholeArray,
};

#[diagnostic::do_not_recommend]
impl<V: Value> Operand<V, Own> for V {
    fn operand(self) -> CodecResult<Bson> {
        self.into_bson().map_err(CodecError::in_value)
    }
}

#[diagnostic::do_not_recommend]
impl<V: Value> Operand<V, Ref> for &V {
    fn operand(self) -> CodecResult<Bson> {
        self.to_bson().map_err(CodecError::in_value)
    }
}

macro_rules! pointers {
    ($($type:ty where [$($generics:tt)*];)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Operand<V, Pointer> for $type {
            fn operand(self) -> CodecResult<Bson> {
                V::to_bson(&self).map_err(CodecError::in_value)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Operand<V, PointerRef> for &$type {
            fn operand(self) -> CodecResult<Bson> {
                V::to_bson(self).map_err(CodecError::in_value)
            }
        }
    )* };
}

pointers! {
    Box<V> where [V: Value];
    Arc<V> where [V: Value];
    Rc<V> where [V: Value];
    Cow<'_, V> where [V: Value + Clone];
}

macro_rules! like {
    ($($for:ty: $($type:ty),* => |$value:ident| $bson:expr;)*) => { $($(
        #[diagnostic::do_not_recommend]
        impl Operand<$for, Like> for $type {
            fn operand(self) -> CodecResult<Bson> {
                let $value = self;
                Ok($bson)
            }
        }
    )*)* };
}

like! {
    String: &str, &&str, Cow<'_, str>, &Cow<'_, str> => |text| Bson::String(text.to_string());
    Cow<'static, str>: &str, &&str => |text| Bson::String(text.to_string());
    Cow<'static, str>: String => |text| Bson::String(text);
    Cow<'static, str>: &String => |text| Bson::String(text.clone());
    Box<str>: &str, &&str => |text| Bson::String(text.to_string());
    Box<str>: String => |text| Bson::String(text);
    Box<str>: &String => |text| Bson::String(text.clone());
    Arc<str>: &str, &&str => |text| Bson::String(text.to_string());
    Arc<str>: String => |text| Bson::String(text);
    Arc<str>: &String => |text| Bson::String(text.clone());
    Rc<str>: &str, &&str => |text| Bson::String(text.to_string());
    Rc<str>: String => |text| Bson::String(text);
    Rc<str>: &String => |text| Bson::String(text.clone());
    PathBuf: &str => |text| Bson::String(text.to_owned());
    PathBuf: &Path => |path| path.to_path_buf().to_bson().map_err(CodecError::in_value)?;
    f64: i32 => |number| Bson::Double(number.into());
    f64: &i32 => |number| Bson::Double((*number).into());
    f32: i16 => |number| Bson::Double(number.into());
    f32: &i16 => |number| Bson::Double((*number).into());
    DateTime: SystemTime => |time| Bson::DateTime(time.into());
    Bson: i32, i64, u32, f64, bool, &str, String, &String, ObjectId, DateTime, Decimal128, Regex, Timestamp, Binary, Uuid
        => |value| Bson::from(value);
    Bson: Document, Vec<Bson> => |value| Bson::from(value).into_bson().map_err(CodecError::in_value)?;
}

macro_rules! texts {
    ($($text:ty),*) => { $(
        /// For an id whose key is a string.
        impl<M: Keyed> Operand<Id<M>, Like> for $text
        where
            M::Key: TextKey,
        {
            fn operand(self) -> CodecResult<Bson> {
                Ok(Bson::String(self.to_string()))
            }
        }

        /// Refused, with a message that shows the alternative.
        impl<V: Value> Operand<Vec<V>, Refused> for $text
        where
            Vec<V>: WholeArray,
        {
            fn operand(self) -> CodecResult<Bson> {
                Ok(Bson::String(self.to_string()))
            }
        }
    )* };
}

texts!(&str, String, &String);

/// Refused, with a message that shows the alternative.
impl<V, O> Operand<V, Refused> for Option<O>
where
    Self: OptionalOperand,
{
    fn operand(self) -> CodecResult<Bson> {
        Ok(Bson::Null)
    }
}

/// Returns the array of the operands.
pub(crate) fn operand_list<V, K, O: Operand<V, K>>(items: impl IntoIterator<Item = O>) -> CodecResult<Bson> {
    items.into_iter().map(Operand::operand).collect::<CodecResult<_>>().map(Bson::Array)
}

/// Returns the array of the values.
fn assigned_list<V, K, O: Assign<V, K>>(items: impl IntoIterator<Item = O>) -> CodecResult<Bson> {
    items.into_iter().map(Assign::assign).collect::<CodecResult<_>>().map(Bson::Array)
}

macro_rules! lists {
    ($($array:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<V: Value, K, O: Assign<V, K>, const N: usize> Operand<$array, Items<K>> for [O; N] {
            fn operand(self) -> CodecResult<Bson> {
                assigned_list(self)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<'a, V: Value, K, O> Operand<$array, Items<K>> for &'a [O]
        where
            &'a O: Assign<V, K>,
        {
            fn operand(self) -> CodecResult<Bson> {
                assigned_list(self)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<'a, V: Value, K, O, const N: usize> Operand<$array, Items<K>> for &'a [O; N]
        where
            &'a O: Assign<V, K>,
        {
            fn operand(self) -> CodecResult<Bson> {
                assigned_list(self)
            }
        }
    )* };
}

lists!(Vec<V>, VecDeque<V>, Box<[V]>, Arc<[V]>, Rc<[V]>);

#[diagnostic::do_not_recommend]
impl Operand<Vec<String>, Like> for Vec<&str> {
    fn operand(self) -> CodecResult<Bson> {
        operand_list::<String, _, _>(self)
    }
}

/// A value to store in a field of type `V`: every [`Operand`], and for an optional field an `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a field of type `{V}`",
    label = "expected something that fits `{V}`",
    note = "the field stores `{V}`: pass that, a reference to it, or a literal of that kind"
)]
pub trait Assign<V, K> {
    /// Returns the value as it is written in an update.
    fn assign(self) -> CodecResult<Bson>;
}

#[diagnostic::do_not_recommend]
impl<V: Value, K, O: Operand<V::NonNull, K>> Assign<V, Direct<K>> for O {
    fn assign(self) -> CodecResult<Bson> {
        self.operand()
    }
}

#[diagnostic::do_not_recommend]
impl<V: Value, K, O: Operand<V::NonNull, K>> Assign<Option<V>, Maybe<K>> for Option<O> {
    fn assign(self) -> CodecResult<Bson> {
        self.map_or(Ok(Bson::Null), Operand::operand)
    }
}

#[diagnostic::do_not_recommend]
impl<'a, V: Value, K, O> Assign<Option<V>, Maybe<K>> for &'a Option<O>
where
    &'a O: Operand<V::NonNull, K>,
{
    fn assign(self) -> CodecResult<Bson> {
        self.as_ref().map_or(Ok(Bson::Null), Operand::operand)
    }
}
