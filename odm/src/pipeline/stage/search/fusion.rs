//! `$rankFusion` and `$scoreFusion`: several searches whose results are combined.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document, doc};

use super::{super::StageArgument, ScoreNormalization};
use crate::{
    error::codec::CodecResult,
    expr::{Expression, rendered::Rendered},
    model::Model,
    pipeline::{Detached, Pipeline},
};

/// Several searches whose results are combined: by their ranks with [`rank_fusion`](Pipeline::rank_fusion), by their
/// scores with [`score_fusion`](Pipeline::score_fusion).
#[must_use = "pass it to `rank_fusion` or `score_fusion`"]
pub struct Fusion<M> {
    pipelines: StageArgument,
    weights: Document,
    method: Option<&'static str>,
    expression: Option<CodecResult<Rendered>>,
    normalization: Option<ScoreNormalization>,
    details: bool,
    model: PhantomData<fn() -> M>,
}

impl<M> fmt::Debug for Fusion<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fusion")
    }
}

impl<M: Model> Default for Fusion<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Model> Fusion<M> {
    /// Combines no searches yet.
    pub fn new() -> Self {
        Self {
            pipelines: StageArgument::default(),
            weights: Document::new(),
            method: None,
            expression: None,
            normalization: None,
            details: false,
            model: PhantomData,
        }
    }

    /// Adds a search, with a name for its weight: `.pipeline("words", |m| m.search(..).limit(20))`.
    ///
    /// `input: { pipelines: { words: [ .. ] } }`
    pub fn pipeline(
        mut self,
        name: &str,
        search: impl FnOnce(Pipeline<M, M, Detached>) -> Pipeline<M, M, Detached>,
    ) -> Self {
        self.pipelines.insert(name, search(Pipeline::new()).into_raw().into_list());
        self
    }

    /// Sets the weight of the search with this name. The default is 1.
    ///
    /// `combination: { weights: { words: 2.0 } }`
    pub fn weight(mut self, name: &str, weight: f64) -> Self {
        self.weights.insert(name, weight);
        self
    }

    /// Combines the scores by their average, which is the default: for [`score_fusion`](Pipeline::score_fusion).
    ///
    /// `combination: { method: "avg" }`
    pub fn average(mut self) -> Self {
        (self.method, self.expression) = (Some("avg"), None);
        self
    }

    /// Combines the scores by an expression, in which [`variable`](crate::expr::variable) returns the score of the search
    /// with this name: `.expression(variable::<_, f64>("words") * 2)`. For [`score_fusion`](Pipeline::score_fusion).
    ///
    /// `combination: { method: "expression", expression: expression }`
    pub fn expression(mut self, expression: impl Expression<M>) -> Self {
        (self.method, self.expression) = (Some("expression"), Some(expression.render()));
        self
    }

    /// Sets how the scores of the searches are made comparable: for [`score_fusion`](Pipeline::score_fusion), which needs
    /// it.
    ///
    /// `input: { .., normalization: "sigmoid" }`
    pub fn normalization(mut self, normalization: ScoreNormalization) -> Self {
        self.normalization = Some(normalization);
        self
    }

    /// Lets [`Meta::SCORE_DETAILS`](crate::expr::Meta) return how the score was computed.
    ///
    /// `scoreDetails: true`
    pub fn score_details(mut self) -> Self {
        self.details = true;
        self
    }

    pub(super) fn render(self) -> CodecResult<Bson> {
        let mut input = doc! { "pipelines": self.pipelines.finish()? };
        if let Some(normalization) = self.normalization {
            input.insert("normalization", normalization.name());
        }
        let mut combination = Document::new();
        if !self.weights.is_empty() {
            combination.insert("weights", self.weights);
        }
        if let Some(method) = self.method {
            combination.insert("method", method);
        }
        if let Some(expression) = self.expression {
            combination.insert("expression", expression?.into_value());
        }
        let mut stage = doc! { "input": input };
        if !combination.is_empty() {
            stage.insert("combination", combination);
        }
        if self.details {
            stage.insert("scoreDetails", true);
        }
        Ok(stage.into())
    }
}
