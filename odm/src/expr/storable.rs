//! `StorableIn`: which fields accept the value of an expression, and the conversion of a number to the kind that a field
//! stores.

use std::{borrow::Cow, rc::Rc, sync::Arc};

use super::rendered::{Rendered, named, one};
use crate::{
    error::codec::CodecResult,
    value::{BinarySlot, BsonNumber, Number, StoredAsBinary, StoredInUnit, UnitSlot, Value},
};

/// A type whose values can be stored in a field declared `F`.
#[diagnostic::on_unimplemented(
    message = "this evaluates to `{Self}`, the field is declared `{F}`",
    label = "evaluates to `{Self}`, not `{F}`",
    note = "a `T` fits an `Option<T>`, and an integer fits a wider integer or a float; counts and sums of integers are `i64`"
)]
pub trait StorableIn<F> {
    /// Converts an expression of this type to the form that the field stores: a number becomes the field's kind of
    /// number.
    fn fit(rendered: CodecResult<Rendered>) -> CodecResult<Rendered> {
        rendered
    }
}

#[diagnostic::do_not_recommend]
impl<T: Value> StorableIn<T> for T {}
#[diagnostic::do_not_recommend]
impl<T: Value> StorableIn<Option<T>> for T {}

/// A pointer is stored as the value that it points to.
macro_rules! pointers_fit {
    ($([$($bounds:tt)*] $pointer:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($bounds)*> StorableIn<T> for $pointer {}
        #[diagnostic::do_not_recommend]
        impl<$($bounds)*> StorableIn<$pointer> for T {}
        #[diagnostic::do_not_recommend]
        impl<$($bounds)*> StorableIn<Option<T>> for $pointer {}
        #[diagnostic::do_not_recommend]
        impl<$($bounds)*> StorableIn<Option<T>> for Option<$pointer> {}
        #[diagnostic::do_not_recommend]
        impl<$($bounds)*> StorableIn<Vec<T>> for Vec<$pointer> {}
    )* };
}

pointers_fit! {
    [T: Value] Box<T>;
    [T: Value] Arc<T>;
    [T: Value] Rc<T>;
    [T: Value + Clone] Cow<'static, T>;
}

#[diagnostic::do_not_recommend]
impl<G: StorableIn<T::Path>, T: StoredAsBinary> StorableIn<BinarySlot<T>> for G {
    fn fit(rendered: CodecResult<Rendered>) -> CodecResult<Rendered> {
        <G as StorableIn<T::Path>>::fit(rendered)
    }
}

#[diagnostic::do_not_recommend]
impl<G: StorableIn<T::Path>, U, T: StoredInUnit<U>> StorableIn<UnitSlot<U, T>> for G {
    fn fit(rendered: CodecResult<Rendered>) -> CodecResult<Rendered> {
        <G as StorableIn<T::Path>>::fit(rendered)
    }
}

/// Numbers that can be stored as another type. The server counts in `i64`. A field of an unsigned type accepts an
/// `i64`, too: a negative number is then an error on reading.
macro_rules! fits {
    ($($from:ty => $($to:ty),*;)*) => { $($(
        impl StorableIn<$to> for $from {
            fn fit(rendered: CodecResult<Rendered>) -> CodecResult<Rendered> {
                as_kind(rendered, conversion::<$from, $to>())
            }
        }
        impl StorableIn<Option<$to>> for $from {
            fn fit(rendered: CodecResult<Rendered>) -> CodecResult<Rendered> {
                as_kind(rendered, conversion::<$from, $to>())
            }
        }
        impl StorableIn<Option<$to>> for Option<$from> {
            fn fit(rendered: CodecResult<Rendered>) -> CodecResult<Rendered> {
                as_kind(rendered, conversion::<$from, $to>())
            }
        }
        impl StorableIn<Vec<$to>> for Vec<$from> {
            fn fit(rendered: CodecResult<Rendered>) -> CodecResult<Rendered> {
                as_kinds(rendered, conversion::<$from, $to>())
            }
        }
    )*)* };
}

/// Returns the operator that converts the kind of number of `A` to that of `B`, if they differ.
fn conversion<A: Number, B: Number>() -> Option<&'static str> {
    let to = <B::Stored as BsonNumber>::CONVERSION;
    (<A::Stored as BsonNumber>::CONVERSION != to).then_some(to)
}

fn as_kind(number: CodecResult<Rendered>, conversion: Option<&'static str>) -> CodecResult<Rendered> {
    match conversion {
        Some(operator) => one(operator, number),
        None => number,
    }
}

fn as_kinds(numbers: CodecResult<Rendered>, conversion: Option<&'static str>) -> CodecResult<Rendered> {
    match conversion {
        Some(operator) => {
            named("$map", &mut [("input", numbers), ("in", one(operator, Ok(Rendered::leaf("$$this"))))])
        }
        None => numbers,
    }
}

#[cfg(feature = "rust_decimal")]
fits! {
    mongodb::bson::Decimal128 => rust_decimal::Decimal;
    rust_decimal::Decimal => mongodb::bson::Decimal128;
}

fits! {
    i8 => i16, i32, i64, isize, f64;
    i16 => i32, i64, isize, f64;
    i32 => i64, u32, u64, isize, usize, f64;
    i64 => u64, u32, isize, usize, f64;
    u8 => u16, u32, u64, usize, i16, i32, i64, isize, f64;
    u16 => u32, u64, usize, i32, i64, isize, f64;
    u32 => u64, usize, i64, isize, f64;
    u64 => i64, usize, isize, f64;
    f32 => f64;
}
