//! `Matcher<M>`: a filter that is evaluated in this process, by the rules of the server.

mod area;
mod bits;
mod compare;
mod condition;
mod elements;
mod expression;
mod node;
mod number;
mod operand;
mod parse;
mod pattern;
mod remainder;
mod sort_key;
mod types;

use std::{fmt, marker::PhantomData, sync::Arc};

use mongodb::bson::RawDocument;

use self::node::Node;
pub(crate) use self::sort_key::{SortKey, SortKeys};
use super::Filter;
use crate::{
    error::{Error, Result, codec::CodecResult},
    value::{Doc, Raw, to_vec},
};

impl<M> Filter<M> {
    /// Compiles the filter, to be evaluated in this process instead of by the server.
    ///
    /// The [`Matcher`] returns for each document what the server would return. It lists what it does not evaluate.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if the filter contains an operator
    /// that only the server evaluates, or an operand that the server would refuse. The message names the operator.
    ///
    /// ```
    /// # use odm::{Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, total: i32, tags: Vec<String> }
    /// # fn main() -> odm::Result<()> {
    /// let o = Order::fields();
    /// let large = (o.total().gte(100) & o.tags().contains("gift")).matcher()?;
    ///
    /// let order = Order { id: Id::new(), total: 120, tags: vec!["gift".into()] };
    /// assert!(large.matches(&order)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn matcher(&self) -> Result<Matcher<M>> {
        let bytes = operand::encoded(&self.clone().into_document()?)?;
        Ok(Matcher { plan: Arc::new(parse::filter(Raw::document(&bytes))?), model: PhantomData })
    }
}

/// A [`Filter`] that is evaluated in this process. [`Filter::matcher`] compiles it.
///
/// It returns for each document what a `find` without a collation returns: with the server's order of all BSON types,
/// exact comparisons of numbers of different types, `null` and missing fields, paths through arrays and positions, and
/// regular expressions by PCRE. It is cheap to clone.
///
/// # What it evaluates
///
/// | chapter | operators |
/// |---|---|
/// | comparison | `$eq` `$ne` `$gt` `$gte` `$lt` `$lte` `$in` `$nin` |
/// | logical | `$and` `$or` `$nor` `$not` |
/// | element | `$exists` `$type` |
/// | array | `$all` `$elemMatch` `$size` |
/// | evaluation | `$mod`, `$regex` with `$options`, `$comment`; `$expr` with `$eq` `$ne` `$gt` `$gte` `$lt` `$lte` `$cmp` `$and` `$or` `$not` `$ifNull` `$type` `$literal`, paths and constants |
/// | geospatial | `$geoWithin` with `$box`, `$polygon` and `$center`, for points |
/// | bitwise | `$bitsAllSet` `$bitsAllClear` `$bitsAnySet` `$bitsAnyClear` |
///
/// Servers differ in the bits of a decimal that is no 64-bit integer: MongoDB 6.0.5 rounds it, and takes -2^63 for one out of
/// range, for `NaN` and for infinity. The matcher does the same. MongoDB 6.0.27 matches no such decimal.
///
/// Building a matcher refuses everything else, because the result could differ from that of the server:
///
/// | operators | reason |
/// |---|---|
/// | `$geoIntersects`, `$geoWithin` with `$geometry` and `$centerSphere` | the server computes on a sphere, with a library of its own, and near an edge the result depends on its rounding |
/// | `$near`, `$nearSphere` | they are about the order of a result |
/// | `$text` | it needs the text index |
/// | `$where`, `$function` | they are JavaScript |
/// | `$jsonSchema`, the other expressions in `$expr` | they are not implemented |
/// | `$sampleRate`, `$rand` | their result is random |
pub struct Matcher<M> {
    plan: Arc<Node>,
    model: PhantomData<fn() -> M>,
}

impl<M> Matcher<M> {
    /// Returns whether the filter selects the document, as it would be stored.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if the document cannot be stored, and
    /// the errors of [`matches_raw`](Self::matches_raw).
    pub fn matches(&self, document: &M) -> Result<bool>
    where
        M: Doc,
    {
        self.matches_bytes(&to_vec(document)?)
    }

    /// Returns whether the filter selects a stored document. It does not decode it.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_decode`](crate::Error::is_decode) is true if the bytes of the document are
    /// malformed, if it nests deeper than the server accepts, or if testing a text exceeds the limits of PCRE, for which
    /// the server fails too.
    pub fn matches_raw(&self, document: &RawDocument) -> Result<bool> {
        self.matches_bytes(document.as_bytes())
    }

    pub(crate) fn matches_bytes(&self, document: &[u8]) -> Result<bool> {
        self.evaluate(Raw::document(document)).map_err(|cause| Error::decode(document, cause))
    }

    fn evaluate(&self, document: Raw<'_>) -> CodecResult<bool> {
        self.plan.matches(document)
    }
}

impl<M> Clone for Matcher<M> {
    fn clone(&self) -> Self {
        Self { plan: Arc::clone(&self.plan), model: PhantomData }
    }
}

/// Displays no values, because those of filters are often stored values.
impl<M> fmt::Debug for Matcher<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher").finish_non_exhaustive()
    }
}
