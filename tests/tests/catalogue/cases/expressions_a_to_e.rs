//! Expressions whose operator begins with a letter from A to E.

use crate::support::Case;

pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
