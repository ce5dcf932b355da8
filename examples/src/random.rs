//! `Random`: random numbers that depend only on a seed.

/// Random numbers, from a seed (`SplitMix64`).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Creates a sequence of numbers, which is always the same for one seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number from 0 to `end`, without `end`.
    pub fn below(&mut self, end: i32) -> i32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let end = u64::try_from(end).unwrap_or(1).max(1);
        i32::try_from((mixed ^ (mixed >> 31)) % end).unwrap_or(0)
    }
}
