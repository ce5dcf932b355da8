//! Names for the databases of tests: readable, unique for every test and every run, and within the server's limits.

use std::{
    hash::{BuildHasher as _, Hash, RandomState},
    process,
    time::SystemTime,
};

/// The longest name that the server accepts, in bytes.
const LIMIT: usize = 63;

/// Returns a name for the database of the test `name` in `module`: the end of its path, as far as it fits, and a
/// number that no other test and no other run has.
pub(crate) fn of_test(module: &str, name: &str) -> String {
    // The crate name is left out, because it is the same for all tests of a binary.
    let module = module.split_once("::").map_or("", |(_, inner)| inner);
    let path = plain(format!("{module}::{name}").trim_start_matches("::"));
    format!("test-{}", numbered(&path, LIMIT - "test-".len()))
}

/// Returns a name that begins with `name` and ends with a number that no other run has.
pub(crate) fn of_run(name: &str) -> String {
    numbered(&plain(name), LIMIT)
}

/// Replaces the characters that some servers do not allow.
fn plain(path: &str) -> String {
    path.replace("::", "-")
        .chars()
        // Servers on Windows allow fewer characters than others. No server allows names that differ only in case.
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c.to_ascii_lowercase() } else { '_' })
        .collect()
}

/// Returns the end of an ASCII `path` and a number, in at most `limit` bytes.
fn numbered(path: &str, limit: usize) -> String {
    let number = format!("-{:016x}", unique(&path));
    format!("{}{number}", &path[(path.len() + number.len()).saturating_sub(limit)..])
}

/// Returns a number that depends on the value, the process and the time.
pub(crate) fn unique(value: &impl Hash) -> u64 {
    let moment = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    // The standard library seeds a `RandomState` with random bytes of the system.
    RandomState::new().hash_one((value, process::id(), moment))
}

#[cfg(test)]
mod tests {
    use super::{of_run, of_test};

    #[test]
    fn a_name_tells_the_test() {
        let name = of_test("integration::crud::find", "finds_nothing");
        assert!(name.starts_with("test-crud-find-finds_nothing-"), "{name}");
        assert!(of_test("integration", "at_the_top").starts_with("test-at_the_top-"));
        assert!(of_run("Shop").starts_with("shop-"));
    }

    #[test]
    fn a_name_fits_and_is_of_this_run_alone() {
        let long = "a_sentence_about_what_is_true".repeat(5);
        let (one, two) = (of_test("krate::Módule", &long), of_test("krate::Módule", &long));
        assert_eq!((one.len(), of_run(&long).len()), (63, 63));
        assert_ne!(of_run("shop"), of_run("shop"));
        assert_ne!(one, two);
        assert!(
            one.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c)),
            "{one}"
        );
    }
}
