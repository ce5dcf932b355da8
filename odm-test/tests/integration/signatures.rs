//! The compiler's messages for functions that cannot be tests.

#[test]
fn the_error_of_a_wrong_signature_shows_the_correct_form() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
