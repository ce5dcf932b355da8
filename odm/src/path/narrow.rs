//! Narrowing: access to the fields of one variant of an enum.

use std::{fmt, marker::PhantomData};

use super::{Context, Key, Location};
use crate::value::Value;

/// How a query identifies the variant of a stored enum.
#[derive(Debug, Clone, Copy)]
pub enum VariantTest {
    /// By the element with this name, which has this string as its value: `#[serde(tag = "..")]`.
    Tag(&'static str, &'static str),
    /// By the existence of the element with this name, that of the variant.
    Key(&'static str),
    /// By the enum itself, which is this string: a variant without data.
    Text(&'static str),
    /// Not by its content: `#[serde(untagged)]`. An expression tests the BSON type.
    None,
}

/// A context in which an enum can be narrowed to one of its variants.
#[diagnostic::on_unimplemented(
    message = "the fields of a variant cannot be used here",
    label = "not every row has this variant",
    note = "a stage that takes a field name cannot take a field of a variant: match the rows with the variant and project them into a shape",
    note = "a view reads the enum as a whole"
)]
pub trait Narrows: Context {
    /// Returns the context inside the variant that `test` identifies.
    fn narrow(&self, test: VariantTest) -> Self::InVariant;

    /// Returns the variant that `test` identifies.
    fn variant(&self, test: VariantTest) -> Self::Variant;
}

/// A context in which the variants of an untagged enum can be accessed.
#[diagnostic::on_unimplemented(
    message = "the variants of an untagged enum cannot be used here",
    label = "not every row has this variant",
    note = "a stage that takes a field name, and a view, take the enum as a whole",
    note = "in an expression below an array, unwind the array first: `.unwind(|row| row.items())`"
)]
pub trait NarrowsUntagged: Narrows {
    /// Returns the enum itself as a `T`. The key is not added to its name.
    fn whole<T: Value, K: Key>(&self) -> Self::Whole<T, K>;
}

/// One variant of an enum, in a filter. It is the base of the fields struct of the variant.
///
/// Construct with the accessor of the variant: `o.payment().card()`.
pub struct Variant<M, R> {
    at: Location,
    types: PhantomData<fn() -> (M, R)>,
}

impl<M, R> Variant<M, R> {
    pub(crate) fn new(at: Location) -> Self {
        Self { at, types: PhantomData }
    }

    pub(crate) fn location(&self) -> &Location {
        &self.at
    }
}

impl<M, R> fmt::Debug for Variant<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Variant({})", self.at.shown())
    }
}
