//! Paths into arrays: one element by position, or every element of an update.

use super::{Each, InQuery, Location, OnePlace, Path, Reach};
use crate::value::{Array, Value};

/// The element of an array at the reach `R`: its fields, laid over a path to the element itself.
type Item<M, V, R> = <<V as Array>::Item as Value>::Fields<InQuery<M, R>, Path<M, <V as Array>::Item, R>>;

impl<M: 'static, V: Value, R: Reach> Path<M, V, R> {
    /// The element at a position, counted from zero: `lines.0`.
    pub fn at(&self, index: u32) -> Item<M, V, R>
    where
        V: Array,
    {
        item::<M, V, R>(self.at.element(index))
    }

    /// The first element that the filter matched, in an update: `lines.$`.
    ///
    /// The filter must name this array and no other: the server keeps one position, that of whichever array it looked at
    /// last. Another filter is an error that [`is_not_sent`](crate::Error::is_not_sent); so is one that a caller wrote as a
    /// document with other names than those of this array and `_id`, as nothing tells which of them are arrays. Then pick
    /// the elements by a condition of their own, [`each_where`](Path::each_where). The server takes no `$` in an update that
    /// makes a new document (`upsert`).
    pub fn matched(&self) -> Item<M, V, Each>
    where
        V: Array,
        R: OnePlace,
    {
        item::<M, V, Each>(self.at.position("$"))
    }

    /// Every element, in an update: `lines.$[]`.
    pub fn each(&self) -> Item<M, V, Each>
    where
        V: Array,
        R: OnePlace,
    {
        item::<M, V, Each>(self.at.position("$[]"))
    }
}

fn item<M: 'static, V: Array, R: Reach>(at: Location) -> Item<M, V, R> {
    V::Item::under(InQuery::new(at.clone()), Path::new(at))
}
