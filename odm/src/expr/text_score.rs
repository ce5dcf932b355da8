//! What a text search says of a row: `$meta`.

use super::{Expr, operator};

/// How well the row matches the words of the [text search](crate::Filter::text) before: a greater number for a better
/// match.
///
/// `{ $meta: "textScore" }`; an error of the server in a pipeline that does not begin with a text search.
pub fn text_score<R>() -> Expr<R, f64> {
    Expr::computed(operator("$meta", Ok("textScore".into())))
}
