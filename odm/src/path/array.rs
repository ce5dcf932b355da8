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
    /// The filter must be about this array; else the server refuses the update. Of an update that makes a new document
    /// (`upsert`) it takes none.
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
