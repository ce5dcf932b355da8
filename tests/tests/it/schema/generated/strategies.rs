//! Strategies of `proptest` for declared indexes that the server accepts, and for changes.

use std::collections::BTreeSet;

use odm::index::IndexType;
use proptest::{
    collection::{btree_set, vec},
    prelude::*,
    sample::select,
};

use super::declared::{Change, Declared};

fn ordered() -> impl Strategy<Value = Declared> {
    let keys = btree_set(select(vec!["a", "b", "c", "d.e", "f"]), 1..4).prop_shuffle_keys();
    let options = (any::<bool>(), any::<bool>(), partial(), collation(), ttl());
    (keys, options).prop_map(|(keys, (unique, sparse, partial, collation, ttl))| {
        let ttl = ttl.filter(|_| keys.len() == 1);
        let sparse = sparse && partial.is_none();
        Declared { unique, sparse, ttl, partial, collation, ..Declared::plain(keys) }
    })
}

fn hashed() -> impl Strategy<Value = Declared> {
    (select(vec!["a", "b"]), partial(), collation()).prop_map(|(field, partial, collation)| {
        let keys = vec![("c", IndexType::Ascending), (field, IndexType::Hashed)];
        Declared { partial, collation, ..Declared::plain(keys) }
    })
}

fn sphere() -> impl Strategy<Value = Declared> {
    (any::<bool>(), any::<bool>(), collation()).prop_map(|(compound, sparse, collation)| {
        let mut keys = vec![("place", IndexType::Geo2dSphere)];
        keys.extend(compound.then_some(("a", IndexType::Descending)));
        Declared { sparse, collation, ..Declared::plain(keys) }
    })
}

fn plane() -> impl Strategy<Value = Declared> {
    (proptest::option::of(1_u32..=32), partial()).prop_map(|(bits, partial)| Declared {
        partial,
        bits,
        ..Declared::plain(vec![("spot", IndexType::Geo2d)])
    })
}

fn wildcard() -> impl Strategy<Value = Declared> {
    let excluded = proptest::option::of(select(vec!["a", "d.e"]));
    (select(vec!["$**", "d"]), excluded, partial(), collation()).prop_map(
        |(field, excluded, partial, collation)| Declared {
            partial,
            collation,
            excluded: excluded.filter(|_| field == "$**"),
            ..Declared::plain(vec![(field, IndexType::Wildcard)])
        },
    )
}

fn text() -> impl Strategy<Value = Declared> {
    let fields = btree_set(select(vec!["a", "d.e", "f"]), 1..3);
    let language = proptest::option::of(select(vec!["english", "none", "es"]));
    (fields, any::<bool>(), language, proptest::option::of(1_u32..100)).prop_map(
        |(fields, prefixed, language, weight)| {
            let first = fields.first().copied();
            let mut keys: Vec<_> = prefixed.then_some(("c", IndexType::Ascending)).into_iter().collect();
            keys.extend(fields.into_iter().rev().map(|field| (field, IndexType::Text)));
            let weights = first.zip(weight).into_iter().collect();
            Declared { weights, language, ..Declared::plain(keys) }
        },
    )
}

fn partial() -> impl Strategy<Value = Option<i32>> {
    proptest::option::weighted(0.3, 0..5)
}

fn collation() -> impl Strategy<Value = Option<(&'static str, u32)>> {
    // A Danish collation has a strength of 3 or more.
    proptest::option::weighted(
        0.3,
        select(vec![("en", 1), ("en", 2), ("da", 3), ("da", 4), ("th", 2), ("th", 3)]),
    )
}

fn ttl() -> impl Strategy<Value = Option<u64>> {
    proptest::option::of(1_u64..24)
}

pub(super) fn declared() -> impl Strategy<Value = Declared> {
    let kinds =
        prop_oneof![3 => ordered(), 1 => hashed(), 1 => sphere(), 1 => plane(), 1 => wildcard(), 1 => text()];
    (kinds, any::<bool>(), proptest::option::weighted(0.4, 0..9)).prop_map(|(kind, hidden, name)| Declared {
        hidden,
        name: name.map(|n| format!("named {n}")),
        ..kind
    })
}

pub(super) fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Name),
        Just(Change::Unique),
        Just(Change::Sparse),
        Just(Change::Hidden),
        ttl().prop_map(Change::Ttl),
        partial().prop_map(Change::Partial),
        collation().prop_map(Change::Collation),
        (1_u32..100).prop_map(Change::Weight),
        select(vec!["english", "german", "none"]).prop_map(Change::Language),
        (1_u32..=32).prop_map(Change::Bits),
        select(vec!["b", "d.e"]).prop_map(Change::Excluded),
        Just(Change::Removed),
    ]
}

trait Shuffled {
    fn prop_shuffle_keys(self) -> BoxedStrategy<Vec<(&'static str, IndexType)>>;
}

impl<S: Strategy<Value = BTreeSet<&'static str>> + 'static> Shuffled for S {
    /// Returns the fields in any order, each ascending or descending.
    fn prop_shuffle_keys(self) -> BoxedStrategy<Vec<(&'static str, IndexType)>> {
        let fields = self.prop_map(|fields| fields.into_iter().collect::<Vec<_>>()).prop_shuffle();
        let kinds = vec(select(vec![IndexType::Ascending, IndexType::Descending]), 3);
        (fields, kinds).prop_map(|(fields, kinds)| fields.into_iter().zip(kinds).collect()).boxed()
    }
}
