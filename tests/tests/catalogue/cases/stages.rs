//! Stages.

mod fields;
mod gaps;
mod groups;
mod joins;
mod rows;
mod write;

use crate::support::Case;

pub(crate) fn cases() -> Vec<Case> {
    let mut all = groups::cases();
    all.extend(gaps::cases());
    all.extend(joins::cases());
    all.extend(rows::cases());
    all.extend(fields::cases());
    all.extend(write::cases());
    all
}
