//! The modifiers of `$push`: `$each $position $slice $sort`.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document};

use crate::{
    error::codec::CodecResult,
    path::{Element, Location, element},
    sort::{IntoSort, Sort},
    value::{Value, one_element},
};

/// The elements that an update inserts into an array of `T`, with the position, the sort order and the maximum
/// length.
///
/// Construct with [`Path::push_each_with`](crate::path::Path::push_each_with).
#[must_use = "these are the modifiers of an update"]
pub struct PushEach<T> {
    modifiers: CodecResult<Document>,
    types: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for PushEach<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushEach").finish_non_exhaustive()
    }
}

impl<T> PushEach<T> {
    pub(super) fn of(items: CodecResult<Bson>) -> Self {
        Self { modifiers: items.map(|items| one_element("$each", items)), types: PhantomData }
    }

    pub(super) fn render(self) -> CodecResult<Bson> {
        self.modifiers.map(Bson::Document)
    }

    fn with(mut self, modifier: &str, value: CodecResult<Bson>) -> Self {
        match (&mut self.modifiers, value) {
            (Ok(modifiers), Ok(value)) => {
                modifiers.insert(modifier, value);
            }
            (Ok(_), Err(problem)) => self.modifiers = Err(problem),
            (Err(_), _) => {}
        }
        self
    }

    /// Inserts the elements before the element at this position, counted from zero. A negative number counts from the
    /// end.
    ///
    /// `{ $position: 0 }`
    pub fn position(self, position: i32) -> Self {
        self.with("$position", Ok(position.into()))
    }

    /// Limits the array to this number of elements: the first ones, or the last ones if the number is negative.
    ///
    /// `{ $slice: -5 }`
    pub fn slice(self, length: i32) -> Self {
        self.with("$slice", Ok(length.into()))
    }

    /// Sorts the array by fields of its elements.
    ///
    /// `{ $sort: { qty: -1 } }`
    pub fn sort<S: IntoSort<T>>(self, by: impl FnOnce(Element<T>) -> S) -> Self
    where
        T: Value,
    {
        let by = by(element::<T>(Location::default()));
        self.with("$sort", Sort::render(by.into_sort()).map(Bson::Document))
    }

    /// Sorts an array of plain values, smallest first.
    ///
    /// `{ $sort: 1 }`
    pub fn sort_asc(self) -> Self {
        self.with("$sort", Ok(1.into()))
    }

    /// Sorts an array of plain values, greatest first.
    ///
    /// `{ $sort: -1 }`
    pub fn sort_desc(self) -> Self {
        self.with("$sort", Ok((-1).into()))
    }
}
