//! Required together: fields that are present or absent as a group.

use std::{rc::Rc, sync::Arc};

/// A field that may be absent, for the rule `required_together`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is always present",
    label = "the rule `required_together` needs optional fields",
    note = "an optional field is an `Option`"
)]
pub trait MaybeAbsent {
    /// Returns whether there is a value.
    fn is_present(&self) -> bool;
}

impl<T> MaybeAbsent for Option<T> {
    fn is_present(&self) -> bool {
        self.is_some()
    }
}

macro_rules! pointers {
    ($($pointer:ident),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<T: MaybeAbsent> MaybeAbsent for $pointer<T> {
            fn is_present(&self) -> bool {
                T::is_present(self)
            }
        }
    )* };
}

pointers!(Box, Arc, Rc);

/// Returns the number of values that are present.
pub fn present(fields: &[&dyn MaybeAbsent]) -> usize {
    fields.iter().filter(|field| field.is_present()).count()
}

/// Returns the message for a document with some of the fields, but not all.
pub(crate) fn message(fields: &[&str]) -> String {
    let joined =
        |fields: &[&str]| fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
    match fields.split_last() {
        Some((last, [])) => format!("must have `{last}`"),
        Some((last, [first])) => format!("must have both `{first}` and `{last}`, or neither"),
        Some((last, others)) => format!("must have all of {} and `{last}`, or none", joined(others)),
        None => "must have all fields or none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_is_present() {
        assert_eq!(present(&[&Some(1), &None::<String>, &Box::new(Some("x"))]), 2);
    }

    #[test]
    fn the_message_lists_the_fields() {
        assert_eq!(message(&["a", "b"]), "must have both `a` and `b`, or neither");
        assert_eq!(message(&["a", "b", "c"]), "must have all of `a`, `b` and `c`, or none");
    }
}
