//! Paths into arrays: one element by position, or every element of an update.

use super::{Each, InQuery, OnePlace, Path, Reach};
use crate::value::{Array, Value};

/// The element of an array at the reach `R`: its fields, laid over a path to the element itself.
type Item<M, V, R> = <<V as Array>::Item as Value>::Fields<InQuery<M, R>, Path<M, <V as Array>::Item, R>>;

impl<M: 'static, V: Array, R: Reach> Path<M, V, R> {
    /// The element at a position, counted from zero: `lines.0`.
    pub fn at(&self, index: u32) -> Item<M, V, R> {
        self.item(&index.to_string())
    }

    /// Every element, in an update: `lines.$[]`.
    pub fn each(&self) -> Item<M, V, Each>
    where
        R: OnePlace,
    {
        let at = self.at.position("$[]");
        V::Item::under(InQuery::new(at.clone()), Path::new(at))
    }

    fn item(&self, step: &str) -> Item<M, V, R> {
        let at = self.at.position(step);
        V::Item::under(InQuery::new(at.clone()), Path::new(at))
    }
}
