//! The types that a field of a view can be read from if the parent's field is flattened.

use super::{
    Projection, Transparent, View,
    kinds::{Decoded, Maybe, Nested},
};
use crate::{
    error::codec::CodecResult,
    value::{Flatten, Raw, Row},
};

/// A type of a view's field that can be read from a parent's flattened field of type `F`.
#[diagnostic::on_unimplemented(
    message = "the flattened field of type `{F}` cannot be read as `{Self}`",
    label = "the fields of `{F}` are stored in the document itself",
    note = "read it as a view of the flattened type, `#[derive(odm::View)]` with `#[odm(of = ..)]`, in an `Option` if the parent has one",
    note = "a view cannot read a flattened map, because its names are not known"
)]
pub trait FromFlattened<'de, F, K>: Sized {
    /// Reads it from the document into which it is flattened.
    fn read(document: Raw<'de>) -> CodecResult<Self>;

    /// Adds the names that are read to the projection.
    fn add_names(projection: &mut Projection);
}

#[diagnostic::do_not_recommend]
impl<'de, V, F> FromFlattened<'de, F, Nested> for V
where
    V: View<F> + Row<In<'de> = V>,
{
    fn read(document: Raw<'de>) -> CodecResult<Self> {
        V::read_row(document)
    }

    fn add_names(projection: &mut Projection) {
        projection.view::<F, V>();
    }
}

/// Reads the value inside a flattened pointer or newtype.
#[diagnostic::do_not_recommend]
impl<'de, V: FromFlattened<'de, F::Inner, K>, F: Transparent, K> FromFlattened<'de, F, Decoded<K>> for V {
    fn read(document: Raw<'de>) -> CodecResult<Self> {
        V::read(document)
    }

    fn add_names(projection: &mut Projection) {
        V::add_names(projection);
    }
}

/// Reads `None` if the document has none of the declared fields. Otherwise the fields must fit, as in the parent.
#[diagnostic::do_not_recommend]
impl<'de, V: FromFlattened<'de, F, K>, F: Flatten, K> FromFlattened<'de, Option<F>, Maybe<K>> for Option<V> {
    fn read(document: Raw<'de>) -> CodecResult<Self> {
        match V::read(document) {
            Ok(part) => Ok(Some(part)),
            Err(error) if document.elements()?.have_any(&F::DECLARED)? => Err(error),
            Err(_) => Ok(None),
        }
    }

    fn add_names(projection: &mut Projection) {
        V::add_names(projection);
    }
}
