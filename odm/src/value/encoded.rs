//! Fields that are stored in another way than their type's own: `#[odm(binary)]` and `#[odm(unit = "ms")]`.

use std::{fmt, marker::PhantomData, time::Duration};

use mongodb::bson::spec::ElementType;

use super::{Number, Raw, Stores, Value, Writer, binary, leaf};
use crate::{
    error::codec::{CodecError, CodecResult},
    path::{
        Operand,
        operands::{Inner, InnerRef},
    },
};

/// The type of a path to a field that is stored in the way `W`: filters and updates take a `T` and encode it as the
/// field is stored.
pub struct Encoded<W, T>(T, PhantomData<fn() -> W>);

impl<W, T: fmt::Debug> fmt::Debug for Encoded<W, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A way to store a `T`.
pub trait Way<T>: 'static {
    /// Appends the value's bytes and says which BSON type they are.
    fn encode(value: &T, writer: &mut Writer) -> CodecResult<ElementType>;

    /// Reads the value from one encoded element.
    fn decode(raw: Raw<'_>) -> CodecResult<T>;
}

impl<W: Way<T>, T: 'static> Value for Encoded<W, T> {
    leaf!();

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        W::encode(&self.0, writer)
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        W::decode(raw).map(|value| Self(value, PhantomData))
    }
}

#[diagnostic::do_not_recommend]
impl<W: Way<T>, T: 'static> Stores<T> for Encoded<W, T> {
    fn write(value: &T, writer: &mut Writer) -> CodecResult<ElementType> {
        W::encode(value, writer)
    }

    fn from_rust(value: T) -> Self {
        Self(value, PhantomData)
    }

    fn into_rust(self) -> T {
        self.0
    }
}

#[diagnostic::do_not_recommend]
impl<W: Way<T>, T: 'static> Stores<Option<T>> for Option<Encoded<W, T>> {
    fn write(value: &Option<T>, writer: &mut Writer) -> CodecResult<ElementType> {
        match value {
            Some(value) => W::encode(value, writer),
            None => Ok(ElementType::Null),
        }
    }

    fn from_rust(value: Option<T>) -> Self {
        value.map(Encoded::from_rust)
    }

    fn into_rust(self) -> Option<T> {
        self.map(|encoded| encoded.0)
    }
}

#[diagnostic::do_not_recommend]
impl<W: Way<T>, T: 'static> Operand<Encoded<W, T>, Inner> for T {
    fn operand(self) -> CodecResult<mongodb::bson::Bson> {
        Encoded::<W, T>(self, PhantomData).to_bson()
    }
}

#[diagnostic::do_not_recommend]
impl<W: Way<T>, T: Clone + 'static> Operand<Encoded<W, T>, InnerRef> for &T {
    fn operand(self) -> CodecResult<mongodb::bson::Bson> {
        Encoded::<W, T>(self.clone(), PhantomData).to_bson()
    }
}

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
    note = "binary data are `Vec<u8>`, `Box<[u8]>`, `[u8; N]`, and `Option`s of them"
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
            type Path = Encoded<Binary, Self>;
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

impl<U: Unit, T: Span> Way<T> for Counted<U> {
    fn encode(value: &T, writer: &mut Writer) -> CodecResult<ElementType> {
        let nanos = value.nanos().filter(|nanos| nanos % U::NANOS == 0);
        let nanos = nanos.ok_or_else(|| CodecError::new(U::WHOLE, "a duration with a remainder"))?;
        (nanos / U::NANOS).encode(writer)
    }

    fn decode(raw: Raw<'_>) -> CodecResult<T> {
        let nanos = i128::from(i64::decode(raw)?) * U::NANOS;
        T::from_nanos(nanos)
            .ok_or_else(|| CodecError::new("a duration that its type can hold", "another number"))
    }
}

/// What is added to it is a duration too.
#[diagnostic::do_not_recommend]
impl<U: Unit, T: Span> Number for Encoded<Counted<U>, T> {
    type Stored = i64;
    type Step = Self;
}

/// A type that `#[odm(unit = ..)]` stores as a whole number of the unit.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a duration",
    label = "this field is marked `#[odm(unit = ..)]`",
    note = "durations are `std::time::Duration`, those of the crates `chrono` and `time`, and `Option`s of them"
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
        #[diagnostic::do_not_recommend]
        impl<U: Unit> InUnit<U> for $type {
            type Path = Encoded<Counted<U>, Self>;
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
