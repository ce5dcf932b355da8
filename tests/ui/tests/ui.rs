//! Compares rustc's messages for mistakes with the expected ones.
//!
//! `cases/<topic>/fail/<mistake>.rs` must not compile, and must produce exactly the messages in the file beside it.
//! To update these after a change, run `TRYBUILD=overwrite cargo test -p odm-ui` and review the difference.

#[test]
fn mistakes_produce_the_expected_messages() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("cases/*/fail/*.rs");
}
