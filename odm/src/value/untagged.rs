//! The search for the variant of an untagged enum: the first variant that the value fits.
//!
//! The content of a variant may be untagged too. It is then searched once for each outer variant that is tried, so
//! the number of searches doubles with every level of nesting. After a number of failed searches (`CACHE_AFTER`),
//! results are therefore cached until the outermost search ends. The cache key is the type and the content, not the
//! address, because the elements of a flattened document are copied.

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
    /// Reads the value as the first of the variants that it fits. Types must match exactly: an integer is not read
    /// from a double.
    ///
    /// # Errors
    ///
    /// If the value fits no variant, the error lists `names`, or is that of the first attempt if `names` is empty. An
    /// error in the bytes themselves ends the search.
    pub fn search<E: 'static>(self, attempts: &[Attempt<E>], names: &[&str]) -> CodecResult<E> {
        let raw = self.reread()?.strictly();
        // A scalar is read fast, so its result is not cached.
        if raw.is_composite() || raw.is_reread() {
            SEARCH_CACHE.with(|cache| cache.search(raw, attempts, names))
        } else {
            try_in_order(raw, attempts, names, || ()).map(|(_, value)| value)
        }
    }

    /// Returns the error for a value that is none of an untagged enum's variants.
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

/// Returns the value and the index of the attempt that read it. Calls `failed` after each attempt that fails.
fn try_in_order<E>(
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
    static SEARCH_CACHE: SearchCache = SearchCache::default();
}

/// The number of failed searches after which results are cached.
const CACHE_AFTER: u32 = 64;

/// The maximum number of cached results per size class. Each class is cleared on its own, so that the results for
/// large values stay when those for the small values inside them are dropped.
const MAX_CACHED: usize = 1 << 12;

/// The results of nested searches.
#[derive(Default)]
struct SearchCache {
    /// The number of searches that run inside each other.
    running: Cell<u32>,
    /// The number of searches that began since the outermost one began.
    begun: Cell<u32>,
    /// The number of failed searches: those inside a variant that the value then did not fit.
    in_vain: Cell<u32>,
    keys: RandomState,
    /// The results by size class, which is the logarithm of the value's length.
    found: RefCell<HashMap<u32, HashMap<Key, SearchResult>>>,
}

/// A type, and the length and the hash of a value.
type Key = (TypeId, usize, u64);

#[derive(Clone)]
enum SearchResult {
    /// The index of the first variant that the value fits.
    Variant(usize),
    /// The value fits no variant.
    None(CodecError),
}

impl SearchCache {
    fn search<E: 'static>(&self, raw: Raw<'_>, attempts: &[Attempt<E>], names: &[&str]) -> CodecResult<E> {
        let _running = Running::begin(self);
        let key = (self.in_vain.get() >= CACHE_AFTER)
            .then(|| (TypeId::of::<E>(), raw.bytes().len(), self.keys.hash_one((raw.tag(), raw.bytes()))));
        let class = raw.bytes().len().max(1).ilog2();
        let known = key.and_then(|key| self.found.borrow().get(&class)?.get(&key).cloned());
        match known {
            Some(SearchResult::None(error)) => return Err(error),
            Some(SearchResult::Variant(index)) => {
                // At another depth the value may exceed the depth limit, so the attempt can fail.
                if let Some(Ok(value)) = attempts.get(index).map(|attempt| raw.level(*attempt)) {
                    return Ok(value);
                }
            }
            None => {}
        }
        let begun = Cell::new(self.begun.get());
        let result = try_in_order(raw, attempts, names, || {
            let in_vain = self.begun.get() - begun.replace(self.begun.get());
            self.in_vain.set(self.in_vain.get().saturating_add(in_vain));
        });
        let searched = match &result {
            Ok((index, _)) => Some(SearchResult::Variant(*index)),
            Err(error) if error.is_in_bytes() => None,
            Err(error) => Some(SearchResult::None(error.clone())),
        };
        if let (Some(key), Some(searched)) = (key, searched) {
            let mut found = self.found.borrow_mut();
            let of_class = found.entry(class).or_default();
            if of_class.len() >= MAX_CACHED {
                of_class.clear();
            }
            of_class.insert(key, searched);
        }
        result.map(|(_, value)| value)
    }
}

/// A running search. When the outermost one ends, also by a panic in the user's code, the cache is cleared.
struct Running<'a>(&'a SearchCache);

impl<'a> Running<'a> {
    fn begin(cache: &'a SearchCache) -> Self {
        cache.running.set(cache.running.get() + 1);
        cache.begun.set(cache.begun.get().saturating_add(1));
        Self(cache)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let running = self.0.running.get() - 1;
        self.0.running.set(running);
        if running == 0 {
            self.0.begun.set(0);
            if self.0.in_vain.replace(0) >= CACHE_AFTER {
                self.0.found.take();
            }
        }
    }
}
