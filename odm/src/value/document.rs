//! Document types: values made of named fields.

use super::Value;

/// A value that is a document with known fields: a model, an embedded document or a shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a document type",
    label = "expected a document with known fields",
    note = "derive `odm::Model`, `odm::Embedded` or `odm::Shape` for it"
)]
pub trait Doc: Value {
    /// The stored names of its fields, in the order in which they are written.
    const NAMES: &'static [&'static str];
}

/// What a pipeline may end in: a document that can be read back as a Rust value.
#[diagnostic::on_unimplemented(
    message = "rows of type `{Self}` cannot be decoded",
    label = "an earlier stage changed the type of a field of this row",
    note = "name the result: end the pipeline with a stage that gives a shape, such as `.group(|r| MyShapeOf {{ .. }})`"
)]
pub trait Decode: Value + Send {}
