//! Document types: values made of named fields.

use mongodb::bson::{Document, RawDocumentBuf};

use super::{Raw, SchemaVersion, Value, Writer};
use crate::error::{Error, Result};

/// A value that is a document with known fields: a model, an embedded document or a shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a document type",
    label = "expected a document with known fields",
    note = "derive `odm::Model`, `odm::Embedded` or `odm::Shape` for it"
)]
pub trait Doc: Value {
    /// The stored names of its fields, in the order in which they are written.
    const NAMES: &'static [&'static str];

    /// The version that its documents say they were written with, if they do.
    const VERSION: Option<SchemaVersion> = None;
}

/// A document that can be read back as a Rust value: what a pipeline may end in, what [`from_slice`] gives.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a document",
    label = "expected a model, an embedded document or a shape",
    note = "derive `odm::Model`, `odm::Embedded` or `odm::Shape` for it",
    note = "an unnamed row whose field a stage changed: end the pipeline with `.stage_as::<MyShape>(doc! {{ \"$project\": {{ .. }} }})`, or with `.group(|r| MyShapeOf {{ .. }})`",
    note = "rows of no declared type: `.as_documents()`"
)]
pub trait Decode: Value {}

impl Decode for Document {}
impl Decode for RawDocumentBuf {}

/// The BSON bytes of a document, as they are stored.
///
/// # Errors
///
/// [`is_not_sent`](Error::is_not_sent): a value cannot be stored, such as a `u64` above `i64::MAX`; the
/// message says which field.
pub fn to_vec<D: Doc>(document: &D) -> Result<Vec<u8>> {
    let mut writer = Writer::new();
    document.encode(&mut writer)?;
    Ok(writer.into_bytes())
}

/// A document from its BSON bytes: from a file, a cache, a driver call of your own.
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
/// [`is_decode`](Error::is_decode): the bytes are not BSON, or not what the type declares.
pub fn from_slice<D: Decode>(bytes: &[u8]) -> Result<D> {
    D::decode(Raw::document(bytes)).map_err(|cause| Error::decode(bytes, cause))
}
