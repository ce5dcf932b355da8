//! `Row`: the types that the documents of a result are read as.

use super::{Decode, Raw};
use crate::error::codec::CodecResult;

/// A type that a document of a result can be read as: a model, a shape, or a [view](crate::view), which may borrow
/// from the bytes of the document.
///
/// Every type with [`Decode`] implements it, and [`View`](macro@crate::View) derives it.
#[diagnostic::on_unimplemented(
    message = "a document of a result cannot be read as `{Self}`",
    label = "expected a model, a shape or a view",
    note = "derive `odm::Shape` for the rows of a pipeline, `odm::View` for a part of a model",
    note = "rows of no declared type: `.as_documents()`"
)]
pub trait Row {
    /// The type itself. Its lifetime, if it has one, is that of the bytes.
    type In<'de>;

    /// Reads one document.
    fn read_row(raw: Raw<'_>) -> CodecResult<Self::In<'_>>;
}

/// A row that may outlive the bytes it is read from: required by `next`, `try_collect` and streams.
#[diagnostic::on_unimplemented(
    message = "rows of type `{Self}` cannot be kept",
    label = "not a type that is read from a document and owns what it holds",
    note = "a view with a lifetime borrows from the cursor's buffer: read its rows with `.for_each(|row| ..)`, or hold a `String` in place of `&str`",
    note = "an unnamed row whose field a stage changed: end the pipeline with `.project(|r| MyShapeOf {{ .. }})`, or declare the type of its rows with `.cast::<MyShape>()`",
    note = "rows of no declared type: `.as_documents()`"
)]
pub trait OwnedRow: Row + Sized {
    /// Reads one document.
    fn read_owned(raw: Raw<'_>) -> CodecResult<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Decode> Row for T {
    type In<'de> = T;

    #[inline]
    fn read_row(raw: Raw<'_>) -> CodecResult<T> {
        T::decode(raw)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Decode> OwnedRow for T {
    #[inline]
    fn read_owned(raw: Raw<'_>) -> CodecResult<T> {
        T::decode(raw)
    }
}
