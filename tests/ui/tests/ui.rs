//! Mistakes are told in our words.
//!
//! `cases/<topic>/fail/<mistake>.rs` must not compile, with exactly the messages beside it. To see what a change
//! does to them: `TRYBUILD=overwrite cargo test -p odm-ui`, and read the difference.

#[test]
fn mistakes_are_told_in_our_words() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("cases/*/fail/*.rs");
}
