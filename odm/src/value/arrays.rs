//! `Arrays`: what the server opens where a value is stored.

/// The arrays of a stored type, as far as a filter has to know them.
///
/// A name in a filter stands for an array and for each of its elements. So a test of an array whose elements may be arrays
/// or null needs more than its operator to be about the array itself.
#[derive(Debug, Clone, Copy)]
pub struct Arrays {
    /// How many arrays lie directly inside each other.
    levels: u8,
    /// Whether the value may be null.
    null: bool,
    /// Whether the value may be an array that holds null.
    null_items: bool,
    /// Whether the value may be something else than an array.
    other: bool,
}

impl Arrays {
    /// No array, and not null.
    pub const NONE: Self = Self { levels: 0, null: false, null_items: false, other: true };
    /// Null, and no array.
    pub const NULL: Self = Self { null: true, ..Self::NONE };
    /// Whatever a program stores there.
    pub const ANY: Self = Self { levels: 1, null: true, null_items: true, other: true };
    /// An array whose items have a type each: any of them may be an array.
    pub const TUPLE: Self = Self { levels: 2, null: false, null_items: true, other: false };

    /// An array of such values.
    #[must_use]
    pub const fn of(item: Self) -> Self {
        Self { levels: item.levels.saturating_add(1), null: false, null_items: item.null, other: false }
    }

    /// Such a value, or null.
    #[must_use]
    pub const fn or_null(self) -> Self {
        Self { null: true, ..self }
    }

    /// Whether the value may be an array.
    pub(crate) const fn is_array(self) -> bool {
        self.levels > 0
    }

    /// Whether the value is an array, or null.
    pub(crate) const fn is_always_array(self) -> bool {
        self.levels > 0 && !self.other
    }

    /// Whether the value may be an array of arrays.
    pub(crate) const fn nests(self) -> bool {
        self.levels > 1
    }

    /// Whether the value may be an array that holds null.
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
