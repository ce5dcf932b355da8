//! `Filter<M>`: a typed condition that selects documents of a collection.
//!
//! The operators are methods of [`Path`](crate::path::Path). The field accessors of a model return paths:
//!
//! ```
//! # use odm::{Id, Model};
//! # #[derive(Model)]
//! # #[odm(collection = "books")]
//! # struct Book { id: Id<Book>, title: String, tags: Vec<String>, pages: Option<u32> }
//! let b = Book::fields();
//! let filter = b.tags().contains("rust") & (b.pages().lt(300) | b.pages().is_null_or_missing());
//! # drop(filter);
//! ```
//!
//! | kind | operators |
//! |---|---|
//! | comparison | `eq` `eq_regex` `ne` `gt` `gte` `lt` `lte` `in_` `nin` |
//! | logical | `&` `\|` `!` [`Filter::all_of`] [`Filter::any_of`] [`Filter::none_of`] |
//! | element | `exists` `type_` `is_null` `is_null_or_missing` `is_present` |
//! | array | `any` (`$elemMatch`) `contains` `contains_any` (`$in`) `contains_none` (`$nin`) `all` `all_any` `size` |
//! | evaluation | [`Filter::expr`] `starts_with` `regex` `regex_literal` `in_regex` `mod_` [`Filter::text`] [`Filter::json_schema`] [`Filter::where_`] [`Filter::sample_rate`] [`Filter::comment`] |
//! | geospatial | `geo_within` `geo_intersects` `near` `near_sphere` `near_coordinates` `near_sphere_coordinates`, with the geometries of [`geo`](crate::geo) |
//! | bitwise | `bits_all_set` `bits_all_clear` `bits_any_set` `bits_any_clear` |
//! | enums | `is_variant` |
//! | version | [`Filter::outdated`] |
//!
//! A raw condition in the driver's form can be joined like any other:
//! `Filter::raw(doc! { "pages": { "$gt": 5 } }) & b.title().eq("Rust")`.

pub(crate) mod area;
mod array;
mod below;
pub(crate) mod bitwise;
mod by_id;
mod clauses;
mod comparison;
mod element;
mod evaluation;
pub(crate) mod geospatial;
#[cfg(feature = "live")]
mod matcher;
mod operators;
pub(crate) mod partial;
mod text_search;
mod upsert_id;
mod variant;
mod version;

use std::{fmt, marker::PhantomData, ops};

use mongodb::bson::{Bson, Document};

#[cfg(feature = "live")]
pub use self::matcher::Matcher;
#[cfg(feature = "live")]
pub(crate) use self::matcher::{SortKey, SortKeys};
pub(crate) use self::{
    array::{an_element_meets, contains_only_arrays, no_element_is, no_element_is_one_of},
    below::below,
    by_id::by_id,
    clauses::{Clauses, into_element_form, prefixed},
    element::{null_or_missing, present},
    evaluation::escaped,
    upsert_id::fixes_id,
};
pub use self::{
    element::{BsonType, BsonTypes},
    geospatial::{DistanceRange, Metres},
    operators::operators,
    text_search::TextOptions,
};
use crate::{
    error::{Result, codec::CodecResult},
    extended_json::ExtendedJson,
    into_option::IntoOption,
    path::Location,
};

/// A condition on documents of type `M`, built from typed paths: `o.status().eq(Status::Open)`.
///
/// Join conditions with `&`, `|` and `!`. A filter is rendered BSON, so it displays exactly what is sent: operators
/// are always explicit (`{ status: { $eq: "open" } }`), and values are encoded as the field stores them. Only a
/// filter by the id alone has no operator, `{ _id: id }`, because the server then finds the document without query
/// planning.
///
/// ```
/// # use odm::Model;
/// # use serde::{Serialize, Deserialize};
/// # #[derive(Serialize, Deserialize, Model)]
/// # #[odm(collection = "people")]
/// # struct Person { id: odm::Id<Person>, name: String, age: u8 }
/// let p = Person::fields();
/// let filter = p.age().gte(18) & (p.name().eq("Ada") | p.name().starts_with("B"));
/// assert_eq!(
///     filter.to_string(),
///     r#"{ "age": { "$gte": 18 }, "$or": [{ "name": { "$eq": "Ada" } }, { "name": { "$regex": "^B" } }] }"#,
/// );
/// ```
#[must_use = "a filter does nothing until it is passed to a collection method"]
pub struct Filter<M> {
    clauses: Clauses,
    model: PhantomData<fn() -> M>,
}

impl<M> Filter<M> {
    pub(crate) fn of(clauses: Clauses) -> Self {
        Self { clauses, model: PhantomData }
    }

    /// `{ name: { operator: value } }`
    pub(crate) fn test(at: &Location, operator: &'static str, value: CodecResult<Bson>) -> Self {
        Self::of(Clauses::test(at, operator, value))
    }

    /// Matches every document: `{}`.
    ///
    /// `update_many` and `delete_many` refuse a filter that matches every document unless it is made with this
    /// function.
    pub fn all() -> Self {
        Self::of(Clauses::all())
    }

