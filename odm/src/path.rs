//! Paths: typed dotted names, and the contexts of fields structs.
//!
//! A derive makes one fields struct per document type, generic over a *context* ([`Context`]), which decides what the
//! accessors return: `o.status()` is a [`Path`] in a filter or an update, an expression in `group`, a field name in
//! `unwind`. The fields struct of an embedded document dereferences to its *base*, which is the path or expression of
//! the document itself. So a document field called `eq` or `size` takes precedence over the operator with that name.

mod array;
pub(crate) mod context;
mod declared;
mod flattened;
pub(crate) mod into_base;
pub(crate) mod key;
pub(crate) mod location;
mod map;
pub(crate) mod multiplicity;
pub(crate) mod narrow;
mod no_operators;
pub(crate) mod operand;

pub(crate) use self::key::types_only;
pub(crate) use self::{
    context::{Context, InQuery},
    into_base::IntoBase,
    key::{Key, Layer, OneField},
    location::Location,
    multiplicity::{Narrowed, Tagged},
    narrow::{Narrows, NarrowsUntagged, VariantTest},
    operand::operands,
};
pub use self::{
    context::{Element, Root},
    flattened::Flattened,
    map::KeyOf,
    multiplicity::{Each, Many, Multiplicity, One, OnePlace, Queried},
    narrow::Variant,
    operand::{Assign, Operand},
};
pub(crate) use self::{
    context::{element, paths},
    operand::operand_list,
};

use std::{fmt, marker::PhantomData};

/// A typed dotted name: `o.ship_to().city()` is a `Path<Order, String>` with the name `shipTo.city`.
///
/// `M` is the document type in which the name starts, `V` the declared type of the field, and `R` the multiplicity: whether
/// the name refers to [`One`] field, to [`Many`] (it goes through an array), or to [`Each`] element that an update
/// selects.
///
/// Construct with the accessors of `Model::fields()`.
pub struct Path<M, V, R = One> {
    at: Location,
    types: PhantomData<fn() -> (M, V, R)>,
}

impl<M, V, R> Path<M, V, R> {
    pub(crate) fn new(at: Location) -> Self {
        Self { at, types: PhantomData }
    }

    pub(crate) fn location(&self) -> &Location {
        &self.at
    }

    /// Returns the dotted stored name, `shipTo.city`.
    pub fn name(&self) -> &str {
        self.at.name()
    }
}

impl<M, V, R> Clone for Path<M, V, R> {
    fn clone(&self) -> Self {
        Self::new(self.at.clone())
    }
}

impl<M, V, R> fmt::Debug for Path<M, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({})", self.at.shown())
    }
}
