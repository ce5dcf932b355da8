//! `Update<M>`: what a verb changes in a document.
//!
//! The operators are methods of [`Path`](crate::path::Path), which the model's fields give:
//!
//! ```
//! # use odm::{Embedded, Id, Model};
//! # #[derive(Model)]
//! # #[odm(collection = "books")]
//! # struct Book { id: Id<Book>, title: String, tags: Vec<String>, copies: Vec<Copy> }
//! # #[derive(Embedded)]
//! # struct Copy { shelf: String, lent: u32 }
//! let b = Book::fields();
//! let update = b.title().set("Rust")
//!     + b.tags().add_to_set("crab")
//!     + b.copies().each_where(|copy| copy.shelf().eq("A")).lent().inc(1);
//! # drop(update);
//! ```
//!
//! | kind | operators |
//! |---|---|
//! | field | `set` `set_null` `set_on_insert` `unset` `rename` `inc` `mul` `min` `max` `current_date` `current_timestamp` |
//! | array | `push` `push_each` `push_each_with` `add_to_set` `add_to_set_each` `pop_first` `pop_last` `pull` `pull_all` `pull_where` |
//! | bitwise | `bit_and` `bit_or` `bit_xor` |
//! | positions | `at(index)` `matched()` (`$`) `each()` (`$[]`) `each_where(..)` (`$[name]`) |
//! | stages | [`Update::stages`] with `set` `and_set` `unset` `replace_with`: values computed from the document itself |
//!
//! Operators of your own are written as the driver takes them and joined like any other:
//! `Update::raw(doc! { "$unset": { "old": "" } }) + b.title().set("x")`.
//!
//! An update does not pass the rules of the model: these look at whole documents, on insert and replace.

mod array;
mod bitwise;
mod changes;
mod field;
mod on_insert;
mod positional;
mod push;
mod stages;

use std::{fmt, marker::PhantomData, ops};

use mongodb::{
    bson::{Bson, Document},
    options::UpdateModifications,
};

use self::changes::Changes;
pub use self::{
    field::{Moment, RenameTo, Stamped},
    push::PushEach,
    stages::{StageField, StageValue, Stages, values},
};
use crate::{
    error::{Result, codec::CodecResult},
    filter::Filter,
    into_option::IntoOption,
    path::Location,
    value::SchemaVersion,
};

/// A change to documents of type `M`, made of typed paths: `o.status().set(Status::Paid)`.
///
/// Join changes with `+`. It is rendered BSON, values encoded as the field stores them.
///
/// ```
/// # use odm::Model;
/// # use serde::{Serialize, Deserialize};
/// # #[derive(Serialize, Deserialize, Model)]
/// # #[odm(collection = "people")]
/// # struct Person { id: odm::Id<Person>, name: String, age: u8, tags: Vec<String> }
/// let p = Person::fields();
/// let update = p.name().set("Ada") + p.age().inc(1) + p.tags().push("new");
/// assert_eq!(
///     update.to_string(),
///     r#"{ "$set": { "name": "Ada" }, "$inc": { "age": 1 }, "$push": { "tags": "new" } }"#,
/// );
/// ```
#[must_use = "an update does nothing until a verb gets it"]
pub struct Update<M> {
    changes: Changes,
    model: PhantomData<fn() -> M>,
}

impl<M> Update<M> {
    fn of(changes: Changes) -> Self {
        Self { changes, model: PhantomData }
    }

    /// `{ operator: { name: value } }`
    fn change(at: &Location, operator: &'static str, value: CodecResult<Bson>) -> Self {
        Self::of(Changes::one(at, operator, value))
    }

    /// Update operators of your own, as the driver takes them: `doc! { "$set": { .. } }`.
    pub fn raw(document: Document) -> Self {
        Self::of(Changes::raw(document))
    }

    /// An aggregation pipeline of your own as the update, as the driver takes it; [`stages`](Self::stages) is the typed
    /// one. It stands alone: joined with other changes by `+` it cannot be sent.
    pub fn pipeline(stages: Vec<Document>) -> Self {
        Self::of(Changes::pipeline(stages))
    }

