//! Paths: typed dotted names, and the places they can stand in.
//!
//! A derive makes one fields struct per document type, generic over a *place* ([`Context`]): the same accessor
//! `o.status()` is a [`Path`] in a filter or an update, an expression in `group`, a field to name in
//! `unwind`. Whatever lies at the place comes as the *base* of the struct below it, reached by `Deref`: so a
//! document field called `eq` or `size` wins over the operator of that name.

mod array;
mod context;
mod flattened;
mod into_base;
mod key;
mod location;
mod map;
mod narrow;
mod no_operators;
mod operand;
mod reach;

pub use self::key::types_only;
pub(crate) use self::{context::element, operand::operand_list};
pub use self::{
    context::{Context, Element, InQuery, Root},
    flattened::Flattened,
    into_base::IntoBase,
    key::{Key, OneField},
    location::Location,
    map::KeyOf,
    narrow::{Narrows, NarrowsUntagged, Variant, VariantTest},
    operand::{Assign, Operand, operands},
    reach::{Each, Many, Narrowed, One, OnePlace, Queried, Reach, Tagged},
};

use std::{fmt, marker::PhantomData};

/// A typed dotted name: `o.ship_to().city()` is a `Path<Order, String>` that says `shipTo.city`.
///
/// `M` is the document the name starts from, `V` the type of the field as declared, `R` its reach: whether
/// the name stands for [`One`] place, for [`Many`] (it goes through an array), or for [`Each`] element that an
/// update picked.
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

    /// The dotted stored name, `shipTo.city`.
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
