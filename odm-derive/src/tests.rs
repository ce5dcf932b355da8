//! The expansion of each derive, as source. Review the snapshots like any other code.

mod expansion;
mod names;
mod placeholder;

use proc_macro2::TokenStream;

use crate::{derive::Derive, expand};

/// Returns the expansion, formatted.
fn expanded(derive: Derive, input: TokenStream) -> String {
    let tokens = expand::derive(derive, input);
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}
