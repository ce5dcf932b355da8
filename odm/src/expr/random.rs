//! Random numbers: `$rand`.

use super::{
    Expr,
    operators::{Operator, operator},
    rendered::none,
};

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[operator!("$rand", rand)];

/// Returns a random number from 0 up to 1, a different one for every row.
///
/// `{ $rand: {} }`
pub fn rand<R>() -> Expr<R, f64> {
    Expr::computed(none("$rand"))
}
