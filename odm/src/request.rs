//! Queries from requests: an allow-list of parameters, and the filter, the sort and the page of a request.
//!
//! Typed queries are fixed at compile time, but clients choose conditions at run time. [`Parameters`] lists what a
//! client may send: public names, each with its typed path. [`Parameters::parse`] accepts the names and strings of a
//! request, from any source. It returns a [`Query`], or one error that lists every invalid parameter.
//!
//! ```
//! use odm::{Id, Model, Value, bson::DateTime, request::Parameters};
//!
//! #[derive(Model)]
//! #[odm(collection = "orders")]
//! struct Order { id: Id<Order>, status: Status, total: f64, placed_at: DateTime }
//!
//! #[derive(Value)]
//! #[serde(rename_all = "lowercase")]
//! enum Status { Open, Paid }
//!
//! let o = Order::fields();
//! let parameters = Parameters::new()
//!     .field("status", o.status())
//!     .range("total", o.total())
//!     .sortable("placed", o.placed_at())
//!     .default_sort(o.id().asc())
//!     .limit(20, 100);
//!
//! // GET /orders?status=open&total[gte]=9.5&sort=-placed&limit=50
//! let query = parameters.parse([("status", "open"), ("total[gte]", "9.5"), ("sort", "-placed"), ("limit", "50")])?;
//! assert_eq!(query.filter.to_string(), r#"{ "status": { "$eq": "open" }, "total": { "$gte": 9.5 } }"#);
//! assert_eq!(query.sort.to_string(), r#"{ "placed_at": -1, "_id": 1 }"#);
//! assert_eq!((query.skip, query.limit), (0, 50));
//!
//! let bad = parameters.parse([("status", "lost"), ("total[$where]", "1"), ("cost", "5")]).unwrap_err();
//! assert_eq!(
//!     bad.to_string(),
//!     "3 bad parameters: `status` must be one of `open`, `paid`; \
//!      `total[*]` takes `eq`, `ne`, `in`, `nin`, `gt`, `gte`, `lt`, `lte`; \
//!      `*` is not a parameter of this request",
//! );
//! # Ok::<(), odm::Error>(())
//! ```
//!
//! # What a client can send
//!
//! | parameter | condition | allowed by |
//! |---|---|---|
//! | `name=value` `name[eq]=value` | `{ field: { $eq: value } }` | [`field`](Parameters::field) |
//! | `name[ne]=value` | `{ field: { $ne: value } }` | [`field`](Parameters::field) |
//! | `name[in]=a,b` `name[nin]=a,b` | `{ field: { $in: [a, b] } }` `{ field: { $nin: [a, b] } }` | [`field`](Parameters::field) |
//! | `name[gt]=value` `gte` `lt` `lte` | `{ field: { $gt: value } }` .. | [`range`](Parameters::range) |
//! | `name[prefix]=text` | `{ field: { $regex: "^text" } }` | [`text`](Parameters::text) |
//! | `name[contains]=text` | `{ field: { $regex: "text", $options: "i" } }` | [`text`](Parameters::text) |
//! | `name[exists]=true` `false` | `{ field: { $ne: null } }` `{ field: { $eq: null } }` | [`presence`](Parameters::presence) |
//! | `name=value` | a condition of your own | [`condition`](Parameters::condition) |
//! | `sort=name,-other` | `{ field: 1, other: -1 }` | [`sortable`](Parameters::sortable) |
//! | `skip=n` `limit=n` | a page | [`limit`](Parameters::limit), [`max_skip`](Parameters::max_skip) |
//! | `name=token` | the token of a page | `page_token`, with the feature `page` |
//!
//! All conditions must hold. Each value is parsed as the [type of its field](crate::value::FromText) and encoded as
//! the field stores it. So a string of the request is never an operator, the name of a field or a pattern.

mod allow_list;
mod operator;
mod parameters;
mod parse;

use std::fmt;

pub use self::{operator::Operator, parameters::Parameters};
#[cfg(feature = "page")]
use crate::page::PageToken;
use crate::{filter::Filter, sort::Sort};

/// The query of a request: `orders.find(query.filter).sort(query.sort).skip(query.skip).limit(query.limit)`.
///
/// Construct with [`Parameters::parse`]. Add the conditions that a client must not change to its filter:
/// `query.filter & o.customer().eq(me)`.
#[must_use = "a query does nothing until its parts are passed to a collection method"]
#[non_exhaustive]
pub struct Query<M> {
    /// All conditions of the request. A request without conditions matches every document, but it does not count as
    /// `Filter::all()`: `update_many` and `delete_many` refuse the filter.
    pub filter: Filter<M>,
    /// The sort of the request, followed by the default sort of the program.
    pub sort: Sort<M>,
    /// The number of documents to skip.
    pub skip: u64,
    /// The maximum number of documents to return: at least 1.
    pub limit: u64,
    /// The token of the page to return, or `None` for the first page. It is checked when the page is read:
    /// `orders.find(query.filter).sort(query.sort).page(query.limit, &key).token(query.page_token)`.
    #[cfg(feature = "page")]
    pub page_token: Option<PageToken>,
}

impl<M> Clone for Query<M> {
    fn clone(&self) -> Self {
        Self {
            filter: self.filter.clone(),
            sort: self.sort.clone(),
            skip: self.skip,
            limit: self.limit,
            #[cfg(feature = "page")]
            page_token: self.page_token.clone(),
        }
    }
}

impl<M> fmt::Debug for Query<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("filter", &self.filter)
            .field("sort", &self.sort)
            .field("skip", &self.skip)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
