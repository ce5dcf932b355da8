// The expansion has this bound on the return type of a test. Outside a test build rustc removes the whole test, so
// this case has the bound itself.
fn returned<T: odm_test::__private::Outcome>() {}

fn main() {
    returned::<Result<(), String>>();
    returned::<u32>();
}
