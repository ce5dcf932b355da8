//! Paths into arrays: to one element by its position, or to the elements that an update writes.

use super::{Each, InQuery, Location, Multiplicity, OnePlace, Path};
use crate::value::{Array, Value};

/// The fields struct of an array element with the multiplicity `R`, with the path to the element as its base.
type Item<M, V, R> = <<V as Array>::Item as Value>::Fields<InQuery<M, R>, Path<M, <V as Array>::Item, R>>;

impl<M: 'static, V: Value, R: Multiplicity> Path<M, V, R> {
    /// Returns the path to the element at `index`, counted from zero: `lines.0`.
    pub fn at(&self, index: u32) -> Item<M, V, R>
    where
        V: Array,
    {
        item::<M, V, R>(self.at.element(index))
    }

    /// Returns the path to the first element that the filter matched, in an update: `lines.$`.
    ///
    /// `{ "lines.$.qty": .. }`
    ///
    /// The filter must test this array and no other array, because the server keeps only one position: that of the
    /// array that it examined last. In a filter that the caller passes as a document, it is unknown which fields are
    /// arrays, so the only names allowed there are those of this array and `_id`. If the filter does not meet these
    /// conditions, use [`each_where`](Path::each_where), which selects elements by a condition. The server does not
    /// accept `$` in an update that inserts a new document (`upsert`).
    ///
    /// # Errors
    ///
    /// If the filter does not meet these conditions, the action returns an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true.
    #[doc(alias = "$")]
    #[doc(alias = "positional")]
    pub fn matched(&self) -> Item<M, V, Each>
    where
        V: Array,
        R: OnePlace,
    {
        item::<M, V, Each>(self.at.position("$"))
    }

    /// Returns the path to every element, in an update: `lines.$[]`.
    ///
    /// `{ "lines.$[].qty": .. }`
    #[doc(alias = "$[]")]
    pub fn each(&self) -> Item<M, V, Each>
    where
        V: Array,
        R: OnePlace,
    {
        item::<M, V, Each>(self.at.position("$[]"))
    }
}

fn item<M: 'static, V: Array, R: Multiplicity>(at: Location) -> Item<M, V, R> {
    V::Item::under(InQuery::new(at.clone()), Path::new(at))
}
