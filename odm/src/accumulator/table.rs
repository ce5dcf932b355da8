//! The table of all accumulators and window functions.

use super::{ACCUMULATORS, OTHERS, window};
use crate::expr::Operator;

/// Returns all accumulators and window functions.
pub fn accumulators() -> impl Iterator<Item = &'static Operator> {
    [ACCUMULATORS, OTHERS, window::WINDOW_FUNCTIONS, window::OTHERS].into_iter().flatten()
}