    /// Creates a filter from a document in the driver's form.
    pub fn raw(document: Document) -> Self {
        Self::of(Clauses::raw(document))
    }

    /// Matches documents that meet every condition: `&` for a list.
    ///
    /// The items are filters or `Option`s of filters. A `None` is left out, so that a search contains only the
    /// criteria that the user entered.
    ///
    /// ```
    /// # use odm::{Filter, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "books")]
    /// # struct Book { id: Id<Book>, title: String, pages: u32 }
    /// let (title, at_least, at_most) = (None::<String>, Some(100), Some(300));
    /// let b = Book::fields();
    /// let filter = Filter::all_of([
    ///     title.map(|title| b.title().eq(title)),
    ///     at_least.map(|pages: u32| b.pages().gte(pages)),
    ///     at_most.map(|pages: u32| b.pages().lte(pages)),
    /// ]);
    /// assert_eq!(filter.to_string(), r#"{ "pages": { "$gte": 100, "$lte": 300 } }"#);
    /// ```
    ///
    /// An empty list, or one with only `None`s, matches every document. It does not count as [`all`](Self::all), so
    /// `update_many` and `delete_many` refuse it.
    pub fn all_of<F: IntoOption<Self>>(filters: impl IntoIterator<Item = F>) -> Self {
        let filters = filters.into_iter().filter_map(IntoOption::into_option);
        filters.fold(Self::of(Clauses::default()), |all, filter| all & filter)
    }

    /// Matches documents that meet at least one condition: `{ $or: [..] }`.
    ///
    /// The items are filters or `Option`s of filters. A `None` is left out. An empty list, or one with only `None`s,
    /// matches no document: `{ $nor: [{}] }`.
    pub fn any_of<F: IntoOption<Self>>(filters: impl IntoIterator<Item = F>) -> Self {
        Self::of(Clauses::any_of(
            filters.into_iter().filter_map(IntoOption::into_option).map(Self::into_clauses),
        ))
    }

    /// Returns whether the filter matches every document and was not made with [`Filter::all`].
    ///
    /// Only the form of the filter counts: no condition, `nin([])`, the negation of a filter that matches nothing, or
    /// a condition joined with its negation by `|`. A condition that happens to hold for every document in the
    /// collection is not recognised.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Returns the document that is sent.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if an operand cannot be stored,
    /// for example a `u64` above `i64::MAX` or a map key with a dot.
    pub fn into_document(mut self) -> Result<Document> {
        match self.clauses.take_only_id() {
            Some(id) => Ok(by_id(id)),
            None => Ok(by_id::simplified(self.clauses.into_document()?)),
        }
    }

    pub(crate) fn into_clauses(self) -> Clauses {
        self.clauses
    }

    pub(crate) fn clauses(&self) -> &Clauses {
        &self.clauses
    }
}

impl<M> Clone for Filter<M> {
    fn clone(&self) -> Self {
        Self::of(self.clauses.clone())
    }
}

/// Displays the filter as it is sent, in relaxed extended JSON and with its values. Log it only if the values may be logged.
/// A filter that cannot be sent displays its error.
impl<M> fmt::Display for Filter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.clauses.clone().into_document() {
            Ok(document) => ExtendedJson(&by_id::simplified(document)).fmt(f),
            Err(problem) => write!(f, "<{problem}>"),
        }
    }
}

/// Omits the conditions, like the `Debug` of everything that is sent.
impl<M> fmt::Debug for Filter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter").finish_non_exhaustive()
    }
}

/// Matches documents that meet both filters. Conditions on different fields become elements of one document; `$and`
/// is used only where it is necessary: `{ .., $and: [..] }`.
impl<M> ops::BitAnd for Filter<M> {
    type Output = Self;

    fn bitand(mut self, other: Self) -> Self {
        self.clauses.add(other.clauses);
        self
    }
}

/// Matches documents that meet at least one of the filters: `{ $or: [..] }`. A chain of `|` becomes one list.
impl<M> ops::BitOr for Filter<M> {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self::of(Clauses::any_of([self.clauses, other.clauses]))
    }
}

/// Matches documents that do not meet the filter: `{ field: { $not: .. } }`, or `{ $nor: [..] }` for more than one
/// field. Documents without the field match, as in the manual.
impl<M> ops::Not for Filter<M> {
    type Output = Self;

    fn not(self) -> Self {
        Self::of(self.clauses.not())
    }
}

/// A value that collection methods accept as a filter: a [`Filter`] of the model, or a plain [`Document`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a filter for `{M}`",
    label = "expected a `Filter<{M}>` or a `Document`",
    note = "begin with the fields of the model: `let m = {M}::fields();`, or use `Filter::all()`",
    note = "join filters with `&`, `|` and `!`"
)]
pub trait IntoFilter<M> {
    /// Converts the value into a filter.
    fn into_filter(self) -> Filter<M>;
}

impl<M> IntoFilter<M> for Filter<M> {
    fn into_filter(self) -> Self {
        self
    }
}

impl<M> IntoFilter<M> for Document {
    fn into_filter(self) -> Filter<M> {
        Filter::raw(self)
    }
}
