//! What the operands of an operator with any number of operands must be, and the type of its result.

use super::{ArrayOf, Each};
use crate::{
    expr::{
        BitwiseResult, NumericResult, Truth,
        arithmetic::{Add, Divided},
        object::{Object, Objects},
        operand::Replaceable,
    },
    value::{Arithmetic, Array, Integer, Number, StringValue, Value},
};

/// The types of strings that `concat` joins.
#[diagnostic::on_unimplemented(
    message = "these are not all texts: `{Self}`",
    label = "expected strings",
    note = "`.to_string()` converts numbers, dates and ids to text"
)]
pub trait Texts {
    /// A string: an `Option` if one of the strings may be null.
    type Joined: Value;
}

impl<T: StringValue> Texts for Each<T> {
    type Joined = T::Lift<String>;
}

/// The types of conditions.
#[diagnostic::on_unimplemented(
    message = "these are not all conditions: `{Self}`",
    label = "expected expressions that are true or false"
)]
pub trait Truths {}

impl<T: Truth> Truths for Each<T> {}

/// The types of operands of `add`.
#[diagnostic::on_unimplemented(
    message = "these cannot be added: `{Self}`",
    label = "expected numbers, or one date and numbers of milliseconds"
)]
pub trait Addends {
    /// The type of the result.
    type Sum: Value;
}

impl<T: Number<Stored: NumericResult<T::Stored>>> Addends for Each<T> {
    type Sum = T::Lift<<T::Stored as NumericResult<T::Stored>>::Out>;
}

/// The types of numbers.
#[diagnostic::on_unimplemented(
    message = "these are not all numbers: `{Self}`",
    label = "expected numbers, or an array of numbers",
    note = "numbers are Rust's integers and floats and `bson::Decimal128`, and `Option`s of them"
)]
pub trait Numbers {
    /// The product: an `Option` if one of the numbers may be null.
    type Product: Value;
    /// The sum of those that are not null.
    type Sum: Value;
    /// The average of those that are not null: an `Option` if there may be none.
    type Average: Value;
    /// The standard deviation of those that are not null: an `Option` if there may be none.
    type Deviation: Value;
}

impl<T: Number> Numbers for Each<T>
where
    T::Stored: NumericResult<T::Stored> + Divided,
{
    type Product = T::Lift<Self::Sum>;
    type Sum = <T::Stored as NumericResult<T::Stored>>::Out;
    type Average = T::Lift<<T::Stored as Divided>::Out>;
    type Deviation = T::Lift<f64>;
}

impl<T: Array<Item = I>, I: Number> Numbers for ArrayOf<T>
where
    I::Stored: NumericResult<I::Stored> + Divided,
{
    type Product = Option<Self::Sum>;
    type Sum = <I::Stored as NumericResult<I::Stored>>::Out;
    type Average = Option<<I::Stored as Divided>::Out>;
    type Deviation = Option<f64>;
}

/// The types of integers whose bits are combined.
#[diagnostic::on_unimplemented(
    message = "these are not all integers: `{Self}`",
    label = "expected a tuple or an array of integers"
)]
pub trait Integers {
    /// An `i32` or an `i64`: an `Option` if one of the integers may be null.
    type Combined: Value;
}

impl<T: Integer> Integers for Each<T>
where
    T::Stored: BitwiseResult<T::Stored>,
{
    type Combined = T::Lift<<T::Stored as BitwiseResult<T::Stored>>::Out>;
}

/// The types of values of one kind.
#[diagnostic::on_unimplemented(
    message = "these are not values of one kind: `{Self}`",
    label = "expected values of one type, or numbers",
    note = "a decimal and a float have no common type: `.to_decimal()` converts the float",
    note = "`.as_bson()` makes an expression of any type"
)]
pub trait Alternatives {
    /// The type of the least or the greatest, which is null only if all are.
    type Extreme: Value;
}

impl<T: Value> Alternatives for Each<T> {
    type Extreme = T;
}

