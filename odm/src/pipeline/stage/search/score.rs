//! `$score` and `$rerank`: the score of each row.

use mongodb::bson::{Bson, Document, doc};

use crate::{
    error::codec::CodecResult,
    expr::{Expression, Exprs, exprs, rendered::Rendered},
    pipeline::{AllowsScore, Pipeline},
    value::Value,
};

/// How scores are made comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreNormalization {
    /// Not at all: `"none"`
    None,
    /// By a sigmoid function: `"sigmoid"`
    Sigmoid,
    /// To the range from 0 to 1: `"minMaxScaler"`
    MinMaxScaler,
}

impl ScoreNormalization {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sigmoid => "sigmoid",
            Self::MinMaxScaler => "minMaxScaler",
        }
    }
}

/// The optional arguments of [`score`](Pipeline::score). A [`ScoreNormalization`] alone is one of them.
#[derive(Debug, Clone, Copy, Default)]
#[must_use = "pass it to `score`"]
pub struct ScoreOptions {
    normalization: Option<ScoreNormalization>,
    weight: Option<f64>,
    details: bool,
}

impl From<ScoreNormalization> for ScoreOptions {
    fn from(normalization: ScoreNormalization) -> Self {
        Self::new().normalization(normalization)
    }
}

impl ScoreOptions {
    /// Sets no argument yet: the server does not change the scores.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how the scores are made comparable with those of other stages.
    ///
    /// `normalization: "sigmoid"`
    pub fn normalization(mut self, normalization: ScoreNormalization) -> Self {
        self.normalization = Some(normalization);
        self
    }

    /// Sets a number by which each score is multiplied after the normalization.
    ///
    /// `weight: 0.5`
    pub fn weight(mut self, weight: f64) -> Self {
        self.weight = Some(weight);
        self
    }

    /// Lets [`Meta::SCORE_DETAILS`](crate::expr::Meta) return how the score was computed.
    ///
    /// `scoreDetails: true`
    pub fn score_details(mut self) -> Self {
        self.details = true;
        self
    }

    fn render(self, score: CodecResult<Rendered>) -> CodecResult<Bson> {
        let mut stage = doc! { "score": score?.into_value() };
        if let Some(normalization) = self.normalization {
            stage.insert("normalization", normalization.name());
        }
        if let Some(weight) = self.weight {
            stage.insert("weight", weight);
        }
        if self.details {
            stage.insert("scoreDetails", true);
        }
        Ok(stage.into())
    }
}

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Sets the score of each row, which [`Meta::SCORE`](crate::expr::Meta) returns. The options are a
    /// [`ScoreNormalization`], or [`ScoreOptions`].
    ///
    /// `{ $score: { score: expression, normalization: "none" } }`
    ///
    /// Requires MongoDB 8.2.
    pub fn score<X: Expression<Row>>(
        self,
        options: impl Into<ScoreOptions>,
        score: impl FnOnce(Exprs<Row>) -> X,
    ) -> Self
    where
        P: AllowsScore,
    {
        let score = score(exprs::<Row>()).render();
        self.then("$score", options.into().render(score))
    }

    /// Sorts the rows by a model that compares a text with fields of each. The options are [`Rerank`], or a plain
    /// `Document`.
    ///
    /// `{ $rerank: options }`
    ///
    /// Requires MongoDB 8.3 with Atlas Search.
    pub fn rerank(self, options: impl Into<Document>) -> Self
    where
        P: AllowsScore,
    {
        self.then_raw("$rerank", options.into())
    }
}

/// The arguments of [`rerank`](Pipeline::rerank).
#[derive(Debug, Clone)]
#[must_use = "pass it to `rerank`"]
pub struct Rerank(Document);

impl Rerank {
    /// Sorts by how well a field, or an array of names of fields, of the first `rows` rows answers a query, by a model:
    /// `Rerank::new("rerank-2.5", doc! { "text": "a ship in a storm" }, "plot", 50)`.
    ///
    /// `model: "rerank-2.5", query: { text: "a ship in a storm" }, path: "plot", numDocsToRerank: 50`
    pub fn new(model: &str, query: Document, path: impl Into<Bson>, rows: u32) -> Self {
        Self(doc! {
            "model": model,
            "query": query,
            "path": path.into(),
            "numDocsToRerank": i64::from(rows),
        })
    }
}

impl From<Rerank> for Document {
    fn from(arguments: Rerank) -> Self {
        arguments.0
    }
}
