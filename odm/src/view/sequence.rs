//! Arrays that are read from an array of the parent.

use std::{
    collections::{BTreeSet, HashSet, LinkedList, VecDeque},
    hash::{BuildHasher, Hash},
    rc::Rc,
    sync::Arc,
};

use super::{
    FromField, FromOther, Projection,
    kinds::{Items, Other},
    transparent::stored_again,
};
use crate::{
    error::codec::CodecResult,
    value::{Raw, Value, other_length},
};

/// Reads each element, in the order of the stored array.
fn items<'de, V: FromField<'de, F, K>, F, K>(raw: Raw<'de>) -> CodecResult<Vec<V>> {
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

/// A projection of names inside an array omits elements that are not documents. So if an element may be null, the
/// projection contains the whole array.
fn project<'de, V: FromField<'de, F, K>, F, K>(projection: &mut Projection) {
    if V::NULLABLE { projection.whole() } else { V::add_names(projection) }
}

/// `by K`: the elements are read from any type. `by Other<K>`: they are read from another type than their own,
/// because otherwise the whole array would have the parent's type and the marker `Own`.
macro_rules! sequences {
    ($default:ident: $($view:ty, of $parent:ty, by $kind:ty $(, with [$($generics:tt)*])? $(, where [$($bounds:tt)*])?;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'de, V: FromField<'de, F, $kind>, F: Value, K, $($($generics)*)?> FromOther<'de, $parent, Items<K>> for $view
        where
            $($($bounds)*)?
        {
            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                items::<V, F, $kind>(raw).map(Self::from_iter)
            }

            sequences!(@ $default $parent);

            fn add_names(projection: &mut Projection) {
                project::<V, F, $kind>(projection);
            }
        }
    )* };
    (@ owned $parent:ty) => {
        fn defaulted(default: $parent) -> Option<Self> {
            default.into_iter().map(V::defaulted).collect()
        }
    };
    // The array may be shared, so its elements cannot be moved out.
    (@ shared $parent:ty) => {
        fn defaulted(default: $parent) -> Option<Self> {
            stored_again::<_, Vec<F>>(&default)?.into_iter().map(V::defaulted).collect()
        }
    };
}

sequences! { owned:
    Vec<V>, of Vec<F>, by Other<K>;
    Vec<V>, of VecDeque<F>, by K;
    Vec<V>, of LinkedList<F>, by K;
    Vec<V>, of Box<[F]>, by K;
    Vec<V>, of [F; N], by K, with [const N: usize];
    Vec<V>, of BTreeSet<F>, by K;
    Vec<V>, of HashSet<F, S>, by K, with [S];
    VecDeque<V>, of VecDeque<F>, by Other<K>;
    LinkedList<V>, of LinkedList<F>, by Other<K>;
    Box<[V]>, of Box<[F]>, by Other<K>;
    BTreeSet<V>, of BTreeSet<F>, by Other<K>, where [V: Ord];
    HashSet<V, S>, of HashSet<F, S>, by Other<K>, with [S], where [V: Eq + Hash, S: BuildHasher + Default];
}

sequences! { shared:
    Vec<V>, of Arc<[F]>, by K;
    Vec<V>, of Rc<[F]>, by K;
    Arc<[V]>, of Arc<[F]>, by Other<K>;
    Rc<[V]>, of Rc<[F]>, by Other<K>;
}

/// A stored array of another length is an error.
#[diagnostic::do_not_recommend]
impl<'de, V: FromOther<'de, F, K>, F: Value, K, const N: usize> FromOther<'de, [F; N], Items<K>> for [V; N] {
    fn read(raw: Raw<'de>) -> CodecResult<Self> {
        items::<V, F, Other<K>>(raw)?.try_into().map_err(|items: Vec<V>| other_length(N, items.len()))
    }

    fn defaulted(default: [F; N]) -> Option<Self> {
        let items: Vec<V> = default.into_iter().map(V::defaulted).collect::<Option<_>>()?;
        items.try_into().ok()
    }

    fn add_names(projection: &mut Projection) {
        project::<V, F, Other<K>>(projection);
    }
}
