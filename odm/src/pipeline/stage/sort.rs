//! `$sort $skip $limit`.

use super::paths;
use crate::{
    path::Root,
    pipeline::{AllowsGroup, Pipeline},
    sort::IntoSort,
    value::Value,
};

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Sorts the rows.
    ///
    /// `{ $sort: { field: -1 } }`; a plain `Document` is accepted, too.
    pub fn sort<S: IntoSort<Row>>(self, by: impl FnOnce(Root<Row>) -> S) -> Self
    where
        P: AllowsGroup,
    {
        let sort = by(paths::<Row>()).into_sort();
        self.then("$sort", sort.render().map(Into::into))
    }
}

impl<In, Row, P> Pipeline<In, Row, P> {
    /// Skips the first rows.
    ///
    /// `{ $skip: rows }`
    pub fn skip(self, rows: u64) -> Self
    where
        P: AllowsGroup,
    {
        self.then("$skip", rows.to_bson())
    }

    /// Keeps only the first rows. The server returns an error for zero rows.
    ///
    /// `{ $limit: rows }`
    pub fn limit(self, rows: u64) -> Self
    where
        P: AllowsGroup,
    {
        self.then("$limit", rows.to_bson())
    }
}
