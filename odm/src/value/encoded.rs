//! Bytes as binary data and durations in a unit: `#[odm(binary)]` and `#[odm(unit = "ms")]`.

use std::{fmt, marker::PhantomData, time::Duration};

use mongodb::bson::spec::ElementType;

use super::{Number, Raw, Stores, Value, Via, Way, Writer, binary};
use crate::error::codec::{CodecError, CodecResult};

/// BSON binary data of subtype 0.
#[derive(Debug)]
pub enum Binary {}

/// A type that `#[odm(binary)]` stores as binary data.
///
/// Subtype 2 is read too, and so is the array of numbers that the same field is without the attribute. A filter asks
/// for binary data alone, so it does not find what is still stored as an array.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored as binary data",
    label = "this field is marked `#[odm(binary)]`",
    note = "binary data are `Vec<u8>`, `Box<[u8]>`, `[u8; N]`, and `Option`s of them",
    note = "in an array or a map, each is a newtype that derives `odm::Value`: `struct Photo(#[odm(binary)] Vec<u8>);`"
)]
pub trait InBinary: Sized {
    /// The type of the field in paths.
    type Path: Stores<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: InBinary> InBinary for Option<T>
where
    Option<T::Path>: Stores<Self>,
{
    type Path = Option<T::Path>;
}

macro_rules! binary {
    ($([$($generics:tt)*] $type:ty: |$bytes:ident| $from:expr;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Way<$type> for Binary {
            fn encode(value: &$type, writer: &mut Writer) -> CodecResult<ElementType> {
                binary::put(value, writer)
            }
            fn decode(raw: Raw<'_>) -> CodecResult<$type> {
                let $bytes = binary::read(raw)?;
                $from
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> InBinary for $type {
            type Path = Via<Binary, Self>;
        }
    )* };
}

binary! {
    [] Vec<u8>: |bytes| Ok(bytes);
    [] Box<[u8]>: |bytes| Ok(bytes.into());
    [const N: usize] [u8; N]: |bytes| bytes.try_into().map_err(|bytes: Vec<u8>| {
        CodecError::new(format!("{N} bytes"), format!("{} bytes", bytes.len()))
    });
}

#[cfg(feature = "bytes")]
binary! {
    [] ::bytes::Bytes: |bytes| Ok(bytes.into());
}

/// What a slot of a literal is for whose field is a `T` marked `#[odm(binary)]`; it takes what fits the type in paths.
#[derive(Debug)]
pub struct AsBinary<T>(PhantomData<fn() -> T>);

/// The same for a `T` that is counted in `U`.
#[derive(Debug)]
pub struct AsUnit<U, T>(PhantomData<fn() -> (U, T)>);

/// A unit that durations are counted in.
pub trait Unit: 'static {
    /// How many nanoseconds it is.
    const NANOS: i128;
    /// A whole number of it, in words.
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
    /// All of it, in nanoseconds.
    fn nanos(&self) -> Option<i128>;

    /// The duration of so many nanoseconds, if the type can hold it.
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

/// What is added to it is a duration too.
#[diagnostic::do_not_recommend]
impl<U: Unit, T: Span> Number for Via<Counted<U>, T>
where
    Counted<U>: Way<T>,
{
    type Stored = i64;
    type Step = Self;
}

/// A type that `#[odm(unit = ..)]` stores as a whole number of the unit.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a duration",
    label = "this field is marked `#[odm(unit = ..)]`",
    note = "durations are `std::time::Duration`, those of the crates `chrono` and `time`, and `Option`s of them",
    note = "in an array or a map, each is a newtype that derives `odm::Value`: `struct Lap(#[odm(unit = \"ms\")] Duration);`"
)]
pub trait InUnit<U>: Sized {
    /// The type of the field in paths.
    type Path: Stores<Self>;
}

#[diagnostic::do_not_recommend]
impl<U, T: InUnit<U>> InUnit<U> for Option<T>
where
    Option<T::Path>: Stores<Self>,
{
    type Path = Option<T::Path>;
}

macro_rules! spans {
    ($($type:ty: |$span:ident| $to:expr, |$nanos:ident| $from:expr;)*) => { $(
        impl Span for $type {
            fn nanos(&self) -> Option<i128> {
                let $span = self;
                $to
            }
            fn from_nanos($nanos: i128) -> Option<Self> {
                $from
            }
        }
        impl<U: Unit> Way<$type> for Counted<U> {
            fn encode(value: &$type, writer: &mut Writer) -> CodecResult<ElementType> {
                count::<U>(value, writer)
            }
            fn decode(raw: Raw<'_>) -> CodecResult<$type> {
                counted::<U, $type>(raw)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<U: Unit> InUnit<U> for $type {
            type Path = Via<Counted<U>, Self>;
        }
    )* };
}

/// Nanoseconds as seconds and the rest, which is not negative.
fn parts(nanos: i128) -> Option<(i64, u32)> {
    let seconds = i64::try_from(nanos.div_euclid(Seconds::NANOS)).ok()?;
    Some((seconds, u32::try_from(nanos.rem_euclid(Seconds::NANOS)).ok()?))
}

spans! {
    Duration: |span| i128::try_from(span.as_nanos()).ok(), |nanos| {
        let (seconds, rest) = parts(nanos)?;
        Some(Self::new(u64::try_from(seconds).ok()?, rest))
    };
}

#[cfg(feature = "chrono")]
spans! {
    chrono::TimeDelta: |span| Some(i128::from(span.num_seconds()) * Seconds::NANOS + i128::from(span.subsec_nanos())),
        |nanos| { let (seconds, rest) = parts(nanos)?; Self::new(seconds, rest) };
}

#[cfg(feature = "time")]
spans! {
    time::Duration: |span| Some(span.whole_nanoseconds()), |nanos| {
        let (seconds, rest) = parts(nanos)?;
        Self::seconds(seconds).checked_add(Self::nanoseconds(rest.into()))
    };
}
