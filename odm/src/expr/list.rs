//! Lists of expressions: the operands of operators with any number of operands.

mod operand_types;

pub(super) use self::operand_types::{
    Addends, Alternatives, Arrays, Fallbacks, Integers, Numbers, Texts, Truths,
};
use super::{
    BaseExpression, Expression, filled,
    rendered::{Rendered, array},
};
use crate::{error::codec::CodecResult, path::IntoBase};

/// The operands of an operator: a tuple, an array or a `Vec` of expressions, or one expression that evaluates to an
/// array: `concat((o.first(), " ", o.last()))`, `sum_of([o.a(), o.b()])`, `sum_of(o.scores())`. A function in JavaScript may
/// have none: `()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of expressions over the row `{R}`",
    label = "expected a tuple or an array of expressions",
    note = "for example `concat((o.first(), \" \", o.last()))`; a tuple has at most 8 expressions, an array any number"
)]
pub trait ExpressionList<R> {
    /// The types of the operands: a tuple of them, `Each` of one type, or `ArrayOf` one array.
    type Types;

    /// Renders the operands as an array, or as the expression of an array.
    fn render_list(self) -> CodecResult<Rendered>;

    /// Renders the operands with null in place of those that are missing.
    fn render_filled(self) -> CodecResult<Rendered>;
}

/// Any number of operands of type `T`.
#[derive(Debug)]
pub struct Each<T>(std::marker::PhantomData<fn() -> T>);

/// One operand, which evaluates to an array of type `T`.
#[derive(Debug)]
pub struct ArrayOf<T>(std::marker::PhantomData<fn() -> T>);

impl<R, X: Expression<R>, const N: usize> ExpressionList<R> for [X; N] {
    type Types = Each<X::T>;

    fn render_list(self) -> CodecResult<Rendered> {
        array(&mut self.map(Expression::render))
    }

    fn render_filled(self) -> CodecResult<Rendered> {
        array(&mut self.map(|item| filled::<X::T>(item.render())))
    }
}

impl<R, X: Expression<R>> ExpressionList<R> for Vec<X> {
    type Types = Each<X::T>;

    fn render_list(self) -> CodecResult<Rendered> {
        array(&mut self.into_iter().map(Expression::render).collect::<Vec<_>>())
    }

    fn render_filled(self) -> CodecResult<Rendered> {
        array(&mut self.into_iter().map(|item| filled::<X::T>(item.render())).collect::<Vec<_>>())
    }
}

#[diagnostic::do_not_recommend]
impl<R, X> ExpressionList<R> for X
where
    X: IntoBase,
    X::Base: BaseExpression<R>,
{
    type Types = ArrayOf<<X::Base as BaseExpression<R>>::T>;

    fn render_list(self) -> CodecResult<Rendered> {
        self.into_base().render()
    }

    fn render_filled(self) -> CodecResult<Rendered> {
        self.render_list()
    }
}

/// No operands: the arguments of a function that has none.
impl<R> ExpressionList<R> for () {
    type Types = ();

    fn render_list(self) -> CodecResult<Rendered> {
        array(&mut [])
    }

    fn render_filled(self) -> CodecResult<Rendered> {
        array(&mut [])
    }
}

/// `[item, ..]`: null for an item that is missing.
impl<R, X: Expression<R>, const N: usize> Expression<R> for [X; N] {
    type T = Vec<X::T>;

    fn render(self) -> CodecResult<Rendered> {
        self.render_list()
    }
}

/// `[item, ..]`: null for an item that is missing.
impl<R, X: Expression<R>> Expression<R> for Vec<X> {
    type T = Vec<X::T>;

    fn render(self) -> CodecResult<Rendered> {
        self.render_list()
    }
}

/// Implements the traits for tuples of expressions.
macro_rules! tuples {
    ($($first:ident $($rest:ident)*;)*) => { $(
        #[allow(non_snake_case)]
        impl<R, $first: Expression<R>, $($rest: Expression<R>),*> ExpressionList<R> for ($first, $($rest,)*) {
            type Types = ($first::T, $($rest::T,)*);

            fn render_list(self) -> CodecResult<Rendered> {
                let ($first, $($rest,)*) = self;
                array(&mut [$first.render(), $($rest.render()),*])
            }

            fn render_filled(self) -> CodecResult<Rendered> {
                let ($first, $($rest,)*) = self;
                array(&mut [filled::<$first::T>($first.render()), $(filled::<$rest::T>($rest.render())),*])
            }
        }

        /// `[first, second, ..]`: an array in which each element has its own type.
        impl<R, $first: Expression<R>, $($rest: Expression<R>),*> Expression<R> for ($first, $($rest,)*) {
            type T = ($first::T, $($rest::T,)*);

            fn render(self) -> CodecResult<Rendered> {
                self.render_list()
            }
        }
    )* };
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
