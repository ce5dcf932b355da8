//! The measured seconds of every side in every round, and their medians and ratios.
//!
//! If the machine is slow for a while, all sides of a round are slow. Therefore a ratio is computed within each
//! round.

use std::fmt;

/// The seconds of each side in each round.
#[derive(Debug)]
pub(crate) struct Rounds<const SIDES: usize>(Vec<[f64; SIDES]>);

impl<const SIDES: usize> Rounds<SIDES> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn add(&mut self, seconds: [f64; SIDES]) {
        self.0.push(seconds);
    }

    /// Returns the median seconds of a side.
    pub(crate) fn seconds(&self, side: usize) -> f64 {
        median(self.0.iter().map(|seconds| seconds[side]))
    }

    /// Returns how many times as fast as `other` a side is, as the median of the rounds.
    pub(crate) fn ratio(&self, side: usize, other: usize) -> Ratio {
        Ratio(median(self.0.iter().map(|seconds| seconds[other] / seconds[side])))
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How many times as fast one side is as another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ratio(f64);

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.2}", self.0))
    }
}

impl From<Ratio> for f64 {
    fn from(ratio: Ratio) -> Self {
        ratio.0
    }
}
