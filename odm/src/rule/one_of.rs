//! One of: values from a list.

use std::borrow::Cow;

use mongodb::bson::Bson;

use crate::error::invalid::message;

/// A value that can be one of a list, for the rule `one_of`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be one of a list of constants",
    label = "the rule `one_of` needs a string or an integer",
    note = "if the values are known, an enum with `#[derive(odm::Value)]` has exactly these",
    note = "implement `odm::rule::OneOf` for a newtype around a string or an integer"
)]
pub trait OneOf {
    /// The type of the listed values.
    type Item: 'static;

    /// Returns a message if the value is not in the list, and `None` if it is or is absent.
    fn outside_list(&self, items: &[Self::Item]) -> Option<String>;

    /// Returns a listed value as BSON, as it is stored. By default, BSON cannot represent it.
    fn listed(_: &Self::Item) -> Option<Bson> {
        None
    }
}

macro_rules! texts {
    ($($text:ty),*) => { $(
        impl OneOf for $text {
            type Item = &'static str;
            fn outside_list(&self, items: &[&'static str]) -> Option<String> {
                let text: &str = self;
                (!items.contains(&text)).then(|| message::not_listed(items.iter().map(|item| format!("{item:?}"))))
            }
            fn listed(item: &&'static str) -> Option<Bson> {
                Some(Bson::String((*item).to_owned()))
            }
        }
    )* };
}

texts!(str, String, Cow<'static, str>);

macro_rules! integers {
    ($($number:ty)*) => { $(
        impl OneOf for $number {
            type Item = Self;
            fn outside_list(&self, items: &[Self]) -> Option<String> {
                (!items.contains(self)).then(|| message::not_listed(items))
            }
            fn listed(item: &Self) -> Option<Bson> {
                i64::try_from(*item).ok().map(Bson::Int64)
            }
        }
    )* };
}

integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

#[diagnostic::do_not_recommend]
impl<T: OneOf> OneOf for Option<T> {
    type Item = T::Item;
    fn outside_list(&self, items: &[T::Item]) -> Option<String> {
        self.as_ref().and_then(|value| value.outside_list(items))
    }
    fn listed(item: &T::Item) -> Option<Bson> {
        T::listed(item)
    }
}

#[diagnostic::do_not_recommend]
impl<T: OneOf + ?Sized> OneOf for Box<T> {
    type Item = T::Item;
    fn outside_list(&self, items: &[T::Item]) -> Option<String> {
        T::outside_list(self, items)
    }
    fn listed(item: &T::Item) -> Option<Bson> {
        T::listed(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_lists_the_values() {
        assert_eq!("a".outside_list(&["a", "b"]), None);
        assert_eq!(String::from("c").outside_list(&["a", "b"]).unwrap(), r#"must be one of "a", "b""#);
        assert_eq!("c".outside_list(&["a"]).unwrap(), r#"must be "a""#);
        assert_eq!(3_u8.outside_list(&[1, 2]).unwrap(), "must be one of 1, 2");
        assert_eq!(2_i64.outside_list(&[1, 2]), None);
    }

    #[test]
    fn sees_through_option_and_box() {
        assert_eq!(None::<String>.outside_list(&["a"]), None);
        assert!(Some(Box::new(3_i32)).outside_list(&[1, 2]).is_some());
    }
}
