//! Reach: how many places a path stands for.

/// The path names one place.
#[derive(Debug, Clone, Copy)]
pub enum One {}

/// The path goes through an array: it stands for that field in every element.
#[derive(Debug, Clone, Copy)]
pub enum Many {}

/// The path stands for the elements that an update picked with `each` or `each_where`.
#[derive(Debug, Clone, Copy)]
pub enum Each {}

/// How many places a path stands for: [`One`], [`Many`] or [`Each`].
pub trait Reach: 'static {}

impl Reach for One {}
impl Reach for Many {}
impl Reach for Each {}

/// A reach that an update can write to.
#[diagnostic::on_unimplemented(
    message = "this path goes through an array, so an update does not know which element to write",
    label = "more than one place",
    note = "say which elements: `.each()`, `.each_where(|element| ..)` or `.at(index)` on the array"
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
