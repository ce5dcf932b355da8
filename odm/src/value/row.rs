//! `Row`: what the documents of a result are read as.

use super::{Decode, Raw};
use crate::error::codec::CodecResult;

/// What a document of a result is read as: a model, a shape, or a [view](crate::view), which may borrow from the bytes
/// of the document.
///
/// Every type with [`Decode`] is one, and [`View`](macro@crate::View) makes one.
#[diagnostic::on_unimplemented(
    message = "a document of a result cannot be read as `{Self}`",
    label = "expected a model, a shape or a view",
    note = "derive `odm::Shape` for the rows of a pipeline, `odm::View` for a part of a model",
    note = "rows of no declared type: `.as_documents()`"
)]
pub trait Row {
    /// The type itself, its lifetime, if it has one, being that of the bytes.
    type In<'de>;

    /// Reads one document.
    fn read_row(raw: Raw<'_>) -> CodecResult<Self::In<'_>>;
}

/// A row that may outlive the bytes it is read from: what `next`, `try_collect` and streams give.
#[diagnostic::on_unimplemented(
    message = "rows of type `{Self}` cannot be kept",
    label = "not a type that is read from a document and owns what it holds",
    note = "a view with a lifetime borrows from the cursor's buffer: read its rows with `.for_each(|row| ..)`, or hold a `String` in place of `&str`",
    note = "an unnamed row whose field a stage changed: end the pipeline with `.stage_as::<MyShape>(doc! {{ \"$project\": {{ .. }} }})`, or with `.group(|r| MyShapeOf {{ .. }})`",
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
