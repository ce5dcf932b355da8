//! `Ctxt`: collects the errors of one derive, each with its span.

use std::{cell::RefCell, fmt::Display, thread};

use quote::ToTokens;

/// The errors of one derive. Get them with [`Ctxt::finish`] before it is dropped.
pub(crate) struct Ctxt {
    errors: RefCell<Option<Vec<syn::Error>>>,
}

impl Ctxt {
    /// Returns a `Ctxt` without errors.
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Some(Vec::new())) }
    }

    /// Adds an error that spans `tokens`.
    pub(crate) fn error(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Adds an error.
    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = &mut *self.errors.borrow_mut() {
            errors.push(error);
        }
    }

    /// Returns the number of errors so far. If it grows while something is parsed, the result is incomplete.
    pub(crate) fn count(&self) -> usize {
        self.errors.borrow().as_ref().map_or(0, Vec::len)
    }

    /// Returns all errors.
    pub(crate) fn finish(self) -> Vec<syn::Error> {
        self.errors.borrow_mut().take().unwrap_or_default()
    }
}

/// Panics if `finish` was not called, because the derive would expand a wrong tree without reporting the errors.
impl Drop for Ctxt {
    fn drop(&mut self) {
        let looked_at = self.errors.borrow().is_none();
        assert!(looked_at || thread::panicking(), "a `Ctxt` was dropped without `finish`");
    }
}
