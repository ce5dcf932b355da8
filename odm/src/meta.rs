//! The declarations of documents as data: their fields, how these are stored, and their rules.
//!
//! A derive writes the data as constants: [`Doc::META`](crate::Doc::META) describes a document, and
//! [`Model::MODEL`](crate::Model::MODEL) a model, with its collection and its indexes.
//! [`Value::STORED_AS`](crate::Value::STORED_AS) describes how the values of any type are stored.
//!
//! ```
//! use odm::{Doc, Embedded, Id, Model, meta::TypeMeta, rule::Rule};
//!
//! #[derive(Model)]
//! #[serde(rename_all = "camelCase")]
//! #[odm(collection = "orders", index(placed_at))]
//! struct Order {
//!     id: Id<Order>,
//!     placed_at: odm::bson::DateTime,
//!     #[odm(validate(length(min = 1)))]
//!     lines: Vec<Line>,
//!     remark: Option<String>,
//! }
//!
//! #[derive(Embedded)]
//! struct Line {
//!     sku: String,
//!     qty: u32,
//! }
//!
//! let names: Vec<_> = Order::META.fields().iter().map(|field| field.name()).collect();
//! assert_eq!(names, ["_id", "placedAt", "lines", "remark"]);
//!
//! let lines = Order::META.field("lines").unwrap();
//! assert!(lines.is_required());
//! assert!(matches!(lines.rules().next(), Some(Rule::Length { min: Some(1), max: None, .. })));
//! let TypeMeta::Array { items: TypeMeta::Document(line), .. } = lines.stored_as() else { panic!() };
//! assert_eq!(line.fields()[1].rust_name(), "qty");
//!
//! assert_eq!(Order::MODEL.collection(), "orders");
//! assert_eq!(Order::MODEL.indexes()[0].name(), "placedAt_1");
//! ```
//!
//! Reading and writing documents does not use this data.

pub(crate) mod delete_rule;
mod document;
mod field;
mod identity;
pub(crate) mod reference;
mod stored_as;
mod variant;

pub use self::{
    document::DocumentMeta,
    field::FieldMeta,
    reference::{OnDelete, ReferenceMeta, ReferenceStep},
    stored_as::{Deferred, IdMeta, TypeMeta},
    variant::{ContentMeta, EnumMeta, Tagging, VariantMeta},
};
pub(crate) use self::{field::stored_name, identity::TypeIdentity, stored_as::bson_type_name};

use crate::rule::Rule;

/// The rules of a field or of a document. They are listed by a function, because the rules of a field depend on its
/// type and this data does not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules(fn(usize) -> Option<Rule>);

impl Rules {
    /// No rules.
    pub(crate) const NONE: Self = Self(|_| None);

    /// Returns the rules that the function returns by their index.
    pub(crate) const fn new(by_index: fn(usize) -> Option<Rule>) -> Self {
        Self(by_index)
    }

    fn iter(self) -> impl Iterator<Item = Rule> {
        (0..).map_while(self.0)
    }
}
