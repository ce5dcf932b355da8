//! Expressions whose operator begins with a letter from F to Z.

use crate::support::Case;

pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
