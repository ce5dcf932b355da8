//! Types of std: unit, `NonZero`, `Wrapping` and `Saturating` numbers, file paths, network addresses.

use std::{
    marker::PhantomData,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6},
    num::{
        NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16,
        NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize, Saturating, Wrapping,
    },
    path::PathBuf,
};

use mongodb::bson::{Bson, spec::ElementType};

use super::{
    Arithmetic, Arrays, Number, Raw, Text, Value, Writer, leaf,
    meta::{enum_meta, stored_enum},
};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::{ContentMeta, EnumMeta, Tagging, TypeMeta, VariantMeta},
    rule::Range,
};

macro_rules! nothing {
    ([$($generics:tt)*] $type:ty = $value:expr) => {
        /// Stored as null.
        impl<$($generics)*> Value for $type {
            leaf!();

            const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::Null);
            const ARRAYS: Arrays = Arrays::NULL;
            fn encode(&self, _: &mut Writer) -> CodecResult<ElementType> {
                Ok(ElementType::Null)
            }
            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                raw.unit().map(|()| $value)
            }
        }
    };
}

nothing!([]() = ());
nothing!([T: ?Sized + 'static] PhantomData<T> = Self);

macro_rules! non_zero {
    ($($type:ident of $number:ty),*) => { $(
        /// Stored as the number; a stored zero is an error.
        impl Value for $type {
            leaf!();
            const STORED_AS: &'static TypeMeta = <$number as Value>::STORED_AS;
            #[inline]
            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                self.get().encode(writer)
            }
            #[inline]
            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                Self::new(<$number>::decode(raw)?).ok_or_else(|| CodecError::new("a number that is not zero", "zero"))
            }
        }
        impl Number for $type {
            type Stored = <$number as Number>::Stored;
            type Step = <$number as Number>::Step;
        }
        impl Arithmetic for $type {
            type Kind = <$number as Arithmetic>::Kind;
        }
        impl Range for $type {
            type Bound = $number;
            fn outside(&self, min: Option<$number>, max: Option<$number>) -> Option<String> {
                self.get().outside(min, max)
            }
            fn bound(bound: $number) -> Option<Bson> {
                <$number>::bound(bound)
            }
        }
    )* };
}

non_zero! {
    NonZeroI8 of i8, NonZeroI16 of i16, NonZeroI32 of i32, NonZeroI64 of i64, NonZeroI128 of i128,
    NonZeroIsize of isize, NonZeroU8 of u8, NonZeroU16 of u16, NonZeroU32 of u32, NonZeroU64 of u64,
    NonZeroU128 of u128, NonZeroUsize of usize
}

macro_rules! counted {
    ($($type:ident),*) => { $(
        /// Stored as the number inside. Reading a number out of its range is an error; it does not wrap or saturate.
        impl<T: Value> Value for $type<T> {
            leaf!();
            const STORED_AS: &'static TypeMeta = T::STORED_AS;
            #[inline]
            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                self.0.encode(writer)
            }
            #[inline]
            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                T::decode(raw).map(Self)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<T: Number> Number for $type<T> {
            type Stored = T::Stored;
            type Step = T::Step;
        }
        #[diagnostic::do_not_recommend]
        impl<T: Arithmetic> Arithmetic for $type<T> {
            type Kind = T::Kind;
        }
    )* };
}

counted!(Wrapping, Saturating);

/// Stored as a string; a path that is not UTF-8 is an error.
impl Value for PathBuf {
    leaf!();
    const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::String);
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        let text = self.to_str().ok_or_else(|| CodecError::new("a path in UTF-8", "another one"))?;
        writer.put_str(text)
    }
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        raw.str().map(Self::from)
    }
}

impl Text for PathBuf {}

macro_rules! addresses {
    ($($(#[$about:meta])* $type:ident as $parts:ty: |$address:ident| $to:expr, |$read:pat_param| $from:expr;)*) => { $(
        $(#[$about])*
        impl Value for $type {
            leaf!();

            const STORED_AS: &'static TypeMeta = <$parts as Value>::STORED_AS;
            const ARRAYS: Arrays = Arrays::TUPLE;
            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                let $address = self;
                $to.encode(writer)
            }
            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                <$parts>::decode(raw).map(|$read| $from)
            }
        }
    )* };
}

addresses! {
    /// Stored as an array of its four bytes, as serde does in BSON.
    Ipv4Addr as [u8; 4]: |address| address.octets(), |octets| Self::from(octets);
    /// Stored as an array of its sixteen bytes, as serde does in BSON.
    Ipv6Addr as [u8; 16]: |address| address.octets(), |octets| Self::from(octets);
    /// Stored as an array of the address and the port, as serde does in BSON.
    SocketAddrV4 as (Ipv4Addr, u16): |address| (*address.ip(), address.port()), |(ip, port)| Self::new(ip, port);
    /// Stored as an array of the address and the port, as serde does in BSON; flow info and scope id are not stored.
    SocketAddrV6 as (Ipv6Addr, u16): |address| (*address.ip(), address.port()), |(ip, port)| Self::new(ip, port, 0, 0);
}

macro_rules! either_version {
    ($($type:ident: $v4:ty, $v6:ty;)*) => { $(
        /// Stored as a document with the one field `V4` or `V6`, as serde does in BSON.
        impl Value for $type {
            leaf!();
            const STORED_AS: &'static TypeMeta = &stored_enum::<Self>();
            const VARIANTS: &'static EnumMeta = &enum_meta::<Self>(stringify!($type), Tagging::External, &[
                VariantMeta::new("V4", &[], "V4", ContentMeta::Single(<$v4 as Value>::STORED_AS)),
                VariantMeta::new("V6", &[], "V6", ContentMeta::Single(<$v6 as Value>::STORED_AS)),
            ]);
            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                writer.document(|writer| match self {
                    Self::V4(address) => writer.element("V4", address),
                    Self::V6(address) => writer.element("V6", address),
                })
            }
            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                const EXPECTED: &str = "an address, `V4` or `V6`";
                let mut elements = raw.elements()?;
                let address = match elements.next()? {
                    Some((b"V4", address)) => Value::decode(address).map(Self::V4).map_err(|error| error.at("V4"))?,
                    Some((b"V6", address)) => Value::decode(address).map(Self::V6).map_err(|error| error.at("V6"))?,
                    _ => return Err(CodecError::new(EXPECTED, "neither")),
                };
                if elements.is_empty() { Ok(address) } else { Err(CodecError::new(EXPECTED, "more than one")) }
            }
        }
    )* };
}

either_version! {
    IpAddr: Ipv4Addr, Ipv6Addr;
    SocketAddr: SocketAddrV4, SocketAddrV6;
}
