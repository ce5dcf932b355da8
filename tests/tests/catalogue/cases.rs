//! The cases, by the category of their example.

mod accumulators;
mod expressions_a_to_e;
mod expressions_f_to_z;
mod queries;
mod stages;
mod updates;

use super::support::Case;

/// Returns all cases.
pub(crate) fn all() -> Vec<Case> {
    let mut all = accumulators::cases();
    all.extend(expressions_a_to_e::cases());
    all.extend(expressions_f_to_z::cases());
    all.extend(queries::cases());
    all.extend(stages::cases());
    all.extend(updates::cases());
    all
}
