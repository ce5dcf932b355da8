//! The derives of `odm`: `Model`, `Embedded`, `Shape`, `View` and `Value`. Use them through `odm`, which re-exports them.
//!
//! Each goes through three rooms: the attributes and the struct are *parsed* into a tree of our own
//! (`ast`, `attr`), the tree is *checked* as a whole (`check`), and then *expanded* (`expand`).
//! Every mistake is collected in a `ctxt::Ctxt` on the way; beside the messages a stand-in is expanded, so
//! that one mistake does not become twenty.

mod ast;
mod attr;
mod check;
mod ctxt;
mod expand;
#[cfg(test)]
mod tests;
mod view;

use proc_macro::TokenStream;

use crate::ast::Derive;

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

#[doc = include_str!("../docs/value.md")]
#[proc_macro_derive(Value, attributes(odm, serde))]
pub fn derive_value(input: TokenStream) -> TokenStream {
    expand::derive(Derive::Value, input.into()).into()
}
