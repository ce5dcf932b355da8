//! Makes values from choices. proptest shrinks the choices: fewer and smaller ones make simpler values.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque},
    fmt::Debug,
    hash::{BuildHasher, Hash, Hasher},
    marker::PhantomData,
    num::{NonZeroI64, NonZeroU32, Saturating, Wrapping},
    path::PathBuf,
    rc::Rc,
    sync::Arc,
};

use odm::bson::{
    Binary, Bson, DateTime, Decimal128, Document, JavaScriptCodeWithScope, Regex, Timestamp, doc,
    oid::ObjectId, spec::BinarySubtype,
};

/// The bytes from which values are made, followed by zeros.
pub(crate) struct Choices<'a>(std::slice::Iter<'a, u8>);

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.iter())
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.0.next().copied().unwrap_or_default()
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound.max(1)
    }

    pub(crate) fn make<T: Make>(&mut self) -> T {
        T::make(self)
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Returns zero, one, a limit, or any number. Few are beyond int64, because both sides refuse to write those.
    fn number(&mut self) -> i128 {
        match self.below(8) {
            0..3 => i128::from(self.byte()),
            3 => -1,
            4 => i64::MAX.into(),
            5 => i128::MIN,
            6 => (0..8).fold(0, |number, _| number << 8 | i64::from(self.byte())).into(),
            _ => (0..9).fold(0, |number, _| number << 8 | i128::from(self.byte())),
        }
    }

    fn some<T, C: FromIterator<T>>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> C {
        let count = self.below(4);
        (0..count).map(|_| item(self)).collect()
    }
}

/// A type whose values are made from choices.
pub(crate) trait Make: Sized {
    fn make(choices: &mut Choices<'_>) -> Self;
}

/// Returns the simplest value.
pub(crate) fn made<T: Make>() -> T {
    T::make(&mut Choices::new(&[]))
}

/// Returns the default of a missing field, which is a const parameter of its type.
pub(crate) fn length<const N: usize>() -> usize {
    N
}

/// Returns whether the value is skipped, in about half of all cases.
pub(crate) fn sometimes<T: Debug>(value: &T) -> bool {
    format!("{value:?}").len().is_multiple_of(2)
}

/// Returns whether a conversion refuses the value, in some cases.
pub(crate) fn refused<T: Debug>(value: &T) -> bool {
    format!("{value:?}").len() % 5 == 4
}

pub(crate) mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde requires this signature
    pub(crate) fn serialize<S: Serializer>(value: &u32, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{value:x}"))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
        u32::from_str_radix(&String::deserialize(from)?, 16).map_err(D::Error::custom)
    }
}

macro_rules! make {
    ($($type:ty: |$choices:ident| $value:expr;)*) => { $(
        impl Make for $type {
            fn make($choices: &mut Choices<'_>) -> Self {
                $value
            }
        }
    )* };
}

macro_rules! integers {
    ($($type:ty),*) => { $(
        impl Make for $type {
            /// A number that is too large becomes the largest one, and one that is too small the smallest.
            fn make(choices: &mut Choices<'_>) -> Self {
                let number = choices.number();
                Self::try_from(number).unwrap_or(if number < 0 { Self::MIN } else { Self::MAX })
            }
        }
    )* };
}

integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

