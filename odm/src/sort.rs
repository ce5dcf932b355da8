//! `Sort<M>`: the order in which documents are returned: `b.pages().desc().then(b.title().asc())`.

use std::{borrow::Cow, fmt, marker::PhantomData};

use mongodb::bson::Document;

use crate::{
    error::{
        Result,
        codec::{CodecError, CodecResult},
    },
    extended_json::ExtendedJson,
    into_option::IntoOption,
    path::{Location, Path, Queried},
    value::{MAX_OPTION, Ordered, Value, bounded_document},
};

/// An order of documents of type `M`: `o.placed_at().desc().then(o.id().asc())`.
///
/// `{ placedAt: -1, _id: 1 }`
#[must_use = "a sort does nothing until it is passed to a collection method"]
pub struct Sort<M> {
    keys: Keys,
    problem: Option<CodecError>,
    model: PhantomData<fn() -> M>,
}

/// The keys of a sort. Most sorts have one or are joined from those that have one, so a key becomes a document only
/// when it is rendered or joined.
#[derive(Debug, Clone)]
enum Keys {
    One(Cow<'static, str>, i32),
    Document(Document),
}

impl Keys {
    fn into_document(self) -> Document {
        match self {
            Self::One(name, direction) => {
                let mut document = Document::new();
                document.insert(name, direction);
                document
            }
            Self::Document(document) => document,
        }
    }
}

impl<M> Sort<M> {
    fn of(keys: Keys, problem: Option<CodecError>) -> Self {
        Self { keys, problem, model: PhantomData }
    }

    pub(crate) fn by(at: &Location, direction: i32) -> Self {
        Self::of(Keys::One(at.to_key(), direction), at.problem().cloned())
    }

    /// Sorts by the field with this name.
    pub(crate) fn by_name(name: &str, direction: i32) -> Self {
        Self::of(Keys::One(name.to_owned().into(), direction), None)
    }

    /// Creates a sort that cannot be sent.
    pub(crate) fn wrong(problem: CodecError) -> Self {
        Self::of(Keys::Document(Document::new()), Some(problem))
    }

    /// Creates a sort from a document in the driver's form.
    pub fn raw(keys: Document) -> Self {
        match bounded_document(keys, MAX_OPTION) {
            Ok(keys) => Self::of(Keys::Document(keys), None),
            Err(problem) => Self::wrong(problem),
        }
    }

    /// Sorts by all of these, the first one first: `then` for a list.
    ///
    /// The items are sorts or `Option`s of sorts. A `None` is left out. An empty list, or one with only `None`s,
    /// specifies no order: `{}`.
    ///
    /// ```
    /// # use odm::{Id, Model, Sort};
    /// # #[derive(Model)]
    /// # #[odm(collection = "books")]
    /// # struct Book { id: Id<Book>, title: String, pages: u32 }
    /// let longest_first = true;
    /// let b = Book::fields();
    /// let sort = Sort::all_of([longest_first.then(|| b.pages().desc()), Some(b.title().asc())]);
    /// assert_eq!(sort.to_string(), r#"{ "pages": -1, "title": 1 }"#);
    /// ```
    pub fn all_of<S: IntoOption<Self>>(sorts: impl IntoIterator<Item = S>) -> Self {
        sorts.into_iter().filter_map(IntoOption::into_option).fold(Self::raw(Document::new()), Self::then)
    }

    /// Appends the keys of `next`, which order the documents that are equal in this sort. A field that is in the sort
    /// already keeps its position and its direction.
    pub fn then(self, next: Self) -> Self {
        let mut keys = self.keys.into_document();
        match next.keys {
            Keys::One(name, direction) => {
                keys.entry(name.into_owned()).or_insert(direction.into());
            }
            Keys::Document(next) => {
                for (name, direction) in next {
                    keys.entry(name).or_insert(direction);
                }
            }
        }
        Self::of(Keys::Document(keys), self.problem.or(next.problem))
    }

    /// Returns the document that is sent.
    pub fn into_document(self) -> Result<Document> {
        Ok(self.render()?)
    }

    pub(crate) fn render(self) -> CodecResult<Document> {
        match self.problem {
            Some(problem) => Err(problem),
            None => Ok(self.keys.into_document()),
        }
    }
}

impl<M> Clone for Sort<M> {
    fn clone(&self) -> Self {
        Self { keys: self.keys.clone(), problem: self.problem.clone(), model: PhantomData }
    }
}

/// Displays the sort as it is sent. A sort that cannot be sent displays its error.
impl<M> fmt::Display for Sort<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Some(problem) => write!(f, "<{problem}>"),
            None => ExtendedJson(&self.keys.clone().into_document()).fmt(f),
        }
    }
}

impl<M> fmt::Debug for Sort<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sort").finish_non_exhaustive()
    }
}

/// A field can be sorted by if its values have an order, or if it is an array of these values. For an array, the
/// server uses the least element in ascending order, and the greatest in descending order. The server can sort by
/// every other field too: use [`Sort::raw`].
impl<M, V: Value, R> Path<M, V, R> {
    /// Sorts the smallest value first: `{ field: 1 }`.
    pub fn asc(&self) -> Sort<M>
    where
        R: Queried,
        V::DistinctItem<V>: Ordered,
    {
        Sort::by(self.location(), 1)
    }

    /// Sorts the greatest value first: `{ field: -1 }`.
    pub fn desc(&self) -> Sort<M>
    where
        R: Queried,
        V::DistinctItem<V>: Ordered,
    {
        Sort::by(self.location(), -1)
    }
}

/// A value that collection methods accept as a sort: a [`Sort`] of the model, or a plain [`Document`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a sort for `{M}`",
    label = "expected a `Sort<{M}>` or a `Document`",
    note = "sort by a field of the model: `.asc()` or `.desc()`, joined with `.then(..)`"
)]
pub trait IntoSort<M> {
    /// Converts the value into a sort.
    fn into_sort(self) -> Sort<M>;
}

impl<M> IntoSort<M> for Sort<M> {
    fn into_sort(self) -> Self {
        self
    }
}

impl<M> IntoSort<M> for Document {
    fn into_sort(self) -> Sort<M> {
        Sort::raw(self)
    }
}
