//! What the compiler says about a function that cannot be a test.

#[test]
fn a_wrong_signature_is_told_with_the_right_one() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
