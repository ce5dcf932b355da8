//! `IntoOption<T>`: a sentence that is said, or left out.

/// What lists of conditions, changes and sorts are made of: a `T`, or an `Option` of one that is left out if it is `None`.
///
/// [`Filter::all_of`](crate::Filter::all_of), [`Update::all_of`](crate::Update::all_of) and
/// [`Sort::all_of`](crate::Sort::all_of) take such lists, so that what a request did not ask for is not said.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `{T}`",
    label = "expected a `{T}` or an `Option` of one",
    note = "all items of a list have one type: where some are `Option`s, write `Some(..)` around the others"
)]
pub trait IntoOption<T> {
    /// The sentence, if it is said.
    fn given(self) -> Option<T>;
}

#[diagnostic::do_not_recommend]
impl<T> IntoOption<T> for T {
    fn given(self) -> Option<T> {
        Some(self)
    }
}

impl<T> IntoOption<T> for Option<T> {
    fn given(self) -> Option<T> {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone> IntoOption<T> for &T {
    fn given(self) -> Option<T> {
        Some(self.clone())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone> IntoOption<T> for &Option<T> {
    fn given(self) -> Option<T> {
        self.clone()
    }
}
