//! `IntoBase`: from the fields of a document back to the path or expression they are laid over.

/// Something that is, or is laid over, a path or an expression.
///
/// `o.lines()` gives the fields of `Line` laid over the path to `lines`; a function that takes the path
/// itself reaches it through this trait. The derive implements it for every fields struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a field nor an expression",
    label = "expected what an accessor of the row gives",
    note = "such as `|row| row.lines()`"
)]
pub trait IntoBase {
    /// What lies at the bottom.
    type Base;

    /// The bottom, without the fields above it.
    fn into_base(self) -> Self::Base;
}

impl<M, V, R> IntoBase for super::Path<M, V, R> {
    type Base = Self;

    fn into_base(self) -> Self {
        self
    }
}
