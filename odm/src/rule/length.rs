//! Length: the number of characters, elements, entries or bytes.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque},
    rc::Rc,
    sync::Arc,
};

use garde::rules::length::{HasChars, HasSimpleLength};
use mongodb::bson::{Binary, Document};

use crate::error::invalid::message;

/// A value that has a length, for the rule `length`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no length",
    label = "the rule `length` needs a string, an array, a set, a map or binary data",
    note = "numbers have a `range`",
    note = "implement `odm::rule::Length` for a newtype around one of these"
)]
pub trait Length {
    /// The unit of the length.
    const UNIT: Unit;

    /// Returns the length. `None` if there is no value, which passes.
    fn length(&self) -> Option<usize>;
}

/// The unit of a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// The characters (Unicode scalar values) of a string.
    Character,
    /// The elements of an array.
    Item,
    /// The entries of a map.
    Entry,
    /// The bytes of binary data.
    Byte,
}

impl Unit {
    /// Returns the words of messages.
    fn nouns(self) -> message::Nouns {
        match self {
            Self::Character => message::CHARACTERS,
            Self::Item => message::ITEMS,
            Self::Entry => message::ENTRIES,
            Self::Byte => message::BYTES,
        }
    }
}

/// Returns a message if the length is outside the bounds.
pub(crate) fn outside(length: usize, unit: Unit, min: Option<usize>, max: Option<usize>) -> Option<String> {
    let too_short = min.filter(|min| length < *min);
    let too_long = max.filter(|max| length > *max);
    match (too_short, too_long) {
        _ if min.is_some() && min == max && length != min? => Some(message::other_length(min?, unit.nouns())),
        (Some(min), _) => Some(message::shorter(min, unit.nouns())),
        (_, Some(max)) => Some(message::longer(max, unit.nouns())),
        (None, None) => None,
    }
}

impl Length for str {
    const UNIT: Unit = Unit::Character;
    fn length(&self) -> Option<usize> {
        Some(HasChars::num_chars(&self))
    }
}

macro_rules! texts {
    ($($text:ty),*) => { $(
        impl Length for $text {
            const UNIT: Unit = Unit::Character;
            fn length(&self) -> Option<usize> {
                Some(HasChars::num_chars(self))
            }
        }
    )* };
}

texts!(String, Cow<'_, str>);

impl<T> Length for Vec<T> {
    const UNIT: Unit = Unit::Item;
    fn length(&self) -> Option<usize> {
        Some(HasSimpleLength::length(self))
    }
}

impl<T> Length for [T] {
    const UNIT: Unit = Unit::Item;
    fn length(&self) -> Option<usize> {
        Some(self.len())
    }
}

macro_rules! items {
    ($([$($generics:ident),*] $type:ty;)*) => { $(
        impl<$($generics),*> Length for $type {
            const UNIT: Unit = Unit::Item;
            fn length(&self) -> Option<usize> {
                Some(self.len())
            }
        }
    )* };
}

items! {
    [T] VecDeque<T>;
    [T] LinkedList<T>;
    [T] BTreeSet<T>;
    [T, S] HashSet<T, S>;
}

impl<K, V> Length for BTreeMap<K, V> {
    const UNIT: Unit = Unit::Entry;
    fn length(&self) -> Option<usize> {
        Some(HasSimpleLength::length(self))
    }
}

impl<K, V, S> Length for HashMap<K, V, S> {
    const UNIT: Unit = Unit::Entry;
    fn length(&self) -> Option<usize> {
        Some(HasSimpleLength::length(self))
    }
}

impl Length for Document {
    const UNIT: Unit = Unit::Entry;
    fn length(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl Length for Binary {
    const UNIT: Unit = Unit::Byte;
    fn length(&self) -> Option<usize> {
        Some(self.bytes.len())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Length> Length for Option<T> {
    const UNIT: Unit = T::UNIT;
    fn length(&self) -> Option<usize> {
        self.as_ref().and_then(T::length)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Length + ?Sized> Length for Box<T> {
    const UNIT: Unit = T::UNIT;
    fn length(&self) -> Option<usize> {
        T::length(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Length + ?Sized> Length for Arc<T> {
    const UNIT: Unit = T::UNIT;
    fn length(&self) -> Option<usize> {
        T::length(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Length + ?Sized> Length for Rc<T> {
    const UNIT: Unit = T::UNIT;
    fn length(&self) -> Option<usize> {
        T::length(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length<T: Length + ?Sized>(value: &T, min: Option<usize>, max: Option<usize>) -> Option<String> {
        value.length().and_then(|length| outside(length, T::UNIT, min, max))
    }

    #[test]
    fn says_what_is_needed() {
        assert_eq!(length("", Some(1), None).unwrap(), "must have at least 1 character");
        assert_eq!(length("abc", None, Some(2)).unwrap(), "must have at most 2 characters");
        assert_eq!(length(&vec![1], Some(2), Some(3)).unwrap(), "must have at least 2 items");
        assert_eq!(length("AB", Some(3), Some(3)).unwrap(), "must have exactly 3 characters");
        assert_eq!(length(&vec![0_u8; 2], None, Some(1)).unwrap(), "must have at most 1 item");
        let map = BTreeMap::from([("a", 1), ("b", 2)]);
        assert_eq!(length(&map, None, Some(1)).unwrap(), "must have at most 1 entry");
        assert_eq!(length(&HashMap::from([(1, 2)]), Some(2), None).unwrap(), "must have at least 2 entries");
        let binary = Binary { subtype: mongodb::bson::spec::BinarySubtype::Generic, bytes: vec![1, 2] };
        assert_eq!(length(&binary, Some(16), Some(16)).unwrap(), "must have exactly 16 bytes");
    }

    #[test]
    fn bounds_are_allowed_lengths() {
        assert_eq!(length("ab", Some(2), Some(2)), None);
        assert_eq!(length("ab", None, None), None);
        assert_eq!(length(&vec![0; 500], Some(1), Some(500)), None);
    }

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(length("žluť", Some(4), Some(4)), None);
        assert_eq!(length(&String::from("🦀"), None, Some(1)), None);
        assert_eq!(length(&Cow::Borrowed("ø"), None, Some(1)), None);
    }

    #[test]
    fn sees_through_option_and_box() {
        assert_eq!(length(&None::<String>, Some(1), None), None);
        assert!(length(&Some(String::new()), Some(1), None).is_some());
        assert!(length(&Some(Box::new(vec![1, 2])), None, Some(1)).is_some());
        assert!(length::<Box<str>>(&"abc".into(), None, Some(2)).is_some());
    }

    #[test]
    fn bounds_that_exclude_each_other_refuse_everything() {
        assert_eq!(length("ab", Some(3), Some(1)).unwrap(), "must have at least 3 characters");
    }
}
