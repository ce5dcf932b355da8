//! `IntoBase`: conversion of a fields struct into its base, the path or expression of the document itself.

/// A path, an expression, or a fields struct that has one as its base.
///
/// `o.lines()` returns the fields struct of `Line`, whose base is the path to `lines`. A function that needs the path
/// itself gets it through this trait. The derive implements it for every fields struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a field nor an expression",
    label = "expected what an accessor of the row returns",
    note = "such as `|row| row.lines()`"
)]
pub trait IntoBase {
    /// The path or expression.
    type Base;

    /// Returns the path or expression without the fields struct.
    fn into_base(self) -> Self::Base;
}

impl<M, V, R> IntoBase for super::Path<M, V, R> {
    type Base = Self;

    fn into_base(self) -> Self {
        self
    }
}
