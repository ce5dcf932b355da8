//! The attribute of `odm-test`, which re-exports and documents it: `#[odm_test::test]`.

use proc_macro::TokenStream;

mod expand;
mod options;

/// Turns an async function into a test. See `odm_test::test`.
#[proc_macro_attribute]
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::test(options.into(), &item.into()).into()
}
