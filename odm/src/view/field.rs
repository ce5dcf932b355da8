//! The types that a field of a view can be read from.
//!
//! The last parameter of the traits is a marker that rustc infers: it distinguishes the implementations. A type that
//! is read from itself has only the marker [`Own`](kinds::Own). A container (`Option`, `Vec`, ..) has a marker of its
//! own only if its content is read from another type, so that two implementations never apply.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, Hash},
};

use mongodb::bson::spec::ElementType;

use super::{Projection, View};
use crate::{
    error::codec::{CodecError, CodecResult},
    value::{Encoded, Encoding, MapKey, Raw, Row, Value, utf8_key},
};

/// A type of a view's field that can be read from a parent's field of type `F`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{F}` cannot be read as `{Self}`",
    label = "the parent declares this field `{F}`",
    note = "a view reads a `T` as `T` or `Option<T>`, and an `Option<T>` only as an `Option`",
    note = "it reads a document as a view of it, a string as `&str`, binary data as `&[u8]`; the same applies inside `Option`, pointers, newtypes, arrays and maps"
)]
pub trait FromField<'de, F, K>: Sized {
    /// See [`FromOther::NULLABLE`].
    const NULLABLE: bool = false;

    /// Reads one element.
    fn read(raw: Raw<'de>) -> CodecResult<Self>;

    /// Returns the value of a missing field. `None` makes the field required.
    fn missing() -> Option<Self> {
        None
    }

    /// Converts the parent's default. Returns `None` if that is not possible.
    fn defaulted(_: F) -> Option<Self> {
        None
    }

    /// Adds the names that are read to the projection, below the field's name.
    fn add_names(projection: &mut Projection) {
        projection.whole();
    }
}

/// [`FromField`] for two different types.
pub trait FromOther<'de, F, K>: Sized {
    /// Whether the value may be null. A projection of names inside an array omits the elements that are null.
    const NULLABLE: bool = false;

    /// Reads one element.
    fn read(raw: Raw<'de>) -> CodecResult<Self>;

    /// Returns the value of a missing field.
    fn missing() -> Option<Self> {
        None
    }

    /// Converts the parent's default. Returns `None` if that is not possible.
    fn defaulted(_: F) -> Option<Self> {
        None
    }

    /// Adds the names that are read to the projection.
    fn add_names(projection: &mut Projection) {
        projection.whole();
    }
}

/// Markers of [`FromField`] and [`FromOther`], which rustc infers.
pub(crate) mod kinds {
    use std::marker::PhantomData;

    /// The parent's type.
    #[derive(Debug)]
    pub enum Own {}
    /// Another type.
    #[derive(Debug)]
    pub struct Other<K>(PhantomData<K>);
    /// Another type with the same kind of value, which may borrow.
    #[derive(Debug)]
    pub enum Like {}
    /// The Rust type of a field stored through serde.
    #[derive(Debug)]
    pub enum Inner {}
    /// A view of a document.
    #[derive(Debug)]
    pub enum Nested {}
    /// An `Option` that is read from an `Option`.
    #[derive(Debug)]
    pub struct Maybe<K>(PhantomData<K>);
    /// An `Option` that is read from a required value.
    #[derive(Debug)]
    pub struct Required<K>(PhantomData<K>);
    /// The value inside the parent's pointer or newtype.
    #[derive(Debug)]
    pub struct Decoded<K>(PhantomData<K>);
    /// A pointer that is read from a pointer.
    #[derive(Debug)]
    pub struct Pointed<K>(PhantomData<K>);
    /// An array that is read from an array.
    #[derive(Debug)]
    pub struct Items<K>(PhantomData<K>);
    /// A map that is read from a map.
    #[derive(Debug)]
    pub struct Entries<K>(PhantomData<K>);
}
use kinds::{Entries, Inner, Maybe, Nested, Other, Own, Required};

#[diagnostic::do_not_recommend]
impl<T: Value> FromField<'_, T, Own> for T {
    #[inline]
    fn read(raw: Raw<'_>) -> CodecResult<Self> {
        T::decode(raw)
    }

    fn missing() -> Option<Self> {
        T::missing()
    }

    fn defaulted(default: T) -> Option<Self> {
        Some(default)
    }
}

