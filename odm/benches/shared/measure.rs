//! Measures sides that do the same work, in turns and in one process.

use std::{hint::black_box, time::Instant};

use crate::rounds::Rounds;

/// One side: a function that does the work of the side as often as its argument specifies.
pub(crate) type Side<'a> = Box<dyn FnMut(u32) + 'a>;

/// Returns a side that does this work. The loop is compiled together with the work, so there is no call per
/// repetition.
pub(crate) fn side<'a, T>(mut work: impl FnMut() -> T + 'a) -> Side<'a> {
    Box::new(move |times| {
        for _ in 0..times {
            black_box(work());
        }
    })
}

/// Measures the sides in turns of about half a millisecond each.
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

/// Returns how many seconds the work takes, and its result.
pub(crate) async fn timed<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<(f64, T), E> {
    let start = Instant::now();
    let done = work.await?;
    Ok((start.elapsed().as_secs_f64(), done))
}
