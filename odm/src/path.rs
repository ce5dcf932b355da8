//! Paths: typed dotted names, and the places they can stand in.
//!
//! A derive makes one fields struct per document type, generic over a *place* ([`At`]): the same accessor
//! `o.status()` is a [`Path`] in a filter or an update, an expression in `group`, a field to name in
//! `unwind`. Whatever lies at the place comes as the *base* of the struct below it, reached by `Deref`: so a
//! document field called `eq` or `size` wins over the operator of that name.

mod array;
mod based;
mod key;
mod location;
mod map;
mod nameless;
mod operand;
mod part;
mod place;
mod reach;
mod variant;

pub use self::key::types_only;
pub use self::{
    based::Based,
    key::{Just, Key},
    location::Location,
    map::KeyOf,
    operand::{Assign, Operand, operands},
    part::Part,
    place::{At, Element, InQuery, Root},
    reach::{Each, Many, Narrowed, One, OnePlace, Queried, Reach, Tagged},
    variant::{Asks, Narrows, Sign, Variant},
};
pub(crate) use self::{operand::operand_list, place::element};

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
