//! Filters of partial indexes.

use super::Filter;
use crate::{Model, index::Index, path::Root};

impl Index {
    /// Contains only documents that match the filter. `{ partialFilterExpression: .. }`
    ///
    /// The server accepts `eq`, `in_`, `gt`, `gte`, `lt`, `lte`, `exists(true)`, `type_`, `is_null`, `is_variant`,
    /// `geo_within`, `geo_intersects`, `&` and `|` there. Another operator is a [`problem`](Self::problem). A query
    /// uses the index only if its filter implies this one. See
    /// [partial indexes](https://www.mongodb.com/docs/manual/core/index-partial/).
    ///
    /// ```
    /// # use odm::{Id, Model, index::{Index, IndexType}};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, total: i64 }
    /// let index = Index::new().key("total", IndexType::Ascending).partial(Order::fields().total().gt(100));
    /// assert_eq!(index.to_string(), r#"total_1 (partial { "total": { "$gt": 100 } })"#);
    /// ```
    pub fn partial<M>(self, filter: Filter<M>) -> Self {
        self.with_partial(filter.clauses.into_document().map_err(|problem| problem.to_string()))
    }
}

/// Calls the closure of an attribute, which rustc then checks as the filter of this model.
pub fn partial_filter<M: Model>(filter: impl FnOnce(Root<M>) -> Filter<M>) -> Filter<M> {
    filter(M::fields())
}
