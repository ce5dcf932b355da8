//! Multiple of: integers that a number divides.

use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16,
    NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
};

use crate::error::invalid::message;

/// An integer, for the rule `multiple_of`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer",
    label = "the rule `multiple_of` needs an integer",
    note = "a double has no exact multiples; store amounts as a whole number of the smallest unit",
    note = "implement `odm::rule::MultipleOf` for a newtype around an integer"
)]
pub trait MultipleOf {
    /// Returns whether the divisor divides the value. `None` if there is no value, which passes.
    fn is_divided_by(&self, divisor: u32) -> Option<bool>;
}

/// Returns a message if the divisor does not divide the value.
pub(super) fn undivided(is_divided: bool, divisor: u32) -> Option<String> {
    (!is_divided).then(|| message::undivided(divisor))
}

macro_rules! integers {
    ($($number:ty as $wide:ty),* $(,)?) => { $(
        impl MultipleOf for $number {
            fn is_divided_by(&self, divisor: u32) -> Option<bool> {
                // Nothing is a multiple of 0 but 0; the derive refuses this divisor.
                #[allow(clippy::cast_lossless)] // the macro widens `u128` and `i128` to themselves
                let number = *self as $wide;
                Some(number.checked_rem(divisor.into()).map_or(number == 0, |rest| rest == 0))
            }
        }
    )* };
}

integers! {
    u8 as u128, u16 as u128, u32 as u128, u64 as u128, u128 as u128, usize as u128,
    i8 as i128, i16 as i128, i32 as i128, i64 as i128, i128 as i128, isize as i128,
}

macro_rules! non_zero {
    ($($number:ty),*) => { $(
        impl MultipleOf for $number {
            fn is_divided_by(&self, divisor: u32) -> Option<bool> {
                self.get().is_divided_by(divisor)
            }
        }
    )* };
}

non_zero! {
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize,
    NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize
}

#[diagnostic::do_not_recommend]
impl<T: MultipleOf> MultipleOf for Option<T> {
    fn is_divided_by(&self, divisor: u32) -> Option<bool> {
        self.as_ref().and_then(|value| value.is_divided_by(divisor))
    }
}

#[diagnostic::do_not_recommend]
impl<T: MultipleOf + ?Sized> MultipleOf for Box<T> {
    fn is_divided_by(&self, divisor: u32) -> Option<bool> {
        T::is_divided_by(self, divisor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_all_signs() {
        assert_eq!(15_u8.is_divided_by(5), Some(true));
        assert_eq!((-15_i64).is_divided_by(5), Some(true));
        assert_eq!(0_i8.is_divided_by(1000), Some(true));
        assert_eq!(i128::MIN.is_divided_by(3), Some(false));
        assert_eq!(u128::MAX.is_divided_by(5), Some(true));
        assert_eq!(1_i32.is_divided_by(0), Some(false));
        assert_eq!(None::<i32>.is_divided_by(2), None);
        assert_eq!(undivided(false, 5).unwrap(), "must be a multiple of 5");
    }
}
