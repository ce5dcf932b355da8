// The expansion asks this of the type that a test returns. (Outside a test build the whole test is left out, and with
// it the question; so it is asked here by hand.)
fn returned<T: odm_test::__private::Outcome>() {}

fn main() {
    returned::<Result<(), String>>();
    returned::<u32>();
}
