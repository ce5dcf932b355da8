//! `Ctxt`: where every mistake of one derive is collected, each with its span.

use std::{cell::RefCell, fmt::Display, thread};

use quote::ToTokens;

/// The mistakes found so far. It must be asked for them with [`Ctxt::finish`].
pub(crate) struct Ctxt {
    errors: RefCell<Option<Vec<syn::Error>>>,
}

impl Ctxt {
    /// Nothing found yet.
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Some(Vec::new())) }
    }

    /// Adds a mistake that spans `tokens`.
    pub(crate) fn error(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Adds a mistake.
    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = &mut *self.errors.borrow_mut() {
            errors.push(error);
        }
    }

    /// How many mistakes were found so far: more than before something was read means that it is not whole.
    pub(crate) fn count(&self) -> usize {
        self.errors.borrow().as_ref().map_or(0, Vec::len)
    }

    /// Every mistake found.
    pub(crate) fn finish(self) -> Vec<syn::Error> {
        self.errors.borrow_mut().take().unwrap_or_default()
    }
}

/// Forgetting to look at the mistakes would expand a wrong tree in silence.
impl Drop for Ctxt {
    fn drop(&mut self) {
        let looked_at = self.errors.borrow().is_none();
        assert!(looked_at || thread::panicking(), "a `Ctxt` was dropped without `finish`");
    }
}
