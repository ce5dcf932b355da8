//! The search for the variant that a value is where nothing names it: the first that the value fits.
//!
//! What a variant holds may be searched itself, once more for every variant around it that is tried. In a document that nests
//! such values, the number of searches doubles with every level. So when values have been searched in vain for a while, the
//! answers are kept until the outermost search ends: by type and content, since a part that lies flat is copied.

use std::{
    any::TypeId,
    cell::{Cell, RefCell},
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use super::Raw;
use crate::error::codec::{CodecError, CodecResult};

/// Reads a value as one variant.
type Attempt<E> = fn(Raw<'_>) -> CodecResult<E>;

impl Raw<'_> {
    /// Reads the value as the first of the variants that it fits, exactly: an integer from no double.
    ///
    /// Where it fits none, the error lists the names, or is that of the first attempt if there are none. An error that lies
    /// in the bytes themselves ends the search.
    pub fn search<E: 'static>(self, attempts: &[Attempt<E>], names: &[&str]) -> CodecResult<E> {
        let raw = self.again()?.strictly();
        // What holds nothing is searched in no time.
        if raw.is_composite() || raw.is_read_again() {
            ANSWERS.with(|answers| answers.search(raw, attempts, names))
        } else {
            one_after_the_other(raw, attempts, names, || ()).map(|(_, value)| value)
        }
    }

    /// The error for a value that is none of an untagged enum's variants.
    #[cold]
    fn no_variant(self, names: &[&str]) -> CodecError {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        let found = self.expected("").found().to_owned();
        CodecError::new(
            format!("a value of a variant: {}", names.join(", ")),
            format!("{found} that fits none"),
        )
    }
}

/// The value, and which attempt it came of; `failed` is called after every other.
fn one_after_the_other<E>(
    raw: Raw<'_>,
    attempts: &[Attempt<E>],
    names: &[&str],
    mut failed: impl FnMut(),
) -> CodecResult<(usize, E)> {
    let mut first = None;
    for (index, attempt) in attempts.iter().enumerate() {
        match raw.level(*attempt) {
            Ok(value) => return Ok((index, value)),
            Err(error) if error.is_in_bytes() => return Err(error),
            Err(error) => {
                first.get_or_insert(error);
                failed();
            }
        }
    }
    match first {
        Some(error) if names.is_empty() => Err(error),
        _ => Err(raw.no_variant(names)),
    }
}

thread_local! {
    static ANSWERS: Answers = Answers::default();
}

/// After so many searches in vain, answers are kept.
const PATIENCE: u32 = 64;

/// So many are kept at most, of values of about one size: where those of the small ones are dropped, those of the large ones
/// around them stay.
const MOST: usize = 1 << 12;

/// What searches of one value in another have found.
#[derive(Default)]
struct Answers {
    /// How many searches run inside each other.
    running: Cell<u32>,
    /// How many have begun since the outermost did.
    begun: Cell<u32>,
    /// How many of them were in vain: the value around theirs did not fit.
    in_vain: Cell<u32>,
    keys: RandomState,
    /// By the size class of the value: the logarithm of its length.
    found: RefCell<HashMap<u32, HashMap<Key, Answer>>>,
}

/// A type, and the length and the hash of a value.
type Key = (TypeId, usize, u64);

#[derive(Clone)]
enum Answer {
    /// The value fits this variant first.
    Variant(usize),
    /// It fits none.
    None(CodecError),
}

impl Answers {
    fn search<E: 'static>(&self, raw: Raw<'_>, attempts: &[Attempt<E>], names: &[&str]) -> CodecResult<E> {
        let _running = Running::begin(self);
        let key = (self.in_vain.get() >= PATIENCE)
            .then(|| (TypeId::of::<E>(), raw.bytes().len(), self.keys.hash_one((raw.tag(), raw.bytes()))));
        let class = raw.bytes().len().max(1).ilog2();
        let known = key.and_then(|key| self.found.borrow().get(&class)?.get(&key).cloned());
        match known {
            Some(Answer::None(error)) => return Err(error),
            Some(Answer::Variant(index)) => {
                // At another depth it may not fit.
                if let Some(Ok(value)) = attempts.get(index).map(|attempt| raw.level(*attempt)) {
                    return Ok(value);
                }
            }
            None => {}
        }
        let begun = Cell::new(self.begun.get());
        let result = one_after_the_other(raw, attempts, names, || {
            let in_vain = self.begun.get() - begun.replace(self.begun.get());
            self.in_vain.set(self.in_vain.get().saturating_add(in_vain));
        });
        let answer = match &result {
            Ok((index, _)) => Some(Answer::Variant(*index)),
            Err(error) if error.is_in_bytes() => None,
            Err(error) => Some(Answer::None(error.clone())),
        };
        if let (Some(key), Some(answer)) = (key, answer) {
            let mut found = self.found.borrow_mut();
            let of_class = found.entry(class).or_default();
            if of_class.len() >= MOST {
                of_class.clear();
            }
            of_class.insert(key, answer);
        }
        result.map(|(_, value)| value)
    }
}

/// A search that runs. When the outermost ends, also by a panic of the user's code, all is forgotten.
struct Running<'a>(&'a Answers);

impl<'a> Running<'a> {
    fn begin(answers: &'a Answers) -> Self {
        answers.running.set(answers.running.get() + 1);
        answers.begun.set(answers.begun.get().saturating_add(1));
        Self(answers)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let running = self.0.running.get() - 1;
        self.0.running.set(running);
        if running == 0 {
            self.0.begun.set(0);
            if self.0.in_vain.replace(0) >= PATIENCE {
                self.0.found.take();
            }
        }
    }
}