#[diagnostic::do_not_recommend]
impl<'de, V: FromOther<'de, F, K>, F, K> FromField<'de, F, Other<K>> for V {
    const NULLABLE: bool = V::NULLABLE;

    #[inline]
    fn read(raw: Raw<'de>) -> CodecResult<Self> {
        V::read(raw)
    }

    fn missing() -> Option<Self> {
        V::missing()
    }

    fn defaulted(default: F) -> Option<Self> {
        V::defaulted(default)
    }

    fn add_names(projection: &mut Projection) {
        V::add_names(projection);
    }
}

#[diagnostic::do_not_recommend]
impl<S: Encoding<T>, T: 'static> FromOther<'_, Encoded<S, T>, Inner> for T {
    fn read(raw: Raw<'_>) -> CodecResult<Self> {
        Encoded::<S, T>::decode(raw).map(Encoded::into_inner)
    }

    fn missing() -> Option<Self> {
        <Encoded<S, T> as Value>::missing().map(Encoded::into_inner)
    }

    fn defaulted(default: Encoded<S, T>) -> Option<Self> {
        Some(default.into_inner())
    }
}

#[diagnostic::do_not_recommend]
impl<'de, V, D> FromOther<'de, D, Nested> for V
where
    V: View<D> + Row<In<'de> = V>,
{
    fn read(raw: Raw<'de>) -> CodecResult<Self> {
        raw.level(|raw| V::read_row(raw))
    }

    fn add_names(projection: &mut Projection) {
        projection.view::<D, V>();
    }
}

#[diagnostic::do_not_recommend]
impl<'de, V: FromOther<'de, F, K>, F, K> FromOther<'de, Option<F>, Maybe<K>> for Option<V> {
    const NULLABLE: bool = true;

    fn read(raw: Raw<'de>) -> CodecResult<Self> {
        if raw.is(ElementType::Null) { Ok(None) } else { V::read(raw).map(Some) }
    }

    fn missing() -> Option<Self> {
        Some(None)
    }

    fn defaulted(default: Option<F>) -> Option<Self> {
        default.map_or(Some(None), |default| V::defaulted(default).map(Some))
    }

    fn add_names(projection: &mut Projection) {
        V::add_names(projection);
    }
}

#[diagnostic::do_not_recommend]
impl<'de, V: FromField<'de, F, K>, F, K> FromOther<'de, F, Required<K>> for Option<V> {
    const NULLABLE: bool = true;

    fn read(raw: Raw<'de>) -> CodecResult<Self> {
        if raw.is(ElementType::Null) { Ok(None) } else { V::read(raw).map(Some) }
    }

    fn missing() -> Option<Self> {
        Some(None)
    }

    fn defaulted(default: F) -> Option<Self> {
        V::defaulted(default).map(Some)
    }

    fn add_names(projection: &mut Projection) {
        V::add_names(projection);
    }
}

macro_rules! maps {
    ($($map:ident<$($parameter:ident),*> where [$($generics:tt)*];)*) => { $(
        /// The keys are data, so the projection contains the whole map.
        #[diagnostic::do_not_recommend]
        impl<'de, V: FromOther<'de, F, W>, F, W, $($generics)*> FromOther<'de, $map<K, F $(, $parameter)*>, Entries<W>>
            for $map<K, V $(, $parameter)*>
        {
            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                let mut elements = raw.elements()?;
                let mut map = Self::default();
                while let Some((key, value)) = elements.next()? {
                    let key = utf8_key(key)?;
                    let entry = K::from_key(key).and_then(|parsed| Ok((parsed, V::read(value)?)));
                    let (parsed, value) = entry.map_err(|error| error.at_key(key))?;
                    if map.insert(parsed, value).is_some() {
                        return Err(CodecError::new("one element for this key", "two").at_key(key));
                    }
                }
                Ok(map)
            }

            fn defaulted(default: $map<K, F $(, $parameter)*>) -> Option<Self> {
                default.into_iter().map(|(key, value)| Some((key, V::defaulted(value)?))).collect()
            }
        }
    )* };
}

maps! {
    BTreeMap<> where [K: MapKey + Ord];
    HashMap<S> where [K: MapKey + Eq + Hash, S: BuildHasher + Default];
}
