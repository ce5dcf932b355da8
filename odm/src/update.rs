//! `Update<M>`: a typed change to documents.
//!
//! The operators are methods of [`Path`](crate::path::Path). The field accessors of a model return paths:
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
//! | stages | [`Update::computed`] with `set` `and_set` `unset` `replace_with`: values computed from the document itself |
//!
//! [`Update::between`] computes the update between two states of a document.
//!
//! Raw operators in the driver's form can be joined like any other:
//! `Update::raw(doc! { "$unset": { "old": "" } }) + b.title().set("x")`.
//!
//! # Rules
//!
//! Before it sends an update, the client checks the rules of the model for the values that the update contains:
//!
//! | operator | what is checked |
//! |---|---|
//! | `set`, `set_on_insert` | the value: the rules of its field, and those of the documents and enums in it |
//! | `max`, `min` | `range`: a `max` beyond the upper bound, a `min` below the lower one |
//! | `inc` | `range` with both bounds: an amount that is larger than their distance |
//! | `push`, `push_each`, `add_to_set`, .. | the elements; `length`: more new elements than the array may have |
//! | `set`, `set_on_insert`, `unset` of all the fields of a rule | `compare`, `required_together` |
//!
//! For an update that violates a rule, the call returns an error for which [`is_invalid`](crate::Error::is_invalid) is
//! true, unless it has `skip_rules()`. What depends on the stored document is not checked: the sum after an `inc`, the
//! length of an array after a `push`, a rule of several fields of which the update changes only some, and the values
//! that a pipeline computes. Neither are `custom` rules, which need the whole value in Rust, and what an untagged enum
//! holds.

mod array;
mod between;
mod bitwise;
mod changes;
pub(crate) mod computed;
pub(crate) mod field;
mod maintained;
mod on_insert;
mod operator_expressions;
mod operators;
mod positional;
mod push;
mod rules;

use std::{fmt, marker::PhantomData, ops};

use mongodb::{
    bson::{Bson, Document},
    options::UpdateModifications,
};

use self::changes::Changes;
pub use self::{computed::ComputedUpdate, operators::operators, push::PushEach};
use crate::{
    error::{Result, codec::CodecResult},
    extended_json::ExtendedJson,
    filter::Filter,
    into_option::IntoOption,
    path::Location,
    value::SchemaVersion,
};

/// A change to documents of type `M`, built from typed paths: `o.status().set(Status::Paid)`.
///
/// Join changes with `+`. An update is rendered BSON, with values encoded as the field stores them.
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
#[must_use = "an update does nothing until it is passed to a collection method"]
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

    /// Creates an update from operators in the driver's form: `doc! { "$set": { .. } }`.
    pub fn raw(document: Document) -> Self {
        Self::of(Changes::raw(document))
    }

    /// Creates an update from an aggregation pipeline in the driver's form. [`computed`](Self::computed) and
    /// [`pipeline`](Self::pipeline) build a typed one. A pipeline that is joined with other changes by `+` cannot be
    /// sent. The rules of the model are not checked.
    pub fn raw_pipeline(stages: Vec<Document>) -> Self {
        Self::of(Changes::pipeline(stages))
    }

    /// Joins all of these changes: `+` for a list.
    ///
    /// The items are updates or `Option`s of updates. A `None` is left out, so that a request changes only the fields
    /// that it contains. An empty list, or one with only `None`s, changes nothing, and collection methods refuse it.
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
        let updates = updates.into_iter().filter_map(IntoOption::into_option);
        updates.fold(Self::nothing(), |all, update| all + update)
    }

    /// Returns an update that changes nothing yet.
    pub(crate) fn nothing() -> Self {
        Self::of(Changes::default())
    }

    /// Sets and removes these fields.
    pub(crate) fn of_fields(set: Document, unset: Document) -> Self {
        Self::of(Changes::of_fields([("$set", set), ("$unset", unset)], Vec::new()))
    }

    /// Returns whether the update changes nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Adds the fields of `document`, which are stored if the update inserts a document. Leaves out the fields that
    /// the update writes itself: `{ $setOnInsert: { .. } }`.
    pub(crate) fn or_insert(self, document: Document) -> Self {
        Self::of(self.changes.or_insert(document))
    }

    /// Stores this version if the update inserts a document, unless the update names the version itself. Does not
    /// change a pipeline, because it cannot distinguish a new document from an old one without a version.
    pub(crate) fn or_version(self, schema: SchemaVersion) -> Self {
        Self::of(self.changes.or_element(schema.name(), schema.stored()))
    }

    /// Checks the update for the filter that it is sent with. Refuses it if its `$` would not mean an element that
    /// the filter matches.
    pub(crate) fn checked_against(self, filter: &Filter<M>) -> Self {
        Self::of(self.changes.checked_against(filter.clauses()))
    }

    /// Removes the type of the model.
    pub(crate) fn untyped(self) -> Update<()> {
        Update::of(self.changes)
    }

    /// Returns the update for a model. It is one of this model: a statement has lost the type.
    pub(crate) fn typed(update: Update<()>) -> Self {
        Self::of(update.changes)
    }

    /// Returns what is sent: the modifications, and the array filters that their `$[name]` steps need.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if an operand cannot be stored,
    /// or if two changes write one field.
    pub fn into_parts(self) -> Result<(UpdateModifications, Vec<Document>)> {
        Ok(self.changes.into_parts()?)
    }
}

impl<M> Clone for Update<M> {
    fn clone(&self) -> Self {
        Self::of(self.changes.clone())
    }
}

/// Displays the update as it is sent, in relaxed extended JSON and with its values. Log it only if the values may be logged.
/// An update that cannot be sent displays its error.
impl<M> fmt::Display for Update<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.changes.clone().into_parts() {
            Ok((UpdateModifications::Document(document), _)) => ExtendedJson(&document).fmt(f),
            Ok((UpdateModifications::Pipeline(stages), _)) => ExtendedJson(&*stages).fmt(f),
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

/// Joins two updates.
impl<M, U: JoinsUpdate<M>> ops::Add<U> for Update<M> {
    type Output = Self;

    fn add(self, other: U) -> Self {
        Self::of(self.changes.and(other.joined().changes))
    }
}

/// A value that `+` joins with an update: another [`Update`] of the model. The trait exists for its error message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be joined with an update of `{M}`",
    label = "expected an `Update<{M}>`",
    note = "operators and stages cannot be joined: in stages, write a constant as `.set(field, |_| value)`"
)]
pub trait JoinsUpdate<M> {
    /// Returns the other update.
    fn joined(self) -> Update<M>;
}

impl<M> JoinsUpdate<M> for Update<M> {
    fn joined(self) -> Self {
        self
    }
}

/// A value that collection methods accept as an update: an [`Update`] of the model, [`ComputedUpdate`] that compute it, a
/// plain [`Document`] of operators, or an aggregation pipeline as a `Vec<Document>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an update of `{M}`",
    label = "expected an `Update<{M}>`, its `ComputedUpdate`, a `Document` or a `Vec<Document>`",
    note = "begin with the fields of the model: `let m = {M}::fields();` and `m.field().set(..)`",
    note = "join updates with `+`"
)]
pub trait IntoUpdate<M> {
    /// Converts the value into an update.
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
        Update::raw_pipeline(self)
    }
}
