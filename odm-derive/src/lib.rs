//! The derives of `odm`: `Model`, `Embedded`, `Shape`, `View`, `Patch` and `Value`. Use them through `odm`, which
//! re-exports them.
//!
//! Each derive has three stages. It *parses* the attributes and the struct into a tree (`ast`, `attr`), *checks* the
//! tree as a whole (`check`), and *expands* it to code (`expand`). A `ctxt::Ctxt` collects the errors of the first
//! two stages. Together with errors, the derive expands to placeholder implementations, because rustc would otherwise
//! report a missing trait at every use of the type.

mod ast;
mod attr;
mod check;
mod ctxt;
mod derive;
mod expand;
mod patch;
#[cfg(test)]
mod tests;
mod view;

use proc_macro::TokenStream;

use crate::derive::Derive;

#[doc = include_str!("../docs/model.md")]
#[proc_macro_derive(Model, attributes(odm, serde))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    expand::derive(Derive::Model, input.into()).into()
}

#[doc = include_str!("../docs/embedded.md")]
#[proc_macro_derive(Embedded, attributes(odm, serde))]
pub fn derive_embedded(input: TokenStream) -> TokenStream {
    expand::derive(Derive::Embedded, input.into()).into()
}

#[doc = include_str!("../docs/shape.md")]
#[proc_macro_derive(Shape, attributes(odm, serde))]
pub fn derive_shape(input: TokenStream) -> TokenStream {
    expand::derive(Derive::Shape, input.into()).into()
}

#[doc = include_str!("../docs/view.md")]
#[proc_macro_derive(View, attributes(odm, serde))]
pub fn derive_view(input: TokenStream) -> TokenStream {
    expand::derive(Derive::View, input.into()).into()
}

#[doc = include_str!("../docs/patch.md")]
#[proc_macro_derive(Patch, attributes(odm, serde))]
pub fn derive_patch(input: TokenStream) -> TokenStream {
    expand::derive(Derive::Patch, input.into()).into()
}

#[doc = include_str!("../docs/value.md")]
#[proc_macro_derive(Value, attributes(odm, serde))]
pub fn derive_value(input: TokenStream) -> TokenStream {
    expand::derive(Derive::Value, input.into()).into()
}