impl<T: Array<Item = I>, I: Value> Alternatives for ArrayOf<T> {
    type Extreme = I::Optional;
}

/// The types of values of which one may replace another: at least two.
#[diagnostic::on_unimplemented(
    message = "these are not several values of one kind: `{Self}`",
    label = "expected at least two values of one type, or numbers",
    note = "for example `if_null((o.nickname(), o.name(), \"nobody\"))`; `.as_bson()` makes an expression of any type",
    note = "a decimal and a float have no common type: `.to_decimal()` converts the float"
)]
pub trait Fallbacks {
    /// The type of the first that is not null.
    type FirstNonNull: Value;
}

impl<T: Value> Fallbacks for Each<T> {
    type FirstNonNull = T;
}

/// The types of arrays with elements of one type.
#[diagnostic::on_unimplemented(
    message = "these are not arrays of one type: `{Self}`",
    label = "expected arrays with elements of one type"
)]
pub trait Arrays {
    /// The type of the elements.
    type Item: Value;
    /// An array of the elements: an `Option` if one of the arrays may be null.
    type Joined: Value;
}

impl<T: Object> Objects for Each<T> {}
impl<T: Array<Item = I>, I: Object> Objects for ArrayOf<T> {}

impl<T: Array<Item = I>, I: Value> Arrays for Each<T> {
    type Item = I;
    type Joined = T::Lift<Vec<I>>;
}

