//! Runs the checks of the fuzzer on a bounded number of inputs, which are the same in every run.

use std::{env, fs, path::Path, thread};

use odm_integration::hostile::{read_as_everything, seeds};

use super::crates;

/// A random number generator without dependencies, which returns the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}

/// Makes one change: a bit, a byte, a length, a cut, or a piece of another document.
fn mutate(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(bytes.len());
    match random.below(6) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = random.byte(),
        2 => {
            let lengths = [0_i32, 1, 4, 5, -1, i32::MAX, i32::MIN, 255];
            let length = lengths[random.below(lengths.len())].to_le_bytes();
            let end = bytes.len().min(at + 4);
            bytes[at..end].copy_from_slice(&length[..end - at]);
        }
        3 => bytes.truncate(at.max(1)),
        4 => bytes[at] = [0, 1, 2, 3, 4, 5, 0x0B, 0x0C, 0x0F, 0x7F][random.below(10)],
        _ => {
            let from = random.below(other.len());
            let piece = &other[from..other.len().min(from + random.below(64))];
            bytes.splice(at..at, piece.iter().copied());
            repair(bytes);
        }
    }
}

/// Corrects the outer length, so that the decoder reaches the inner ones.
fn repair(bytes: &mut [u8]) {
    if let (Ok(length), Some(prefix)) = (i32::try_from(bytes.len()), bytes.first_chunk_mut::<4>()) {
        *prefix = length.to_le_bytes();
    }
}

#[test]
fn mutated_documents_never_panic() {
    let run = |seed: u64| {
        let mut seeds = seeds();
        seeds.push(("crates", crates::seed()));
        let mut random = Random(seed);
        let mut read = 0;
        for _ in 0..CASES {
            let mut bytes = seeds[random.below(seeds.len())].1.clone();
            let other = &seeds[random.below(seeds.len())].1;
            for _ in 0..=random.below(3) {
                mutate(&mut bytes, other, &mut random);
            }
            read += usize::from(read_as_everything(&bytes) > 0 || crates::read(&bytes));
        }
        read
    };
    let threads: Vec<_> = (1..=2).map(|seed| thread::spawn(move || run(seed))).collect();
    let read: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert!((200..2 * CASES - 200).contains(&read), "{read} of {} were read", 2 * CASES);
}

const CASES: usize = 6_000;

#[test]
fn random_bytes_never_panic() {
    let mut random = Random(7);
    for _ in 0..20_000 {
        let mut bytes: Vec<u8> = (0..random.below(80)).map(|_| random.byte()).collect();
        if let Some(last) = bytes.last_mut() {
            *last = 0;
        }
        repair(&mut bytes);
        read_as_everything(&bytes);
        crates::read(&bytes);
    }
}

#[test]
fn the_seed_of_other_crates_decodes() {
    assert!(crates::read(&crates::seed()));
}

#[test]
fn each_seed_decodes_and_equals_the_seed_of_the_fuzzer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
    for (name, bytes) in seeds() {
        assert!(read_as_everything(&bytes) >= 2, "{name}");
        let file = folder.join(format!("{name}.bson"));
        if env::var_os("ODM_SEEDS").is_some_and(|how| how == "write") {
            fs::write(&file, &bytes).unwrap();
        }
        assert_eq!(fs::read(&file).unwrap(), bytes, "{name}: update the seeds with `ODM_SEEDS=write`");
    }
}
