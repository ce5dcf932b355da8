//! `IntoHint`: the index that a verb must use.

use mongodb::{bson::Document, options::Hint};

use crate::{
    error::Result,
    sort::Sort,
    value::{MAX_OPTION, bounded_document},
};

/// The argument of `.hint(..)`: the keys of an index, as a [`Sort`] of the model or a plain [`Document`], or its
/// name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a hint for `{M}`",
    label = "expected the keys of an index of `{M}`, or its name",
    note = "the keys are a sort: `.asc()` or `.desc()` of a field, joined with `.then(..)`; other kinds of keys are a `Document`",
    note = "a name is a string: `\"status_1\"`"
)]
pub trait IntoHint<M> {
    /// Converts into the driver's hint.
    fn into_hint(self) -> Result<Hint>;
}

impl<M> IntoHint<M> for Sort<M> {
    fn into_hint(self) -> Result<Hint> {
        self.into_document().map(Hint::Keys)
    }
}

impl<M> IntoHint<M> for Document {
    fn into_hint(self) -> Result<Hint> {
        Ok(Hint::Keys(bounded_document(self, MAX_OPTION)?))
    }
}

impl<M> IntoHint<M> for &str {
    fn into_hint(self) -> Result<Hint> {
        Ok(Hint::Name(self.to_owned()))
    }
}

impl<M> IntoHint<M> for String {
    fn into_hint(self) -> Result<Hint> {
        Ok(Hint::Name(self))
    }
}

impl<M> IntoHint<M> for Hint {
    fn into_hint(self) -> Result<Self> {
        match self {
            Self::Keys(keys) => IntoHint::<M>::into_hint(keys),
            other => Ok(other),
        }
    }
}
