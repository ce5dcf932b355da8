use super::*;

#[test]
fn is_one_pointer() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    fn thread_safe<T: Send + Sync + 'static>() {}
    thread_safe::<Error>();
}
