//! Multiplicity: how many fields of a document a path refers to.

use std::marker::PhantomData;

/// The path refers to one field.
#[derive(Debug, Clone, Copy)]
pub enum One {}

/// The path goes through an array: it refers to the field in every element.
#[derive(Debug, Clone, Copy)]
pub enum Many {}

/// The path refers to the elements that an update selects with `matched`, `each` or `each_where`.
#[derive(Debug, Clone, Copy)]
pub enum Each {}

/// The path goes into a variant of an enum, so not every document has the field. In all other
/// respects it equals `R`.
#[derive(Debug, Clone, Copy)]
pub struct Narrowed<R>(PhantomData<R>);

/// The path refers to the tag of an enum, which changes only with the enum. In all other respects it equals
/// `R`.
#[derive(Debug, Clone, Copy)]
pub struct Tagged<R>(PhantomData<R>);

/// How many fields a path refers to: [`One`], [`Many`], [`Each`], or one of these that is `Narrowed` to a variant
/// or `Tagged`.
pub trait Multiplicity: 'static {}

impl Multiplicity for One {}
impl Multiplicity for Many {}
impl Multiplicity for Each {}
impl<R: Multiplicity> Multiplicity for Narrowed<R> {}
impl<R: Multiplicity> Multiplicity for Tagged<R> {}

/// A multiplicity that an update can write to.
#[diagnostic::on_unimplemented(
    message = "this path is not one field in every document, so an update cannot write to it",
    label = "goes through an array, or into an enum",
    note = "for an array, select the elements: `.each()`, `.each_where(|element| ..)` or `.at(index)` on the array",
    note = "a variant's field, or the tag of an enum, would be written into documents that hold another variant too: set the enum as a whole"
)]
pub trait OnePlace: Multiplicity {}

impl OnePlace for One {}
impl OnePlace for Each {}

/// A multiplicity that a filter can test.
#[diagnostic::on_unimplemented(
    message = "`each` and `each_where` select elements for an update; a filter cannot use them",
    label = "not a path for a filter",
    note = "in a filter, test elements with `.any(|element| ..)`"
)]
pub trait Queried: Multiplicity {}

impl Queried for One {}
impl Queried for Many {}
#[diagnostic::do_not_recommend]
impl<R: Queried> Queried for Narrowed<R> {}
#[diagnostic::do_not_recommend]
impl<R: Queried> Queried for Tagged<R> {}
