//! A Rust model from the documents of a collection.

pub(crate) mod names;
mod render;
mod seen;

pub(crate) use self::{render::Source, seen::Fields};
