//! Compares rustc's messages for mistakes with the expected ones.
//!
//! `cases/<topic>/fail/<mistake>.rs` must not compile, and must produce exactly the messages in the file beside it.
//! `signatures/<mistake>.rs` is the same for functions that cannot be an `#[odm_test::test]`. To update the messages after
//! a change, run `TRYBUILD=overwrite cargo test -p odm-ui` and review the difference.

#[test]
fn mistakes_produce_the_expected_messages() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("cases/*/fail/*.rs");
}

#[test]
fn the_error_of_a_wrong_signature_shows_the_correct_form() {
    trybuild::TestCases::new().compile_fail("signatures/*.rs");
}
