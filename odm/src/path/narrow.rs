//! Narrowing: from an enum to the fields of one of its variants.

use std::{fmt, marker::PhantomData};

use super::{Context, Key, Location};
use crate::value::Value;

/// How the server tells that an enum holds a variant.
#[derive(Debug, Clone, Copy)]
pub enum VariantTest {
    /// The element of this name is this text: `#[serde(tag = "..")]`.
    Tag(&'static str, &'static str),
    /// There is an element of this name: the variant's own.
    Key(&'static str),
    /// The enum itself is this text: a variant without data.
    Text(&'static str),
    /// It does not: `#[serde(untagged)]`.
    None,
}

/// A place where an enum can be narrowed to one of its variants.
#[diagnostic::on_unimplemented(
    message = "the fields of a variant cannot be named here",
    label = "not every row holds this variant",
    note = "a stage that names a field takes none inside a variant: match the rows that hold it and give them a shape",
    note = "a view reads the enum as a whole"
)]
pub trait Narrows: Context {
    /// The place inside the variant that the sign tells of.
    fn narrow(&self, test: VariantTest) -> Self::Inside;

    /// The variant that the sign tells of.
    fn variant(&self, test: VariantTest) -> Self::Variant;
}

/// A place where an untagged enum can be asked for what it holds.
#[diagnostic::on_unimplemented(
    message = "an expression cannot tell which variant an untagged enum holds",
    label = "only a filter can ask for it: values of another type do not match there",
    note = "give the enum a tag, `#[serde(tag = \"..\")]`, or use the enum as a whole"
)]
pub trait NarrowsUntagged: Narrows {
    /// The place itself, as a `T`: no key is added to its name.
    fn whole<T: Value, K: Key>(&self) -> <Self::Inside as Context>::Field<T, K>;
}

/// One variant of an enum, in a filter: its fields lie over it.
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
