//! `$vectorSearch`: a search for the nearest vectors.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Binary, Bson, doc};

use super::super::{StageArgument, lookup::path_name, paths};
use crate::{
    error::codec::CodecResult,
    filter::IntoFilter,
    path::{IntoBase, Path, Root},
    value::Value,
};

/// A number of a vector, or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of a vector",
    label = "expected an `f64`, `f32`, `i64`, `i32`, `i8` or `u8`"
)]
pub trait VectorNumber {
    /// Returns the number as it is sent.
    fn number(self) -> Bson;
}

macro_rules! vector_numbers {
    ($($sent:ident: $($type:ty)*;)*) => { $($(
        impl VectorNumber for $type {
            #[allow(clippy::useless_conversion)] // for the widest types
            fn number(self) -> Bson {
                Bson::$sent(self.into())
            }
        }

        impl VectorNumber for &$type {
            fn number(self) -> Bson {
                (*self).number()
            }
        }
    )*)* };
}

vector_numbers! {
    Double: f64 f32;
    Int64: i64;
    Int32: i32 i8 u8;
}

/// Markers of [`QueryVector`], which rustc infers.
pub(crate) mod vectors {
    /// Numbers.
    #[derive(Debug)]
    pub enum Numbers {}
    /// Binary data.
    #[derive(Debug)]
    pub enum Data {}
}
use vectors::{Data, Numbers};

/// The vector of a search: numbers (an array, a `Vec`, a slice, an iterator), or binary data with a vector.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a vector",
    label = "expected numbers, such as `[0.5, 0.25]`, or `bson::Binary`",
    note = "`bson::Binary::from(vector)` converts a `bson::Vector`"
)]
pub trait QueryVector<K> {
    /// Returns the vector as it is sent.
    fn vector(self) -> Bson;
}

#[diagnostic::do_not_recommend]
impl<I: IntoIterator<Item: VectorNumber>> QueryVector<Numbers> for I {
    fn vector(self) -> Bson {
        self.into_iter().map(VectorNumber::number).collect::<Vec<_>>().into()
    }
}

impl QueryVector<Data> for Binary {
    fn vector(self) -> Bson {
        self.into()
    }
}

/// How the scores of the vectors in one document make the score of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NestedScore {
    /// By their average: `"avg"`
    Average,
    /// By the greatest: `"max"`
    Greatest,
}

/// A search for the nearest vectors. Construct with [`VectorSearch::new`], or with [`VectorSearch::text`].
#[must_use = "pass it to `vector_search`"]
pub struct VectorSearch<M> {
    stage: StageArgument,
    model: PhantomData<fn() -> M>,
}

impl<M> fmt::Debug for VectorSearch<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VectorSearch")
    }
}

impl<M: Value> VectorSearch<M> {
    /// Finds at most `limit` documents whose vector is near this one, by an index:
    /// `VectorSearch::new("plots", |m| m.embedding(), vector, 10)`.
    ///
    /// `index: "plots", path: "embedding", queryVector: [..], limit: 10`
    pub fn new<F, V, R, K>(
        index: &str,
        field: impl FnOnce(Root<M>) -> F,
        vector: impl QueryVector<K>,
        limit: u32,
    ) -> Self
    where
        F: IntoBase<Base = Path<M, V, R>>,
    {
        Self::by(index, field, "queryVector", vector.vector(), limit)
    }

    /// Finds at most `limit` documents whose text is near this one in meaning, by an index that computes the vectors:
    /// `VectorSearch::text("plots", |m| m.title(), "a ship in a storm", 10)`. A server that expects a document accepts
    /// `doc! { "text": ".." }`.
    ///
    /// `index: "plots", path: "title", query: "a ship in a storm", limit: 10`
    pub fn text<F, V, R>(
        index: &str,
        field: impl FnOnce(Root<M>) -> F,
        query: impl Into<Bson>,
        limit: u32,
    ) -> Self
    where
        F: IntoBase<Base = Path<M, V, R>>,
    {
        Self::by(index, field, "query", query.into(), limit)
    }

    fn by<F, V, R>(
        index: &str,
        field: impl FnOnce(Root<M>) -> F,
        argument: &'static str,
        value: Bson,
        limit: u32,
    ) -> Self
    where
        F: IntoBase<Base = Path<M, V, R>>,
    {
        let mut search = Self { stage: StageArgument::default(), model: PhantomData };
        search.stage.set("index", index);
        search.stage.insert("path", path_name(&field(paths::<M>()).into_base()));
        search.stage.set(argument, value);
        search.stage.insert("limit", limit.to_bson());
        search
    }

    /// Sets how many neighbours are compared, for a search that is not exact.
    ///
    /// `numCandidates: number`
    pub fn num_candidates(mut self, number: u32) -> Self {
        self.stage.insert("numCandidates", number.to_bson());
        self
    }

    /// Compares all vectors.
    ///
    /// `exact: true`
    pub fn exact(mut self) -> Self {
        self.stage.set("exact", true);
        self
    }

    /// Searches only documents that satisfy a condition on fields of the index.
    ///
    /// `filter: { .. }`
    pub fn filter<F: IntoFilter<M>>(mut self, condition: impl FnOnce(Root<M>) -> F) -> Self {
        let filter = condition(paths::<M>()).into_filter().into_clauses().into_document();
        self.stage.insert("filter", filter);
        self
    }
    /// Searches only documents in which a condition on the fields above the vectors is met: for vectors in an array of
    /// documents.
    ///
    /// `parentFilter: { .. }`
    pub fn parent_filter<F: IntoFilter<M>>(mut self, condition: impl FnOnce(Root<M>) -> F) -> Self {
        let filter = condition(paths::<M>()).into_filter().into_clauses().into_document();
        self.stage.insert("parentFilter", filter);
        self
    }

    /// Sets how the scores of several vectors in one document are combined.
    ///
    /// `nestedOptions: { scoreMode: "avg" }`
    pub fn nested_score(mut self, score: NestedScore) -> Self {
        let mode = match score {
            NestedScore::Average => "avg",
            NestedScore::Greatest => "max",
        };
        self.stage.set("nestedOptions", doc! { "scoreMode": mode });
        self
    }

    /// Sets the model that computes the vector of a [`text`](Self::text).
    ///
    /// `model: "voyage-4"`
    pub fn model(mut self, name: &str) -> Self {
        self.stage.set("model", name);
        self
    }

    /// Returns only the fields that the index stores, without reading the documents.
    ///
    /// `returnStoredSource: true`
    pub fn return_stored_source(mut self) -> Self {
        self.stage.set("returnStoredSource", true);
        self
    }

    pub(super) fn render(self) -> CodecResult<Bson> {
        self.stage.finish().map(Into::into)
    }
}
