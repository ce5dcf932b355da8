//! `IntoOption<T>`: an item of a list that may be left out.

/// An item of a list of filters, updates or sorts: a `T`, or an `Option<T>`, of which `None` is left out.
///
/// [`Filter::all_of`](crate::Filter::all_of), [`Update::all_of`](crate::Update::all_of) and
/// [`Sort::all_of`](crate::Sort::all_of) accept these lists, so that a request needs no branches for the criteria
/// that it does not contain.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `{T}`",
    label = "expected a `{T}` or an `Option` of one",
    note = "all items of a list have one type: where some are `Option`s, write `Some(..)` around the others"
)]
pub trait IntoOption<T> {
    /// Returns the item, or `None` if it is left out.
    fn into_option(self) -> Option<T>;
}

#[diagnostic::do_not_recommend]
impl<T> IntoOption<T> for T {
    fn into_option(self) -> Option<T> {
        Some(self)
    }
}

impl<T> IntoOption<T> for Option<T> {
    fn into_option(self) -> Option<T> {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone> IntoOption<T> for &T {
    fn into_option(self) -> Option<T> {
        Some(self.clone())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone> IntoOption<T> for &Option<T> {
    fn into_option(self) -> Option<T> {
        self.clone()
    }
}