/// Implements the traits for tuples: the type of a list is that of its first operand and of the rest.
macro_rules! tuples {
    ($($first:ident $($rest:ident)*;)*) => { $(
        tuples!(@ $first $($rest)*);
    )* };
    (@ $first:ident) => {
        impl<$first: StringValue> Texts for ($first,) {
            type Joined = $first::Lift<String>;
        }
        impl<$first: Truth> Truths for ($first,) {}
        impl<$first: Arithmetic> Addends for ($first,) {
            type Sum = $first;
        }
        impl<$first: Number> Numbers for ($first,)
        where
            $first::Stored: NumericResult<$first::Stored> + Divided,
        {
            type Product = $first::Lift<Self::Sum>;
            type Sum = <$first::Stored as NumericResult<$first::Stored>>::Out;
            type Average = $first::Lift<<$first::Stored as Divided>::Out>;
            type Deviation = $first::Lift<f64>;
        }
        impl<$first: Integer> Integers for ($first,)
        where
            $first::Stored: BitwiseResult<$first::Stored>,
        {
            type Combined = $first::Lift<<$first::Stored as BitwiseResult<$first::Stored>>::Out>;
        }
        impl<$first: Value> Alternatives for ($first,) {
            type Extreme = $first;
        }
        impl<$first: Object> Objects for ($first,) {}
        impl<$first: Array> Arrays for ($first,) {
            type Item = $first::Item;
            type Joined = $first::Lift<Vec<$first::Item>>;
        }
    };
    (@ $first:ident $($rest:ident)+) => {
        #[diagnostic::do_not_recommend]
        impl<$first: StringValue, $($rest),+> Texts for ($first, $($rest,)+)
        where
            ($($rest,)+): Texts,
        {
            type Joined = $first::Lift<<($($rest,)+) as Texts>::Joined>;
        }
        #[diagnostic::do_not_recommend]
        impl<$first: Truth, $($rest),+> Truths for ($first, $($rest,)+) where ($($rest,)+): Truths {}
        #[diagnostic::do_not_recommend]
        impl<$first: Arithmetic, $($rest),+> Addends for ($first, $($rest,)+)
        where
            ($($rest,)+): Addends<Sum: Arithmetic>,
            $first::Kind: Add<<<($($rest,)+) as Addends>::Sum as Arithmetic>::Kind>,
        {
            type Sum = $first::Lift<<<($($rest,)+) as Addends>::Sum as Value>::Lift<
                <$first::Kind as Add<<<($($rest,)+) as Addends>::Sum as Arithmetic>::Kind>>::Out,
            >>;
        }
        #[diagnostic::do_not_recommend]
        impl<$first: Number, $($rest),+> Numbers for ($first, $($rest,)+)
        where
            ($($rest,)+): Numbers<Sum: Number>,
            $first::Stored: NumericResult<<<($($rest,)+) as Numbers>::Sum as Number>::Stored, Out: Divided>,
        {
            type Product = $first::Lift<<<($($rest,)+) as Numbers>::Product as Value>::Lift<Self::Sum>>;
            type Sum = <$first::Stored as NumericResult<<<($($rest,)+) as Numbers>::Sum as Number>::Stored>>::Out;
            type Average =
                $first::Lift<<<($($rest,)+) as Numbers>::Average as Value>::Lift<<Self::Sum as Divided>::Out>>;
            type Deviation = $first::Lift<<<($($rest,)+) as Numbers>::Deviation as Value>::Lift<f64>>;
        }
        #[diagnostic::do_not_recommend]
        impl<$first: Integer, $($rest),+> Integers for ($first, $($rest,)+)
        where
            ($($rest,)+): Integers<Combined: Integer>,
            $first::Stored: BitwiseResult<<<($($rest,)+) as Integers>::Combined as Number>::Stored>,
        {
            type Combined = $first::Lift<<<($($rest,)+) as Integers>::Combined as Value>::Lift<
                <$first::Stored as BitwiseResult<<<($($rest,)+) as Integers>::Combined as Number>::Stored>>::Out,
            >>;
        }
        #[diagnostic::do_not_recommend]
        impl<$first: Value, $($rest),+> Alternatives for ($first, $($rest,)+)
        where
            ($($rest,)+): Alternatives,
            $first::NonNull: Replaceable<<<($($rest,)+) as Alternatives>::Extreme as Value>::NonNull>,
        {
            type Extreme = $first::Lift<<<($($rest,)+) as Alternatives>::Extreme as Value>::Lift<
                <$first::NonNull as Replaceable<<<($($rest,)+) as Alternatives>::Extreme as Value>::NonNull>>::Either,
            >>;
        }
        tuples!(fallbacks: $first $($rest)+);
        #[diagnostic::do_not_recommend]
        impl<$first: Object, $($rest),+> Objects for ($first, $($rest,)+) where ($($rest,)+): Objects {}
        #[diagnostic::do_not_recommend]
        impl<$first: Array, $($rest),+> Arrays for ($first, $($rest,)+)
        where
            ($($rest,)+): Arrays<Item = $first::Item>,
        {
            type Item = $first::Item;
            type Joined = $first::Lift<<<($($rest,)+) as Arrays>::Joined as Value>::Lift<Vec<$first::Item>>>;
        }
    };
    (fallbacks: $first:ident $last:ident) => {
        #[diagnostic::do_not_recommend]
        impl<$first: Value, $last: Value> Fallbacks for ($first, $last)
        where
            $first::NonNull: Replaceable<$last::NonNull>,
        {
            type FirstNonNull = $last::Lift<<$first::NonNull as Replaceable<$last::NonNull>>::Either>;
        }
    };
    (fallbacks: $first:ident $($rest:ident)+) => {
        #[diagnostic::do_not_recommend]
        impl<$first: Value, $($rest),+> Fallbacks for ($first, $($rest,)+)
        where
            ($($rest,)+): Fallbacks,
            $first::NonNull: Replaceable<<<($($rest,)+) as Fallbacks>::FirstNonNull as Value>::NonNull>,
        {
            type FirstNonNull = <<($($rest,)+) as Fallbacks>::FirstNonNull as Value>::Lift<
                <$first::NonNull as Replaceable<<<($($rest,)+) as Fallbacks>::FirstNonNull as Value>::NonNull>>::Either,
            >;
        }
    };
}

tuples! {
    A1;
    A1 A2;
    A1 A2 A3;
    A1 A2 A3 A4;
    A1 A2 A3 A4 A5;
    A1 A2 A3 A4 A5 A6;
    A1 A2 A3 A4 A5 A6 A7;
    A1 A2 A3 A4 A5 A6 A7 A8;
}
