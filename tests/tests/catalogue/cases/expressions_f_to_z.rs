//! Expressions whose operator begins with a letter from F to Z.

mod arrays;
mod conversions;
mod dates;
mod documents;
mod elements;
mod numbers;
mod others;
mod sets;
mod strings;

use crate::support::Case;

pub(crate) fn cases() -> Vec<Case> {
    [
        arrays::cases(),
        conversions::cases(),
        dates::cases(),
        documents::cases(),
        elements::cases(),
        numbers::cases(),
        others::cases(),
        sets::cases(),
        strings::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
