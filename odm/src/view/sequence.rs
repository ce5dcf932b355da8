//! Arrays of what is read from an array of the parent.

use std::{
    collections::{BTreeSet, HashSet, LinkedList, VecDeque},
    hash::{BuildHasher, Hash},
    rc::Rc,
    sync::Arc,
};

use super::{FromOther, Projection, kinds::Items};
use crate::{
    error::codec::CodecResult,
    value::{Raw, Value, Writer, other_length},
};

/// Each item, in the order of the stored array.
fn items<'de, V: FromOther<'de, F, K>, F, K>(raw: Raw<'de>) -> CodecResult<Vec<V>> {
    let mut items = raw.items()?;
    let mut array = Vec::new();
    while let Some((_, item)) = items.next()? {
        match V::read(item) {
            Ok(item) => array.push(item),
            Err(error) => return Err(error.at(array.len().to_string())),
        }
    }
    Ok(array)
}

/// The server leaves out elements that are no documents: where null may stand, everything is asked for.
fn project<'de, V: FromOther<'de, F, K>, F, K>(projection: &mut Projection) {
    if V::NULLABLE { projection.whole() } else { V::project(projection) }
}

macro_rules! sequences {
    ($($view:ty, of $parent:ty where [$($generics:tt)*] [$($bounds:tt)*], $default:ident;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'de, V: FromOther<'de, F, K>, F: Value, K, $($generics)*> FromOther<'de, $parent, Items<K>> for $view
        where
            $($bounds)*
        {
            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                items::<V, F, K>(raw).map(Self::from_iter)
            }

            sequences!($default $parent);

            fn project(projection: &mut Projection) {
                project::<V, F, K>(projection);
            }
        }
    )* };
    (own $parent:ty) => {
        fn defaulted(default: $parent) -> Option<Self> {
            default.into_iter().map(V::defaulted).collect()
        }
    };
    // It may be shared: what is in it is copied as it is stored.
    (shared $parent:ty) => {
        fn defaulted(default: $parent) -> Option<Self> {
            stored_again::<_, F>(&default)?.into_iter().map(V::defaulted).collect()
        }
    };
}

sequences! {
    Vec<V>, of Vec<F> where [] [], own;
    Vec<V>, of VecDeque<F> where [] [], own;
    Vec<V>, of LinkedList<F> where [] [], own;
    Vec<V>, of Box<[F]> where [] [], own;
    Vec<V>, of BTreeSet<F> where [] [], own;
    Vec<V>, of HashSet<F, S> where [S] [], own;
    Vec<V>, of Arc<[F]> where [] [], shared;
    Vec<V>, of Rc<[F]> where [] [], shared;
    VecDeque<V>, of VecDeque<F> where [] [], own;
    LinkedList<V>, of LinkedList<F> where [] [], own;
    Box<[V]>, of Box<[F]> where [] [], own;
    Arc<[V]>, of Arc<[F]> where [] [], shared;
    Rc<[V]>, of Rc<[F]> where [] [], shared;
    BTreeSet<V>, of BTreeSet<F> where [] [V: Ord], own;
    HashSet<V, S>, of HashSet<F, S> where [S] [V: Eq + Hash, S: BuildHasher + Default], own;
}

/// The items as they are stored.
fn stored_again<A: Value, F: Value>(array: &A) -> Option<Vec<F>> {
    let mut writer = Writer::new();
    let element_type = array.encode(&mut writer).ok()?;
    Vec::decode(Raw::new(element_type, writer.as_bytes())).ok()
}

/// A stored array of another length is an error.
#[diagnostic::do_not_recommend]
impl<'de, V: FromOther<'de, F, K>, F: Value, K, const N: usize> FromOther<'de, [F; N], Items<K>> for [V; N] {
    fn read(raw: Raw<'de>) -> CodecResult<Self> {
        items::<V, F, K>(raw)?.try_into().map_err(|items: Vec<V>| other_length(N, items.len()))
    }

    fn defaulted(default: [F; N]) -> Option<Self> {
        let items: Vec<V> = default.into_iter().map(V::defaulted).collect::<Option<_>>()?;
        items.try_into().ok()
    }

    fn project(projection: &mut Projection) {
        project::<V, F, K>(projection);
    }
}
