//! The score of a text search: `$meta`.

use super::{Expr, operator};

/// Returns how well the row matches the words of the [text search](crate::Filter::text) before: a greater number for
/// a better match.
///
/// `{ $meta: "textScore" }`. The server returns an error if the pipeline does not begin with a text search.
pub fn text_score<R>() -> Expr<R, f64> {
    Expr::computed(operator("$meta", Ok("textScore".into())))
}
