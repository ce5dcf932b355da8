// The expansion has this bound on the type of each parameter. Outside a test build rustc removes the whole test, so
// this case has the bound itself.
fn given<T: odm_test::__private::Argument>() {}

fn main() {
    given::<odm::Database>();
    given::<u32>();
}
