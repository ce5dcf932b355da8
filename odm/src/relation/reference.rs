//! `Reference`: the types of fields that refer to documents of a model.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque},
    hash::{BuildHasher, Hash},
    sync::Arc,
};

use mongodb::bson::spec::ElementType;

use super::{
    keys::{Keys, Tree},
    link_path::Loadable,
};
use crate::{
    error::{
        Error, Result,
        codec::{CodecError, CodecResult},
    },
    model::Model,
    value::{Id, MapKey, Raw, Value, utf8_key},
};

/// A field type that refers to documents of a model.
///
/// | type | what is loaded, if `X` is loaded for each id |
/// |---|---|
/// | [`Id<T>`](Id) | `X` |
/// | `Option<V>` | `Option` |
/// | `Vec<V>` `VecDeque<V>` `LinkedList<V>` `Box<[V]>` `Arc<[V]>` `BTreeSet<V>` `HashSet<V>` | `Vec`, in the stored order |
/// | `BTreeMap<K, V>` `HashMap<K, V>` | the same map |
/// | `Box<V>` `Arc<V>` | that of `V` |
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` is not a reference",
    label = "this field does not refer to documents of a model",
    note = "a reference is an `Id<T>` of a model `T`, or an `Option`, a list or a map of them"
)]
pub trait Reference: Value {
    /// The model that it refers to.
    type Target: Model + Send + Sync;

    /// What is loaded for the field, if `X` is loaded for each id.
    type Loaded<X: Loadable>: Loadable;

    /// Adds the ids in a stored value to the keys.
    #[doc(hidden)]
    fn read(raw: Raw<'_>, keys: &mut Keys) -> CodecResult<Tree>;

    /// Returns what a missing field stands for, or `None` if it must not be missing.
    #[doc(hidden)]
    fn absent() -> Option<Tree> {
        None
    }

    /// Builds what is loaded from the ids.
    #[doc(hidden)]
    fn build<X: Loadable>(tree: &Tree, leaf: &mut dyn FnMut(usize) -> Result<X>) -> Result<Self::Loaded<X>>;
}

#[diagnostic::do_not_recommend]
impl<T: Model + Send + Sync> Reference for Id<T> {
    type Target = T;
    type Loaded<X: Loadable> = X;

    fn read(raw: Raw<'_>, keys: &mut Keys) -> CodecResult<Tree> {
        keys.add::<T>(raw).map(Tree::Key)
    }

    fn build<X: Loadable>(tree: &Tree, leaf: &mut dyn FnMut(usize) -> Result<X>) -> Result<X> {
        match tree {
            Tree::Key(position) => leaf(*position),
            _ => Err(Error::from(CodecError::missing("_id"))),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<V: Reference> Reference for Option<V> {
    type Target = V::Target;
    type Loaded<X: Loadable> = Option<V::Loaded<X>>;

    fn read(raw: Raw<'_>, keys: &mut Keys) -> CodecResult<Tree> {
        if raw.is(ElementType::Null) { Ok(Tree::Missing) } else { V::read(raw, keys) }
    }

    fn absent() -> Option<Tree> {
        Some(Tree::Missing)
    }

    fn build<X: Loadable>(tree: &Tree, leaf: &mut dyn FnMut(usize) -> Result<X>) -> Result<Self::Loaded<X>> {
        match tree {
            Tree::Missing => Ok(None),
            present => V::build(present, leaf).map(Some),
        }
    }
}

macro_rules! pointers {
    ($($pointer:ident),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<V: Reference> Reference for $pointer<V> {
            type Target = V::Target;
            type Loaded<X: Loadable> = V::Loaded<X>;

            fn read(raw: Raw<'_>, keys: &mut Keys) -> CodecResult<Tree> {
                V::read(raw, keys)
            }

            fn absent() -> Option<Tree> {
                V::absent()
            }

            fn build<X: Loadable>(tree: &Tree, leaf: &mut dyn FnMut(usize) -> Result<X>) -> Result<Self::Loaded<X>> {
                V::build(tree, leaf)
            }
        }
    )* };
}

pointers!(Box, Arc);

macro_rules! lists {
    ($($list:ty where [$($generics:tt)*];)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Reference for $list {
            type Target = V::Target;
            type Loaded<X: Loadable> = Vec<V::Loaded<X>>;

            fn read(raw: Raw<'_>, keys: &mut Keys) -> CodecResult<Tree> {
                read_list(raw, keys, V::read)
            }

            fn absent() -> Option<Tree> {
                Some(Tree::List(Vec::new()))
            }

            fn build<X: Loadable>(tree: &Tree, leaf: &mut dyn FnMut(usize) -> Result<X>) -> Result<Self::Loaded<X>> {
                match tree {
                    Tree::List(items) => items.iter().map(|item| V::build(item, leaf)).collect(),
                    _ => Ok(Vec::new()),
                }
            }
        }
    )* };
}

lists! {
    Vec<V> where [V: Reference];
    VecDeque<V> where [V: Reference];
    LinkedList<V> where [V: Reference];
    Box<[V]> where [V: Reference];
    Arc<[V]> where [V: Reference];
    BTreeSet<V> where [V: Reference + Ord];
    HashSet<V, S> where [V: Reference + Eq + Hash, S: BuildHasher + Default + 'static];
}

fn read_list(
    raw: Raw<'_>,
    keys: &mut Keys,
    read: fn(Raw<'_>, &mut Keys) -> CodecResult<Tree>,
) -> CodecResult<Tree> {
    let (mut items, mut trees) = (raw.items()?, Vec::new());
    while let Some((_, item)) = items.next()? {
        let tree = read(item, keys);
        trees.push(tree.map_err(|error| error.at(trees.len().to_string()))?);
    }
    Ok(Tree::List(trees))
}

macro_rules! maps {
    ($($map:ty where [$($generics:tt)*], $loaded:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Reference for $map {
            type Target = V::Target;
            type Loaded<X: Loadable> = $loaded;

            fn read(raw: Raw<'_>, keys: &mut Keys) -> CodecResult<Tree> {
                read_map(raw, keys, V::read)
            }

            fn absent() -> Option<Tree> {
                Some(Tree::Map(Vec::new()))
            }

            fn build<X: Loadable>(tree: &Tree, leaf: &mut dyn FnMut(usize) -> Result<X>) -> Result<Self::Loaded<X>> {
                let Tree::Map(entries) = tree else { return Ok(Self::Loaded::default()) };
                entries
                    .iter()
                    .map(|(key, value)| {
                        let parsed = K::from_key(key).map_err(|error| error.at_key(key.as_str()))?;
                        Ok((parsed, V::build(value, leaf)?))
                    })
                    .collect()
            }
        }
    )* };
}

maps! {
    BTreeMap<K, V> where [K: MapKey + Ord + Loadable, V: Reference], BTreeMap<K, V::Loaded<X>>;
    HashMap<K, V, S> where
        [K: MapKey + Eq + Hash + Loadable, V: Reference, S: BuildHasher + Default + Loadable],
        HashMap<K, V::Loaded<X>, S>;
}

fn read_map(
    raw: Raw<'_>,
    keys: &mut Keys,
    read: fn(Raw<'_>, &mut Keys) -> CodecResult<Tree>,
) -> CodecResult<Tree> {
    let (mut elements, mut entries) = (raw.elements()?, Vec::new());
    while let Some((key, value)) = elements.next()? {
        let key = utf8_key(key)?;
        let tree = read(value, keys).map_err(|error| error.at_key(key))?;
        entries.push((key.to_owned(), tree));
    }
    Ok(Tree::Map(entries))
}
