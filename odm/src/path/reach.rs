//! Reach: how many places a path stands for.

use std::marker::PhantomData;

/// The path names one place.
#[derive(Debug, Clone, Copy)]
pub enum One {}

/// The path goes through an array: it stands for that field in every element.
#[derive(Debug, Clone, Copy)]
pub enum Many {}

/// The path stands for the elements that an update picked with `each` or `each_where`.
#[derive(Debug, Clone, Copy)]
pub enum Each {}

/// The path goes into a variant of an enum, so that not every document has it; otherwise it is as `R`.
#[derive(Debug, Clone, Copy)]
pub struct Narrowed<R>(PhantomData<R>);

/// The path names the tag of an enum, which changes with the enum only; otherwise it is as `R`.
#[derive(Debug, Clone, Copy)]
pub struct Tagged<R>(PhantomData<R>);

/// How many places a path stands for: [`One`], [`Many`], [`Each`], or one of them [`Narrowed`] to a variant or
/// [`Tagged`].
pub trait Reach: 'static {}

impl Reach for One {}
impl Reach for Many {}
impl Reach for Each {}
impl<R: Reach> Reach for Narrowed<R> {}
impl<R: Reach> Reach for Tagged<R> {}

/// A reach that an update can write to.
#[diagnostic::on_unimplemented(
    message = "this path is not one place in every document, so an update cannot write to it",
    label = "goes through an array, or into an enum",
    note = "through an array, say which elements: `.each()`, `.each_where(|element| ..)` or `.at(index)` on the array",
    note = "a variant's field, or the tag of an enum, would be written into documents that hold another variant too: set the enum as a whole"
)]
pub trait OnePlace: Reach {}

impl OnePlace for One {}
impl OnePlace for Each {}

/// A reach that a filter can ask about.
#[diagnostic::on_unimplemented(
    message = "`each` and `each_where` pick elements for an update; a filter cannot ask about them",
    label = "not a path of a filter",
    note = "in a filter, ask about elements with `.any(|element| ..)`"
)]
pub trait Queried: Reach {}

impl Queried for One {}
impl Queried for Many {}
#[diagnostic::do_not_recommend]
impl<R: Queried> Queried for Narrowed<R> {}
#[diagnostic::do_not_recommend]
impl<R: Queried> Queried for Tagged<R> {}