    /// All of these changes: what `+` makes, for a list.
    ///
    /// The items are updates, or `Option`s of them: a `None` is left out, so that a request changes what it says and
    /// nothing else. An empty list, or one of nothing but `None`, changes nothing, and the verbs refuse it.
    ///
    /// ```
    /// # use odm::{Id, Model, Update};
    /// # #[derive(Model)]
    /// # #[odm(collection = "books")]
    /// # struct Book { id: Id<Book>, title: String, pages: u32 }
    /// let (title, pages) = (Some("Rust"), None::<u32>);
    /// let b = Book::fields();
    /// let update = Update::all_of([title.map(|title| b.title().set(title)), pages.map(|pages| b.pages().set(pages))]);
    /// assert_eq!(update.to_string(), r#"{ "$set": { "title": "Rust" } }"#);
    /// ```
    pub fn all_of<U: IntoOption<Self>>(updates: impl IntoIterator<Item = U>) -> Self {
        let updates = updates.into_iter().filter_map(IntoOption::given);
        updates.fold(Self::of(Changes::default()), |all, update| all + update)
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The same update, which stores the fields of `document` where it makes a document, but for those it writes
    /// itself: `{ $setOnInsert: { .. } }`.
    pub(crate) fn or_insert(self, document: Document) -> Self {
        Self::of(self.changes.or_insert(document))
    }

    /// The same update, which stores this version where it makes a document, unless it says something of it itself. A
    /// pipeline cannot tell a new document from an old one without a version: it stays as it is.
    pub(crate) fn or_version(self, schema: SchemaVersion) -> Self {
        Self::of(self.changes.or_element(schema.name(), schema.stored()))
    }

    /// The same update for what this filter finds: refused if its `$` would not mean an element that the filter is about.
    pub(crate) fn under(self, filter: &Filter<M>) -> Self {
        Self::of(self.changes.under(filter.clauses()))
    }

    /// The same update without the type of its model.
    pub(crate) fn untyped(self) -> Update<()> {
        Update::of(self.changes)
    }

    /// What is sent: the modifications and the array filters that their `$[name]` steps need.
    ///
    /// An operand that cannot be stored, or two changes of one field, is an error that
    /// [`is_not_sent`](crate::Error::is_not_sent).
    pub fn into_parts(self) -> Result<(UpdateModifications, Vec<Document>)> {
        Ok(self.changes.into_parts()?)
    }
}

impl<M> Clone for Update<M> {
    fn clone(&self) -> Self {
        Self::of(self.changes.clone())
    }
}

/// As it is sent, in extended JSON, with its values: do not log it unless you may. What cannot be sent shows its problem.
impl<M> fmt::Display for Update<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.changes.clone().into_parts() {
            Ok((UpdateModifications::Document(document), _)) => document.fmt(f),
            Ok((UpdateModifications::Pipeline(stages), _)) => Bson::from(stages).fmt(f),
            Ok(_) => f.write_str("<unknown>"),
            Err(problem) => write!(f, "<{problem}>"),
        }
    }
}

impl<M> fmt::Debug for Update<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Update").finish_non_exhaustive()
    }
}

/// Both changes.
impl<M, U: JoinsUpdate<M>> ops::Add<U> for Update<M> {
    type Output = Self;

    fn add(self, other: U) -> Self {
        Self::of(self.changes.and(other.joined().changes))
    }
}

/// What `+` joins with an update: another [`Update`] of the model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be joined with an update of `{M}`",
    label = "expected an `Update<{M}>`",
    note = "operators and stages do not mix: a constant in stages is `.set(field, |_| value)`"
)]
pub trait JoinsUpdate<M> {
    /// The other update.
    fn joined(self) -> Update<M>;
}

impl<M> JoinsUpdate<M> for Update<M> {
    fn joined(self) -> Self {
        self
    }
}

/// What a verb takes as its update: an [`Update`] of the model, [`Stages`] that compute it, a plain [`Document`] of
/// operators, or an aggregation pipeline as a `Vec<Document>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an update of `{M}`",
    label = "expected an `Update<{M}>`, its `Stages`, a `Document` or a `Vec<Document>`",
    note = "begin with the fields of the model: `let m = {M}::fields();` and `m.field().set(..)`",
    note = "join updates with `+`"
)]
pub trait IntoUpdate<M> {
    /// The update.
    fn into_update(self) -> Update<M>;
}

impl<M> IntoUpdate<M> for Update<M> {
    fn into_update(self) -> Self {
        self
    }
}

impl<M> IntoUpdate<M> for Document {
    fn into_update(self) -> Update<M> {
        Update::raw(self)
    }
}

impl<M> IntoUpdate<M> for Vec<Document> {
    fn into_update(self) -> Update<M> {
        Update::pipeline(self)
    }
}
