//! `$zip`.

use std::marker::PhantomData;

use super::{
    Expr, Expression, ExpressionList,
    list::Each,
    operators::{Operator, operator},
    rendered::{at_least, named},
};
use crate::value::{Array, Value};

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[operator!("$zip", zip)];

/// Returns the elements at the same position of several arrays, up to the end of the shortest: pairs for two arrays,
/// `zip((o.names(), o.prices()))`. Null if one of the arrays is null.
///
/// `{ $zip: { inputs: [array, ..] } }`
///
/// An empty list of arrays is an error.
pub fn zip<R, L: ExpressionList<R>, Zipped: Value>(arrays: L) -> Expr<R, Zipped, Zip<L::Types>>
where
    // The result is a type parameter, as in `divide`.
    L::Types: Zips<Zipped = Zipped>,
{
    Expr::computed(named("$zip", &mut [("inputs", at_least(1, arrays.render_list()))]))
}

/// The optional arguments of [`zip`]. `L` is the list of the types of the arrays.
#[derive(Debug)]
pub struct Zip<L>(PhantomData<fn() -> L>);

impl<R, T, L: Zips> Expr<R, T, Zip<L>> {
    /// Continues to the end of the longest array: null in place of the elements that another lacks.
    ///
    /// `useLongestLength: true`
    pub fn use_longest_length(self) -> Expr<R, L::Longest> {
        self.with_argument("useLongestLength", Expression::<R>::render(true)).typed()
    }

    /// Continues to the end of the longest array: these values, one for each array, in place of the elements that another
    /// lacks.
    ///
    /// `useLongestLength: true, defaults: [value, ..]`
    pub fn defaults<D>(self, defaults: D) -> Expr<R, T>
    where
        D: ExpressionList<R, Types = L::Items>,
    {
        self.with_argument("useLongestLength", Expression::<R>::render(true))
            .with_argument("defaults", defaults.render_filled())
            .typed()
    }
}

/// The types of arrays that `zip` combines.
#[diagnostic::on_unimplemented(
    message = "these are not all arrays: `{Self}`",
    label = "expected a tuple or an array of arrays",
    note = "for example `zip((o.names(), o.prices()))`"
)]
pub trait Zips {
    /// The list of the types of the elements.
    type Items;
    /// An array of tuples, or of arrays: an `Option` if one of the arrays may be null.
    type Zipped: Value;
    /// The same with elements that may be null.
    type Longest: Value;
}

impl<T: Array<Item = I>, I: Value> Zips for Each<T> {
    type Items = Each<I>;
    type Zipped = T::Lift<Vec<Vec<I>>>;
    type Longest = T::Lift<Vec<Vec<I::Optional>>>;
}

/// A type, or an `Option` of it if one of the arrays may be null.
macro_rules! lifted {
    ($out:ty;) => { $out };
    ($out:ty; $first:ident $($rest:ident)*) => { $first::Lift<lifted!($out; $($rest)*)> };
}

macro_rules! tuples {
    ($($($array:ident $item:ident)+;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($array: Array<Item = $item>, $item: Value),+> Zips for ($($array,)+) {
            type Items = ($($item,)+);
            type Zipped = lifted!(Vec<($($item,)+)>; $($array)+);
            type Longest = lifted!(Vec<($($item::Optional,)+)>; $($array)+);
        }
    )* };
}

tuples! {
    A1 I1;
    A1 I1 A2 I2;
    A1 I1 A2 I2 A3 I3;
    A1 I1 A2 I2 A3 I3 A4 I4;
    A1 I1 A2 I2 A3 I3 A4 I4 A5 I5;
    A1 I1 A2 I2 A3 I3 A4 I4 A5 I5 A6 I6;
    A1 I1 A2 I2 A3 I3 A4 I4 A5 I5 A6 I6 A7 I7;
    A1 I1 A2 I2 A3 I3 A4 I4 A5 I5 A6 I6 A7 I7 A8 I8;
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Bson, bson};

    use super::*;

    fn rendered<T, O>(expression: &Expr<(), T, O>) -> Bson {
        expression.rendered().unwrap().into_value()
    }

    #[test]
    fn arrays_are_combined_up_to_the_shortest_or_the_longest() {
        let names = Expr::<(), Vec<String>>::raw("$names");
        let prices = Expr::<(), Option<Vec<f64>>>::raw("$prices");
        let shortest: Expr<_, Option<Vec<(String, f64)>>, _> = zip((names.clone(), prices.clone()));
        assert_eq!(rendered(&shortest), bson!({ "$zip": { "inputs": ["$names", "$prices"] } }));

        let longest: Expr<_, Option<Vec<(Option<String>, Option<f64>)>>> =
            zip((names.clone(), prices.clone())).use_longest_length();
        assert_eq!(
            rendered(&longest),
            bson!({ "$zip": { "inputs": ["$names", "$prices"], "useLongestLength": true } })
        );

        let filled: Expr<_, Option<Vec<(String, f64)>>> =
            zip((names.clone(), prices)).defaults(("none", 0.0));
        assert_eq!(
            rendered(&filled),
            bson!({ "$zip": { "inputs": ["$names", "$prices"], "useLongestLength": true, "defaults": ["none", 0.0] } })
        );

        let of_one_type: Expr<_, Vec<Vec<String>>> = zip([names.clone(), names]).defaults(["a", "b"]);
        assert_eq!(
            rendered(&of_one_type),
            bson!({ "$zip": { "inputs": ["$names", "$names"], "useLongestLength": true, "defaults": ["a", "b"] } })
        );
    }
}
