//! Document types: values that consist of named fields.

use mongodb::bson::{Document, RawDocumentBuf};

use super::{Raw, SchemaVersion, Value, Writer};
use crate::{
    error::{Error, Result},
    meta::DocumentMeta,
    rule::TypedRule,
};

/// A value that is a document with known fields: a model, an embedded document or a shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a document type",
    label = "expected a document with known fields",
    note = "derive `odm::Model`, `odm::Embedded` or `odm::Shape` for it"
)]
pub trait Doc: Value {
    /// The stored names of its fields, in the order in which they are written.
    const NAMES: &'static [&'static str];

    /// The schema version that its documents contain, if they do.
    const VERSION: Option<SchemaVersion> = None;

    /// The document as declared: its fields, with their types and rules.
    const META: &'static DocumentMeta;

    /// The rules of the whole document.
    #[doc(hidden)]
    const DOCUMENT_RULES: &'static [TypedRule<Self>] = &[];
}

/// A type that can be read from a document: the row type at the end of a pipeline, the result of [`from_slice`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a document",
    label = "expected a model, an embedded document or a shape",
    note = "derive `odm::Model`, `odm::Embedded` or `odm::Shape` for it",
    note = "an unnamed row whose field a stage changed: end the pipeline with `.project(|r| MyShapeOf {{ .. }})`, or declare the type of its rows with `.cast::<MyShape>()`",
    note = "rows of no declared type: `.as_documents()`"
)]
pub trait Decode: Value {}

impl Decode for Document {}
impl Decode for RawDocumentBuf {}

/// Returns the BSON bytes of a document, as they are stored.
///
/// # Errors
///
/// Returns an error for which [`is_not_sent`](Error::is_not_sent) is true if a value cannot be stored, such as a
/// `u64` above `i64::MAX`. The message contains the path of the field.
pub fn to_vec<D: Doc>(document: &D) -> Result<Vec<u8>> {
    let mut writer = Writer::new();
    document.encode(&mut writer)?;
    Ok(writer.into_bytes())
}

/// Reads a document from its BSON bytes: from a file, a cache, your own call of the driver.
///
/// ```
/// # use odm::{Embedded, bson::doc};
/// #[derive(Debug, PartialEq, Embedded)]
/// struct Point {
///     x: i32,
///     y: i32,
/// }
///
/// let bytes = doc! { "x": 1, "y": "two" }.to_vec()?;
/// let error = odm::from_slice::<Point>(&bytes).unwrap_err();
/// assert_eq!(error.decode_error().unwrap().path(), "y");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Returns an error for which [`is_decode`](Error::is_decode) is true if the bytes are not BSON or do not match the
/// declared type.
pub fn from_slice<D: Decode>(bytes: &[u8]) -> Result<D> {
    D::decode(Raw::document(bytes)).map_err(|cause| Error::decode(bytes, cause))
}
