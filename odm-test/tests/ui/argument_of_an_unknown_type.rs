// The expansion asks this of the type of each parameter. (Outside a test build the whole test is left out, and with it
// the question; so it is asked here by hand.)
fn given<T: odm_test::__private::Argument>() {}

fn main() {
    given::<odm::Database>();
    given::<u32>();
}
