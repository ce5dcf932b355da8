//! Unique items: arrays without two equal elements.

use std::{collections::VecDeque, rc::Rc, sync::Arc};

/// An array, for the rule `unique_items`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an array of items that can be compared",
    label = "the rule `unique_items` needs an array of `PartialEq` items",
    note = "the items of a `BTreeSet` or a `HashSet` are unique by their type"
)]
pub trait UniqueItems {
    /// Returns whether two items are equal.
    fn has_duplicates(&self) -> bool;
}

/// Items are compared in pairs, because they need not have an order or a hash.
impl<T: PartialEq> UniqueItems for [T] {
    fn has_duplicates(&self) -> bool {
        self.iter().enumerate().any(|(index, item)| self.iter().take(index).any(|other| other == item))
    }
}

impl<T: PartialEq> UniqueItems for Vec<T> {
    fn has_duplicates(&self) -> bool {
        self.as_slice().has_duplicates()
    }
}

impl<T: PartialEq, const N: usize> UniqueItems for [T; N] {
    fn has_duplicates(&self) -> bool {
        self.as_slice().has_duplicates()
    }
}

impl<T: PartialEq> UniqueItems for VecDeque<T> {
    fn has_duplicates(&self) -> bool {
        self.iter().enumerate().any(|(index, item)| self.iter().take(index).any(|other| other == item))
    }
}

#[diagnostic::do_not_recommend]
impl<T: UniqueItems> UniqueItems for Option<T> {
    fn has_duplicates(&self) -> bool {
        self.as_ref().is_some_and(T::has_duplicates)
    }
}

macro_rules! pointers {
    ($($pointer:ident),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<T: UniqueItems + ?Sized> UniqueItems for $pointer<T> {
            fn has_duplicates(&self) -> bool {
                T::has_duplicates(self)
            }
        }
    )* };
}

pointers!(Box, Arc, Rc);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_equal_items() {
        assert!(vec![1, 2, 1].has_duplicates());
        assert!(!vec!["a", "A"].has_duplicates());
        assert!(!Vec::<i32>::new().has_duplicates());
        assert!(Some(VecDeque::from([1, 1])).has_duplicates());
        assert!(!None::<Vec<i32>>.has_duplicates());
        assert!(Box::<[_]>::from([0.0, -0.0]).has_duplicates());
    }
}
