//! Random numbers: `$rand`.

use mongodb::bson::Document;

use super::{Expr, operator};

/// Returns a random number from 0 up to 1, a different one for every row.
///
/// `{ $rand: {} }`
pub fn rand<R>() -> Expr<R, f64> {
    Expr::computed(operator("$rand", Ok(Document::new().into())))
}
