//! `$match`.

use super::paths;
use crate::{filter::IntoFilter, path::Root, pipeline::Pipeline, value::Value};

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Keeps the rows that satisfy the condition.
    ///
    /// `{ $match: { .. } }`; a plain `Document` is taken too: `.matching(|_| doc! { .. })`.
    pub fn matching<F: IntoFilter<Row>>(self, condition: impl FnOnce(Root<Row>) -> F) -> Self {
        let filter = condition(paths::<Row>()).into_filter();
        self.then("$match", filter.into_clauses().into_document().map(Into::into))
    }
}
