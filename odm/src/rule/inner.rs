//! The value of a field that a custom rule receives.

/// A field whose value a rule over `&U` can check, for the rule `custom`.
///
/// The rule checks the value itself, the value inside an `Option` or a `Box`, a `String` as `str`, or a `Vec<T>` as
/// `[T]`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a rule that takes `&{U}` cannot check a `{Self}`",
    label = "the custom rule takes another type than the field's"
)]
pub trait Inner<U: ?Sized> {
    /// Returns the value for the rule. `None` if there is no value, which passes.
    fn inner(&self) -> Option<&U>;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized> Inner<T> for T {
    fn inner(&self) -> Option<&T> {
        Some(self)
    }
}

macro_rules! views {
    ($([$($t:ident)?] $field:ty => $view:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($t)?> Inner<$view> for $field {
            fn inner(&self) -> Option<&$view> {
                Some(self)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$($t)?> Inner<$view> for Option<$field> {
            fn inner(&self) -> Option<&$view> {
                self.as_deref()
            }
        }
    )* };
}

views! {
    [] String => str;
    [T] Vec<T> => [T];
    [T] Box<T> => T;
    [] Box<str> => str;
}

#[diagnostic::do_not_recommend]
impl<T> Inner<T> for Option<T> {
    fn inner(&self) -> Option<&T> {
        self.as_ref()
    }
}
