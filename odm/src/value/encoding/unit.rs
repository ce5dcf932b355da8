//! Durations as a number of a unit: `#[odm(unit = "ms")]`.

use std::{fmt, marker::PhantomData, time::Duration};

use mongodb::bson::spec::ElementType;

use super::{Encoded, Encoding};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
    value::{Arithmetic, Number, Raw, Stores, Value, Writer},
};

/// The type of the slot of a shape literal for a field of type `T` that is stored in the unit `U`. The slot accepts
/// what can be stored in the path type of the field.
#[derive(Debug)]
pub struct UnitSlot<U, T>(PhantomData<fn() -> (U, T)>);

/// A unit that durations are counted in.
pub trait Unit: 'static {
    /// The number of nanoseconds in the unit.
    const NANOS: i128;
    /// A whole number of the unit, in words, for error messages.
    const WHOLE: &'static str;
}

macro_rules! units {
    ($($unit:ident, $nanos:literal, $words:literal;)*) => { $(
        #[doc = concat!("Durations in ", $words, ".")]
        #[derive(Debug)]
        pub enum $unit {}

        impl Unit for $unit {
            const NANOS: i128 = $nanos;
            const WHOLE: &'static str = concat!("a whole number of ", $words);
        }
    )* };
}

units! {
    Nanos, 1, "nanoseconds";
    Micros, 1_000, "microseconds";
    Millis, 1_000_000, "milliseconds";
    Seconds, 1_000_000_000, "seconds";
    Minutes, 60_000_000_000, "minutes";
    Hours, 3_600_000_000_000, "hours";
    Days, 86_400_000_000_000, "days";
}

/// Durations as an int64 of the unit `U`.
pub struct Counted<U>(PhantomData<fn() -> U>);

impl<U> fmt::Debug for Counted<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

/// A duration: a number of nanoseconds.
pub trait Span: Sized + 'static {
    /// Returns the whole duration in nanoseconds, if an `i128` can represent it.
    fn nanos(&self) -> Option<i128>;

    /// Returns the duration of `nanos` nanoseconds, if the type can represent it.
    fn from_nanos(nanos: i128) -> Option<Self>;
}

fn count<U: Unit>(span: &impl Span, writer: &mut Writer) -> CodecResult<ElementType> {
    let nanos = span.nanos().filter(|nanos| nanos % U::NANOS == 0);
    let nanos = nanos.ok_or_else(|| CodecError::new(U::WHOLE, "a duration with a remainder"))?;
    (nanos / U::NANOS).encode(writer)
}

fn counted<U: Unit, T: Span>(raw: Raw<'_>) -> CodecResult<T> {
    let nanos = i128::from(i64::decode(raw)?) * U::NANOS;
    T::from_nanos(nanos).ok_or_else(|| CodecError::new("a duration that its type can hold", "another number"))
}

/// A duration is added to it, not a number.
#[diagnostic::do_not_recommend]
impl<U: Unit, T: Span> Number for Encoded<Counted<U>, T>
where
    Counted<U>: Encoding<T>,
{
    type Stored = i64;
    type Step = Self;
}

#[diagnostic::do_not_recommend]
impl<U: Unit, T: Span> Arithmetic for Encoded<Counted<U>, T>
where
    Counted<U>: Encoding<T>,
{
    /// Not `i64`, because a date and a number of seconds must not be computed as if the number were milliseconds.
    type Kind = Counted<U>;
}

/// A type that `#[odm(unit = ..)]` stores as a whole number of the unit.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a duration",
    label = "this field is marked `#[odm(unit = ..)]`",
    note = "durations are `std::time::Duration`, those of the crates `chrono` and `time`, and `Option`s of them",
    note = "in an array or a map, use a newtype that derives `odm::Value`: `struct Lap(#[odm(unit = \"ms\")] Duration);`"
)]
pub trait StoredInUnit<U>: Sized {
    /// The type of the field in paths.
    type Path: Stores<Self>;
}

#[diagnostic::do_not_recommend]
impl<U, T: StoredInUnit<U>> StoredInUnit<U> for Option<T>
where
    Option<T::Path>: Stores<Self>,
{
    type Path = Option<T::Path>;
}

macro_rules! spans {
    ($($type:ty as $stored:ty: |$span:ident| $to:expr, |$nanos:ident| $from:expr;)*) => { $(
        impl Span for $type {
            fn nanos(&self) -> Option<i128> {
                let $span = self;
                $to
            }
            fn from_nanos($nanos: i128) -> Option<Self> {
                $from
            }
        }
        impl<U: Unit> Encoding<$type> for Counted<U> {
            const STORED_AS: &'static TypeMeta = <$stored>::STORED_AS;
            fn encode(value: &$type, writer: &mut Writer) -> CodecResult<ElementType> {
                count::<U>(value, writer)
            }
            fn decode(raw: Raw<'_>) -> CodecResult<$type> {
                counted::<U, $type>(raw)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<U: Unit> StoredInUnit<U> for $type {
            type Path = Encoded<Counted<U>, Self>;
        }
    )* };
}

/// Splits nanoseconds into seconds and a rest that is not negative.
fn parts(nanos: i128) -> Option<(i64, u32)> {
    let seconds = i64::try_from(nanos.div_euclid(Seconds::NANOS)).ok()?;
    Some((seconds, u32::try_from(nanos.rem_euclid(Seconds::NANOS)).ok()?))
}

spans! {
    Duration as u64: |span| i128::try_from(span.as_nanos()).ok(), |nanos| {
        let (seconds, rest) = parts(nanos)?;
        Some(Self::new(u64::try_from(seconds).ok()?, rest))
    };
}

#[cfg(feature = "chrono")]
spans! {
    chrono::TimeDelta as i64: |span| Some(i128::from(span.num_seconds()) * Seconds::NANOS + i128::from(span.subsec_nanos())),
        |nanos| { let (seconds, rest) = parts(nanos)?; Self::new(seconds, rest) };
}

#[cfg(feature = "time")]
spans! {
    time::Duration as i64: |span| Some(span.whole_nanoseconds()), |nanos| {
        let (seconds, rest) = parts(nanos)?;
        Self::seconds(seconds).checked_add(Self::nanoseconds(rest.into()))
    };
}
