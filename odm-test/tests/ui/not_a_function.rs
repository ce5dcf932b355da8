#[odm_test::test]
struct Counts;

fn main() {}
