//! `Filter<M>`: which documents of a collection a verb is about.
//!
//! The operators are methods of [`Path`](crate::path::Path), which the model's fields give:
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
//! | comparison | `eq` `ne` `gt` `gte` `lt` `lte` `in_` `nin` |
//! | logical | `&` `\|` `!` [`Filter::all_of`] [`Filter::any_of`] [`Filter::none_of`] |
//! | element | `exists` `type_` `is_null` `is_null_or_missing` `is_present` |
//! | array | `any` (`$elemMatch`) `contains` `contains_any` (`$in`) `contains_none` (`$nin`) `all` `size` |
//! | evaluation | [`Filter::expr`] `starts_with` `regex` `in_regex` `mod_` [`Filter::text`] [`Filter::json_schema`] [`Filter::where_`] [`Filter::sample_rate`] [`Filter::comment`] |
//! | geospatial | `geo_within` `geo_intersects` `near` `near_sphere`, with the geometries of [`geo`](crate::geo) |
//! | bitwise | `bits_all_set` `bits_all_clear` `bits_any_set` `bits_any_clear` |
//! | enums | `is_variant` |
//! | version | [`Filter::outdated`] |
//!
//! A condition of your own is written as the driver takes it and joined like any other:
//! `Filter::raw(doc! { "pages": { "$gt": 5 } }) & b.title().eq("Rust")`.

mod array;
mod bitwise;
mod by_id;
mod clauses;
mod comparison;
mod element;
mod evaluation;
mod geospatial;
mod text_search;
mod upsert_id;
mod variant;
mod version;

use std::{fmt, marker::PhantomData, ops};

use mongodb::bson::{Bson, Document};

pub(crate) use self::{
    array::{an_element_meets, is_hollow, no_element_is, no_element_is_one_of},
    by_id::by_id,
    clauses::{Clauses, about_element, behind},
    element::{null_or_missing, present},
    evaluation::escaped,
    upsert_id::fixes_id,
};
pub use self::{
    bitwise::{BitPosition, Bitmask, bitmasks},
    element::{BsonType, BsonTypes},
    geospatial::{DistanceRange, GeometryOperand, Metres},
    text_search::TextOptions,
};
use crate::{
    error::{Result, codec::CodecResult},
    into_option::IntoOption,
    path::Location,
};

/// A condition on documents of type `M`, made of typed paths: `o.status().eq(Status::Open)`.
///
/// Join conditions with `&`, `|` and `!`. It is rendered BSON, so what is shown is what is sent: always
/// explicit operators (`{ status: { $eq: "open" } }`), values encoded as the field stores them. A filter by the id alone has
/// none, `{ _id: id }`: so the server finds the document without making a plan.
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
#[must_use = "a filter does nothing until a verb gets it"]
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
    /// `update_many` and `delete_many` refuse an empty filter that is not said like this.
    pub fn all() -> Self {
        Self::of(Clauses::all())
    }

    /// A filter of your own, as the driver takes it.
    pub fn raw(document: Document) -> Self {
        Self::of(Clauses::raw(document))
    }

    /// Every condition must hold: what `&` makes, for a list.
    ///
    /// The items are filters, or `Option`s of them: a `None` is left out. So a search asks for what it was given.
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
    /// An empty list, or one of nothing but `None`, matches every document. It does not count as said with
    /// [`all`](Self::all), so `update_many` and `delete_many` refuse it.
    pub fn all_of<F: IntoOption<Self>>(filters: impl IntoIterator<Item = F>) -> Self {
        let filters = filters.into_iter().filter_map(IntoOption::given);
        filters.fold(Self::of(Clauses::default()), |all, filter| all & filter)
    }

    /// At least one condition must hold: `{ $or: [..] }`.
    ///
    /// The items are filters, or `Option`s of them: a `None` is no alternative. An empty list, or one of nothing but
    /// `None`, matches no document: `{ $nor: [{}] }`.
    pub fn any_of<F: IntoOption<Self>>(filters: impl IntoIterator<Item = F>) -> Self {
        Self::of(Clauses::any_of(filters.into_iter().filter_map(IntoOption::given).map(Self::into_clauses)))
    }

    /// Whether it matches every document and was not made with [`Filter::all`].
    ///
    /// Its form alone decides: no condition, `nin([])`, the negation of what matches nothing, an alternative and its
    /// opposite. A condition that happens to hold for every document in the collection is not recognised.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// The document that is sent.
    ///
    /// An operand that cannot be stored (a `u64` above `i64::MAX`, a map key with a dot) is an error that
    /// [`is_not_sent`](crate::Error::is_not_sent).
    pub fn into_document(self) -> Result<Document> {
        Ok(by_id::simplified(self.clauses.into_document()?))
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

/// As it is sent, in extended JSON, with its values: do not log it unless you may. What cannot be sent shows its problem.
impl<M> fmt::Display for Filter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.clauses.clone().into_document() {
            Ok(document) => by_id::simplified(document).fmt(f),
            Err(problem) => write!(f, "<{problem}>"),
        }
    }
}

/// Without what it holds, as all that is sent.
impl<M> fmt::Debug for Filter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter").finish_non_exhaustive()
    }
}

/// Both hold. Conditions on different fields stand side by side; `$and` appears only where it must.
impl<M> ops::BitAnd for Filter<M> {
    type Output = Self;

    fn bitand(mut self, other: Self) -> Self {
        self.clauses.add(other.clauses);
        self
    }
}

/// At least one holds: `{ $or: [..] }`, one list for a chain of them.
impl<M> ops::BitOr for Filter<M> {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self::of(Clauses::any_of([self.clauses, other.clauses]))
    }
}

/// It does not hold: `{ field: { $not: .. } }`, or `{ $nor: [..] }` for more than one field. Documents
/// without the field match, as the manual says.
impl<M> ops::Not for Filter<M> {
    type Output = Self;

    fn not(self) -> Self {
        Self::of(self.clauses.not())
    }
}

/// What a verb takes as its filter: a [`Filter`] of the model, or a plain [`Document`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a filter for `{M}`",
    label = "expected a `Filter<{M}>` or a `Document`",
    note = "begin with the fields of the model: `let m = {M}::fields();`, or use `Filter::all()`",
    note = "join filters with `&`, `|` and `!`"
)]
pub trait IntoFilter<M> {
    /// The filter.
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
