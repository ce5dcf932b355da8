//! Random numbers for pauses.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Returns a random number, from the random seeds of the standard library's hash maps.
pub(crate) fn roll() -> u32 {
    let hash = RandomState::new().build_hasher().finish();
    u32::try_from(hash >> 32).unwrap_or_default()
}
