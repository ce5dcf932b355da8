//! Accumulators and window functions, by the collection of the example.

mod cake_sales;
mod game_scores;
mod others;
mod test_scores;

use crate::support::Case;

pub(crate) fn cases() -> Vec<Case> {
    let mut all = cake_sales::cases();
    all.extend(game_scores::cases());
    all.extend(test_scores::cases());
    all.extend(others::cases());
    all
}
