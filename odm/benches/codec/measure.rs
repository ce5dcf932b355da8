//! Sides that do the same work take turns in one process; what counts is the median over the rounds.
//!
//! A machine that slows down for a while slows down all sides of a round, so a ratio is taken within its round.

use std::{fmt, hint::black_box, time::Instant};

/// How many seconds the sides took, round by round.
#[derive(Debug)]
pub(crate) struct Rounds<const SIDES: usize>(Vec<[f64; SIDES]>);

impl<const SIDES: usize> Rounds<SIDES> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn add(&mut self, seconds: [f64; SIDES]) {
        self.0.push(seconds);
    }

    /// The seconds of a side.
    pub(crate) fn seconds(&self, side: usize) -> f64 {
        median(self.0.iter().map(|seconds| seconds[side]))
    }

    /// How many times as fast as `other` a side is.
    pub(crate) fn ratio(&self, side: usize, other: usize) -> Ratio {
        Ratio(median(self.0.iter().map(|seconds| seconds[other] / seconds[side])))
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How many times as fast.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ratio(f64);

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.2}", self.0))
    }
}

/// One side: does its work so many times.
pub(crate) type Side<'a> = Box<dyn FnMut(u32) + 'a>;

/// A side that does this. The loop is compiled around the work, so that a turn costs no call.
pub(crate) fn side<'a, T>(mut work: impl FnMut() -> T + 'a) -> Side<'a> {
    Box::new(move |times| {
        for _ in 0..times {
            black_box(work());
        }
    })
}

/// Lets the sides take turns of about half a millisecond each.
pub(crate) fn take_turns<const SIDES: usize>(rounds: usize, mut sides: [Side<'_>; SIDES]) -> Rounds<SIDES> {
    const TURN: f64 = 0.000_5;
    let mut times = [1; SIDES];
    for (side, times) in sides.iter_mut().zip(&mut times) {
        while seconds(|| side(*times)) < TURN {
            *times *= 2;
        }
    }
    let mut measured = Rounds::new();
    for _ in 0..rounds {
        let mut turns = [0.0; SIDES];
        for ((side, times), turn) in sides.iter_mut().zip(times).zip(&mut turns) {
            *turn = seconds(|| side(times)) / f64::from(times);
        }
        measured.add(turns);
    }
    measured
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}
