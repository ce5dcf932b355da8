//! The metadata of a row: `$meta`.

use mongodb::bson::{Bson, Document, doc};

use super::{
    Expr,
    operators::{Operator, operator},
    rendered::{Rendered, one},
};
use crate::sort::Sort;

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[operator!("$meta", meta)];

/// What `$meta` returns: a constant of this type determines the type of [`meta`].
#[derive(Debug)]
pub struct Meta<T> {
    keyword: &'static str,
    types: std::marker::PhantomData<fn() -> T>,
}

impl<T> Meta<T> {
    /// Creates metadata by its keyword on the server. You specify its type: `Meta::<Option<f64>>::new("searchScore")`.
    pub const fn new(keyword: &'static str) -> Self {
        Self { keyword, types: std::marker::PhantomData }
    }
}

impl<T> Meta<T> {
    pub(crate) fn keyword(self) -> &'static str {
        self.keyword
    }
}

impl<T> Clone for Meta<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Meta<T> {}

impl Meta<f64> {
    /// The score of a text search.
    pub const TEXT_SCORE: Self = Self::new("textScore");
    /// The score of a stage that computes one, such as `$rankFusion`.
    pub const SCORE: Self = Self::new("score");
    /// The distance of `$geoNear`.
    pub const GEO_NEAR_DISTANCE: Self = Self::new("geoNearDistance");
}

impl Meta<Option<f64>> {
    /// The score of an Atlas search; null without one.
    pub const SEARCH_SCORE: Self = Self::new("searchScore");
    /// The score of an Atlas vector search; null without one.
    pub const VECTOR_SEARCH_SCORE: Self = Self::new("vectorSearchScore");
}

impl Meta<Option<Document>> {
    /// The keys of the index entry by which the server found the document; null if it used no index.
    pub const INDEX_KEY: Self = Self::new("indexKey");
    /// How the score of a stage was computed.
    pub const SCORE_DETAILS: Self = Self::new("scoreDetails");
    /// How the score of an Atlas search was computed.
    pub const SEARCH_SCORE_DETAILS: Self = Self::new("searchScoreDetails");
}

impl Meta<Option<String>> {
    /// The place of the document in the results of an Atlas search, from which another search continues.
    pub const SEARCH_SEQUENCE_TOKEN: Self = Self::new("searchSequenceToken");
}

impl Meta<Option<Bson>> {
    /// The values by which the server has sorted the document.
    pub const SORT_KEY: Self = Self::new("sortKey");
    /// The number of the document in the storage: an `i64`, or the id in a clustered collection.
    pub const RECORD_ID: Self = Self::new("recordId");
    /// The point of the document that is nearest to that of `$geoNear`.
    pub const GEO_NEAR_POINT: Self = Self::new("geoNearPoint");
    /// The id of the document that contains the document that an Atlas search with `returnScope` returns.
    pub const SEARCH_ROOT_DOCUMENT_ID: Self = Self::new("searchRootDocumentId");
}

impl Meta<Option<Vec<Document>>> {
    /// The passages that an Atlas search found.
    pub const SEARCH_HIGHLIGHTS: Self = Self::new("searchHighlights");
}

/// Returns metadata of a row, such as a score.
///
/// `{ $meta: keyword }`. If the stages before do not compute the metadata, some of it is missing, and is therefore an
/// `Option`; for the rest, the server returns an error.
pub fn meta<R, T>(meta: Meta<T>) -> Expr<R, T> {
    Expr::computed(one("$meta", Ok(Rendered::leaf(meta.keyword))))
}

/// Returns how well the row matches the words of the [text search](crate::Filter::text) before: a greater number for
/// a better match.
///
/// `{ $meta: "textScore" }`. The server returns an error if the pipeline does not begin with a text search.
pub fn text_score<R>() -> Expr<R, f64> {
    meta(Meta::TEXT_SCORE)
}

impl<M> Sort<M> {
    /// Sorts by metadata of the documents, such as the score of a search, the greatest first. The name is that of no field,
    /// or of a field that a projection sets to the same metadata:
    /// `Sort::meta("score", Meta::TEXT_SCORE).then(b.title().asc())`.
    ///
    /// `{ score: { $meta: "textScore" } }`
    ///
    /// See [`Sort::text_score`] for a sort by nothing else.
    pub fn meta<T>(name: &str, meta: Meta<T>) -> Self {
        Self::raw(doc! { name: { "$meta": meta.keyword() } })
    }
}