make! {
    (): |_choices| ();
    bool: |choices| choices.below(2) == 1;
    f64: |choices| match choices.below(9) {
        0 | 1 => f64::from(choices.make::<i16>()),
        2 => -0.0,
        3 => f64::NAN,
        4 => f64::INFINITY,
        5 => f64::MIN_POSITIVE,
        6 => 0.1,
        7 => 9_007_199_254_740_993.0,
        _ => f64::MIN,
    };
    f32: |choices| choices.pick(&[0.0, 1.0, -0.0, 0.1, f32::NAN, f32::MAX, f32::MIN_POSITIVE, -7.5]);
    char: |choices| choices.pick(&['a', '0', 'ø', '\u{10FFFF}', '\0', ' ']);
    String: |choices| match choices.below(4) {
        0 => choices.pick(&["", "a", "ø", "kind", "0", "-1", "1.0", "true", "null", "a.b", "\0", "$a", "e̊ 😀"]).to_owned(),
        1 => String::new(),
        _ => choices.some(Choices::make::<char>),
    };
    Cow<'static, str>: |choices| Cow::Owned(choices.make());
    Box<str>: |choices| choices.make::<String>().into();
    Arc<str>: |choices| choices.make::<String>().into();
    Rc<str>: |choices| choices.make::<String>().into();
    PathBuf: |choices| choices.make::<String>().into();
    PhantomData<u8>: |_choices| PhantomData;
    ObjectId: |choices| ObjectId::from_bytes([choices.byte(); 12]);
    DateTime: |choices| DateTime::from_millis(choices.make());
    Decimal128: |choices| Decimal128::from_bytes([choices.byte(); 16]);
    Timestamp: |choices| Timestamp { time: choices.make(), increment: choices.make() };
    Binary: |choices| Binary {
        subtype: choices.pick(&[BinarySubtype::Generic, BinarySubtype::Md5, BinarySubtype::Uuid, BinarySubtype::BinaryOld]),
        bytes: choices.some(Choices::byte),
    };
    Regex: |choices| Regex {
        pattern: choices.pick(&["", "a", "^[ø]$"]).try_into().unwrap(),
        options: choices.pick(&["", "i", "im"]).try_into().unwrap(),
    };
    JavaScriptCodeWithScope: |choices| JavaScriptCodeWithScope { code: choices.make(), scope: choices.make() };
    Bson: |choices| match choices.below(16) {
        0 => Bson::Null,
        1 => Bson::Int32(choices.make()),
        2 => Bson::Int64(choices.make()),
        3 => Bson::Double(choices.make()),
        4 => Bson::String(choices.make()),
        5 => Bson::Array(choices.some(Choices::make)),
        6 => Bson::Document(choices.make()),
        7 => Bson::Boolean(choices.make()),
        8 => Bson::ObjectId(choices.make()),
        9 => Bson::DateTime(choices.make()),
        10 => Bson::Binary(choices.make()),
        11 => Bson::RegularExpression(choices.make()),
        12 => Bson::JavaScriptCodeWithScope(choices.make()),
        13 => choices.pick(&[Bson::JavaScriptCode("f()".to_owned()), Bson::Symbol("s".to_owned())]),
        14 => choices.pick(&[Bson::Undefined, Bson::MinKey, Bson::Decimal128(Decimal128::from_bytes([0; 16]))]),
        _ => choices.pick(&[Bson::MaxKey, Bson::Timestamp(Timestamp { time: 1, increment: 2 }), doc! { "x": {} }.into()]),
    };
    Document: |choices| choices.some(|choices| (key(choices), choices.make::<Bson>()));
    NonZeroU32: |choices| NonZeroU32::new(choices.make()).unwrap_or(NonZeroU32::MIN);
    NonZeroI64: |choices| NonZeroI64::new(choices.make()).unwrap_or(NonZeroI64::MIN);
    Wrapping<u16>: |choices| Wrapping(choices.make());
    Saturating<i32>: |choices| Saturating(choices.make());
}

/// Returns a map key that is data: not the name of a field, and without NUL.
fn key(choices: &mut Choices<'_>) -> String {
    choices.pick(&["k", "", "ø", "a.b", "0", "two words", "key"]).to_owned()
}

/// A type that may be the key of a map.
pub(crate) trait MakeKey: Ord + Hash {
    fn make_key(choices: &mut Choices<'_>) -> Self;
}

impl MakeKey for String {
    fn make_key(choices: &mut Choices<'_>) -> Self {
        key(choices)
    }
}

impl<K: MakeKey, V: Make> Make for BTreeMap<K, V> {
    fn make(choices: &mut Choices<'_>) -> Self {
        choices.some(|choices| (K::make_key(choices), choices.make()))
    }
}

impl<K: MakeKey, V: Make> Make for HashMap<K, V, InOrder> {
    fn make(choices: &mut Choices<'_>) -> Self {
        choices.some(|choices| (K::make_key(choices), choices.make()))
    }
}

/// A hasher that returns the same hash for every value. Entries stay in insertion order, so equal maps are formatted
/// the same.
#[derive(Debug, Clone, Default)]
#[allow(unreachable_pub)] // the types that hold it are public
pub struct InOrder;

impl BuildHasher for InOrder {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self
    }
}

impl Hasher for InOrder {
    fn write(&mut self, _: &[u8]) {}

    fn finish(&self) -> u64 {
        0
    }
}

macro_rules! containers {
    ($([$($generics:tt)*] $type:ty: |$choices:ident| $value:expr;)*) => { $(
        impl<$($generics)*> Make for $type {
            fn make($choices: &mut Choices<'_>) -> Self {
                $value
            }
        }
    )* };
}

containers! {
    [T: Make] Option<T>: |choices| if choices.below(3) == 0 { None } else { Some(choices.make()) };
    [T: Make] Vec<T>: |choices| choices.some(Choices::make);
    [T: Make] VecDeque<T>: |choices| choices.some(Choices::make);
    [T: Make] LinkedList<T>: |choices| choices.some(Choices::make);
    [T: Make] Box<[T]>: |choices| choices.some(Choices::make);
    [T: Make] Arc<[T]>: |choices| choices.some(Choices::make);
    [T: Make + Ord] BTreeSet<T>: |choices| choices.some(Choices::make);
    [T: Make + Eq + Hash] HashSet<T, InOrder>: |choices| choices.some(Choices::make);
    [T: Make] Box<T>: |choices| Box::new(choices.make());
    [T: Make] Arc<T>: |choices| Arc::new(choices.make());
    [T: Make] Rc<T>: |choices| Rc::new(choices.make());
    [T: Make + Clone] Cow<'static, T>: |choices| Cow::Owned(choices.make());
    [T: Make, const N: usize] [T; N]: |choices| std::array::from_fn(|_| choices.make());
    [A: Make] (A,): |choices| (choices.make(),);
    [A: Make, B: Make] (A, B): |choices| (choices.make(), choices.make());
    [A: Make, B: Make, C: Make] (A, B, C): |choices| (choices.make(), choices.make(), choices.make());
}
