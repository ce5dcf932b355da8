//! The names of the variables of `$map`, `$filter` and `$reduce`.

use crate::{
    error::codec::CodecResult,
    expr::{
        Expr, Fields,
        rendered::Rendered,
        variable::{bind, bound, check_bound_name},
    },
    value::Value,
};

/// A named argument of an operator.
pub(super) type Argument = (&'static str, CodecResult<Rendered>);

/// Returns the argument of an operator that sets the name of a variable.
pub(super) fn name_argument(argument: &'static str, name: &str) -> Argument {
    (argument, check_bound_name(name).and_then(|()| bind(name)).map(|()| Rendered::leaf(name)))
}

/// The names of the variables of [`map_as`](Expr::map_as) and [`filter_as`](Expr::filter_as) for elements of type `I`:
/// the name of the element, or `(element, index)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name the variables of an element",
    label = "expected the name of the element, or `(element, index)`"
)]
pub trait ElementNames<R, I> {
    /// The variables, as the closure receives them.
    type Bound;

    /// Returns the variables. Adds the arguments that set their names.
    fn bind(self, arguments: &mut Vec<(&'static str, CodecResult<Rendered>)>) -> Self::Bound;
}

impl<R: 'static, I: Value> ElementNames<R, I> for &'static str {
    type Bound = Fields<R, I>;

    fn bind(self, arguments: &mut Vec<Argument>) -> Self::Bound {
        if self != "this" {
            arguments.push(name_argument("as", self));
        } else if let Err(problem) = bind(self) {
            arguments.push(("as", Err(problem)));
        }
        bound::<R, I>(self)
    }
}

impl<R: 'static, I: Value> ElementNames<R, I> for (&'static str, &'static str) {
    type Bound = (Fields<R, I>, Expr<R, i32>);

    fn bind(self, arguments: &mut Vec<Argument>) -> Self::Bound {
        let (element, index) = self;
        let element = ElementNames::<R, I>::bind(element, arguments);
        arguments.push(name_argument("arrayIndexAs", index));
        (element, bound::<R, i32>(index))
    }
}

/// The names of the variables of [`reduce_as`](Expr::reduce_as) for a value of type `V` and elements of type `I`:
/// `(value, element)`, or `(value, element, index)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name the variables of `reduce_as`",
    label = "expected `(value, element)` or `(value, element, index)`"
)]
pub trait ReduceNames<R, V, I> {
    /// The variables, as the closure receives them.
    type Bound;

    /// Returns the variables. Adds the arguments that set their names.
    fn bind(self, arguments: &mut Vec<(&'static str, CodecResult<Rendered>)>) -> Self::Bound;
}

impl<R: 'static, V: Value, I: Value> ReduceNames<R, V, I> for (&'static str, &'static str) {
    type Bound = (Fields<R, V>, Fields<R, I>);

    fn bind(self, arguments: &mut Vec<Argument>) -> Self::Bound {
        let (value, element) = self;
        arguments.push(name_argument("as", element));
        arguments.push(name_argument("valueAs", value));
        (bound::<R, V>(value), bound::<R, I>(element))
    }
}

impl<R: 'static, V: Value, I: Value> ReduceNames<R, V, I> for (&'static str, &'static str, &'static str) {
    type Bound = (Fields<R, V>, Fields<R, I>, Expr<R, i32>);

    fn bind(self, arguments: &mut Vec<Argument>) -> Self::Bound {
        let (value, element, index) = self;
        let (value, element) = ReduceNames::<R, V, I>::bind((value, element), arguments);
        arguments.push(name_argument("arrayIndexAs", index));
        (value, element, bound::<R, i32>(index))
    }
}
