//! What a field of a view can be read from where the parent's field is laid flat.

use super::{
    Projection, View,
    kinds::{Maybe, Nested},
};
use crate::{
    error::codec::CodecResult,
    value::{Raw, Row},
};

/// A type of a view's field that can be read from a parent's flattened field of type `F`.
#[diagnostic::on_unimplemented(
    message = "the flattened field of type `{F}` cannot be read as `{Self}`",
    label = "the fields of `{F}` lie in the document itself",
    note = "read it as a view of what is laid flat, `#[derive(odm::View)]` with `#[odm(of = ..)]`, in an `Option` if the parent has one",
    note = "no view has a flattened map: nobody knows the names of what is in it"
)]
pub trait FromPart<'de, F, K>: Sized {
    /// Reads it from the document that it lies in.
    fn read(document: Raw<'de>) -> CodecResult<Self>;

    /// Names what is read.
    fn project(projection: &mut Projection);
}

#[diagnostic::do_not_recommend]
impl<'de, V, F> FromPart<'de, F, Nested> for V
where
    V: View<F> + Row<In<'de> = V>,
{
    fn read(document: Raw<'de>) -> CodecResult<Self> {
        V::read_row(document)
    }

    fn project(projection: &mut Projection) {
        projection.view::<F, V>();
    }
}

/// `None` where what the view reads of it is not there, or not as it must be: so a flattened `Option` is read.
#[diagnostic::do_not_recommend]
impl<'de, V: FromPart<'de, F, K>, F, K> FromPart<'de, Option<F>, Maybe<K>> for Option<V> {
    fn read(document: Raw<'de>) -> CodecResult<Self> {
        Ok(V::read(document).ok())
    }

    fn project(projection: &mut Projection) {
        V::project(projection);
    }
}
