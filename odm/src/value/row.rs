//! `Row`: what the documents of a result are read as.

use super::{Decode, Raw};
use crate::error::codec::CodecResult;

/// What a document of a result is read as: a model, a shape, or a [view](crate::view), which may borrow from the bytes
/// of the document.
///
/// Every type with [`Decode`] is one, and [`View`](macro@crate::View) makes one.
pub trait Row {
    /// The type itself, its lifetime, if it has one, being that of the bytes.
    type In<'de>;

    /// Reads one document.
    fn read_row(raw: Raw<'_>) -> CodecResult<Self::In<'_>>;
}

/// A row that may outlive the bytes it is read from: what `next`, `try_collect` and streams give.
#[diagnostic::on_unimplemented(
    message = "rows of type `{Self}` borrow from the cursor's buffer, so they cannot be kept",
    label = "the next batch takes the place of what such a row borrows",
    note = "read each row where it lies: `.for_each(|row| ..)`",
    note = "or let the view own what it holds: `String` in place of `&str`"
)]
pub trait OwnedRow: Row + Sized + Send {
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
