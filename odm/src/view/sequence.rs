//! Arrays of what is read from an array of the parent.

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

/// Each item, in the order of the stored array.
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

/// The server leaves out elements that are no documents: where null may stand, everything is asked for.
fn project<'de, V: FromField<'de, F, K>, F, K>(projection: &mut Projection) {
    if V::NULLABLE { projection.whole() } else { V::add_names(projection) }
}

/// `by K`: whatever a field is read from. `by Other<K>`: unless it is the same, where the whole would be the parent's type.
macro_rules! sequences {
    ($default:ident: $($view:ty, of $parent:ty, by $way:ty $(, with [$($generics:tt)*])? $(, where [$($bounds:tt)*])?;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'de, V: FromField<'de, F, $way>, F: Value, K, $($($generics)*)?> FromOther<'de, $parent, Items<K>> for $view
        where
            $($($bounds)*)?
        {
            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                items::<V, F, $way>(raw).map(Self::from_iter)
            }

            sequences!(@ $default $parent);

            fn add_names(projection: &mut Projection) {
                project::<V, F, $way>(projection);
            }
        }
    )* };
    (@ owned $parent:ty) => {
        fn defaulted(default: $parent) -> Option<Self> {
            default.into_iter().map(V::defaulted).collect()
        }
    };
    // Others may have it too.
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
