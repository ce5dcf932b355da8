//! `Arrays`: whether a stored value may be an array, and what is in it.

/// Whether a stored type may be an array, and what is in it, as far as filters depend on it.
///
/// The server applies a test of a field to an array and to each of its elements. So if the elements may be arrays or
/// null, a test of the array itself needs more than the operator.
#[derive(Debug, Clone, Copy)]
pub struct Arrays {
    /// How many arrays are directly inside each other.
    levels: u8,
    /// Whether the value may be null.
    null: bool,
    /// Whether the value may be an array that contains null.
    null_items: bool,
    /// Whether the value may be of another type than an array.
    other: bool,
}

impl Arrays {
    /// Neither an array nor null.
    pub const NONE: Self = Self { levels: 0, null: false, null_items: false, other: true };
    /// Null, but not an array.
    pub const NULL: Self = Self { null: true, ..Self::NONE };
    /// Any value.
    pub const ANY: Self = Self { levels: 1, null: true, null_items: true, other: true };
    /// An array in which each element has its own type: any of them may be an array.
    pub const TUPLE: Self = Self { levels: 2, null: false, null_items: true, other: false };

    /// Returns the `Arrays` of an array with such elements.
    #[must_use]
    pub const fn of(item: Self) -> Self {
        Self { levels: item.levels.saturating_add(1), null: false, null_items: item.null, other: false }
    }

    /// Returns the `Arrays` of a value that may also be null.
    #[must_use]
    pub const fn or_null(self) -> Self {
        Self { null: true, ..self }
    }

    /// Returns whether the value may be an array.
    pub(crate) const fn is_array(self) -> bool {
        self.levels > 0
    }

    /// Returns whether the value is always an array or null.
    pub(crate) const fn is_always_array(self) -> bool {
        self.levels > 0 && !self.other
    }

    /// Returns whether the value may be an array of arrays.
    pub(crate) const fn nests(self) -> bool {
        self.levels > 1
    }

    /// Returns whether the value may be an array that contains null.
    pub(crate) const fn holds_null(self) -> bool {
        self.null_items
    }
}

#[cfg(test)]
mod tests {
    use crate::value::Value;

    #[test]
    fn an_item_of_a_tuple_may_be_an_array() {
        assert!(<(Vec<Vec<i32>>, i32) as Value>::ARRAYS.nests());
        assert!(<Vec<Vec<i32>> as Value>::ARRAYS.nests() && !<Vec<i32> as Value>::ARRAYS.nests());
    }
}
