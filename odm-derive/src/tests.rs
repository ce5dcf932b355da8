//! What each derive expands to, as source. The snapshots are read in review like any other code.

mod expansion;
mod names;
mod placeholder;

use proc_macro2::TokenStream;

use crate::{ast::Derive, expand};

/// The expansion, formatted.
fn expanded(derive: Derive, input: TokenStream) -> String {
    let tokens = expand::derive(derive, input);
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}
