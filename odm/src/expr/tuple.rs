//! The elements of tuples, which are stored as arrays.

use super::{
    Expr,
    operators::{Operator, operator},
    rendered::{Rendered, list},
};
use crate::value::Value;

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[operator!("$arrayElemAt", element)];

impl<R, T: Value, O> Expr<R, T, O> {
    /// Returns the element of a tuple at a position, with its type: `pair.element::<0>()`.
    ///
    /// `{ $arrayElemAt: [tuple, 0] }`
    pub fn element<const INDEX: usize>(&self) -> Expr<R, T::Element>
    where
        T: TupleElement<INDEX>,
    {
        Expr::computed(list("$arrayElemAt", &mut [self.rendered(), Ok(Rendered::leaf(T::POSITION))]))
    }
}

/// A tuple with an element at the position `INDEX`, or a tuple that may be absent: required by
/// [`element`](Expr::element).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tuple with an element at this position",
    label = "`element` needs a tuple, and a position less than its length",
    note = "an element of an array is `.array_elem_at(index)`"
)]
pub trait TupleElement<const INDEX: usize>: Value {
    /// The type of the element.
    type Element: Value;
    /// The position.
    const POSITION: i32;
}

#[diagnostic::do_not_recommend]
impl<const INDEX: usize, T: TupleElement<INDEX>> TupleElement<INDEX> for Option<T> {
    type Element = <T::Element as Value>::Optional;
    const POSITION: i32 = T::POSITION;
}

macro_rules! elements {
    ($($tuple:tt: $($element:ident $index:literal)*;)*) => { $($(
        elements!(@ $tuple $element $index);
    )*)* };
    (@ ($($all:ident)*) $element:ident $index:literal) => {
        #[diagnostic::do_not_recommend]
        impl<$($all: Value),*> TupleElement<$index> for ($($all,)*) {
            type Element = $element;
            const POSITION: i32 = $index;
        }
    };
}

elements! {
    (A): A 0;
    (A B): A 0 B 1;
    (A B C): A 0 B 1 C 2;
    (A B C D): A 0 B 1 C 2 D 3;
    (A B C D E): A 0 B 1 C 2 D 3 E 4;
    (A B C D E F): A 0 B 1 C 2 D 3 E 4 F 5;
    (A B C D E F G): A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    (A B C D E F G H): A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
}

#[cfg(test)]
mod tests {
    use mongodb::bson::bson;

    use super::*;

    #[test]
    fn an_element_of_a_tuple_has_its_type() {
        let pair = Expr::<(), Option<(String, f64)>>::raw("$pair");
        let price: Expr<_, Option<f64>> = pair.element::<1>();
        assert_eq!(price.rendered().unwrap().into_value(), bson!({ "$arrayElemAt": ["$pair", 1] }));
    }
}
