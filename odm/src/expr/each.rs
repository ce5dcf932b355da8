//! Expressions for each element of an array: `$map $filter $reduce`. Closures receive the element.
//!
//! The variable of the element is `$$this`, the server's default. Inside the closure of another of these operators it has a
//! name of its own, so that the inner expression can use the outer element, too.

use std::cell::Cell;

use super::{
    Expr, Expression, Fields, StorableIn, Truth,
    operators::{Operator, operator},
    rendered::{Rendered, named},
    variable::bound,
};
use crate::{
    error::codec::CodecResult,
    value::{Array, Integer, Value},
};

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] =
    &[operator!("$map", map), operator!("$filter", filter), operator!("$reduce", reduce)];

thread_local! {
    /// How many closures of these operators are running in this thread, each inside the one before.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Calls a closure inside one more level. Ends the level even if the closure panics.
fn inside<T>(call: impl FnOnce(usize) -> T) -> T {
    struct Level;
    impl Drop for Level {
        fn drop(&mut self) {
            DEPTH.set(DEPTH.get().saturating_sub(1));
        }
    }
    let depth = DEPTH.get();
    DEPTH.set(depth + 1);
    let _level = Level;
    call(depth)
}

/// Returns the arguments of an operator, with the name of the variable unless it is the default.
fn arguments(
    input: CodecResult<Rendered>,
    name: Option<&str>,
    last: (&'static str, CodecResult<Rendered>),
) -> Vec<(&'static str, CodecResult<Rendered>)> {
    let mut arguments = vec![("input", input)];
    if let Some(name) = name {
        arguments.push(("as", Ok(Rendered::leaf(name))));
    }
    arguments.push(last);
    arguments
}

/// Returns the name of the variable at a depth, if it is not the default.
fn default_name(depth: usize) -> Option<String> {
    (depth > 0).then(|| format!("this{}", depth + 1))
}

impl<R: 'static, T: Value, O> Expr<R, T, O> {
    /// Returns the array of the results for each element: `o.lines().map(|line| line.price() * line.quantity())`. Null
    /// stays null.
    ///
    /// `{ $map: { input: array, in: expression } }`
    pub fn map<I: Value, X: Expression<R>>(
        &self,
        each: impl FnOnce(Fields<R, I>) -> X,
    ) -> Expr<R, T::Lift<Vec<X::T>>>
    where
        T: Array<Item = I>,
    {
        inside(|depth| self.map_element::<I, X>(default_name(depth).as_deref(), each))
    }

    /// Like [`map`](Self::map), with this name for the variable of the element.
    ///
    /// `{ $map: { input: array, as: name, in: expression } }`
    pub fn map_as<I: Value, X: Expression<R>>(
        &self,
        name: &'static str,
        each: impl FnOnce(Fields<R, I>) -> X,
    ) -> Expr<R, T::Lift<Vec<X::T>>>
    where
        T: Array<Item = I>,
    {
        inside(|_| self.map_element::<I, X>(Some(name), each))
    }

    fn map_element<I: Value, X: Expression<R>>(
        &self,
        name: Option<&str>,
        each: impl FnOnce(Fields<R, I>) -> X,
    ) -> Expr<R, T::Lift<Vec<X::T>>> {
        let result = each(bound::<R, I>(name.unwrap_or("this"))).render();
        Expr::computed(named("$map", &mut arguments(self.rendered(), name, ("in", result))))
    }

    /// Returns the array of the elements that satisfy a condition: `o.lines().filter(|line| line.price().gt(10))`. Null
    /// stays null. See [`limit`](Expr::limit) for the first of them.
    ///
    /// `{ $filter: { input: array, cond: condition } }`
    pub fn filter<I: Value, X: Expression<R>>(
        &self,
        condition: impl FnOnce(Fields<R, I>) -> X,
    ) -> Expr<R, T, Filter>
    where
        T: Array<Item = I>,
        X::T: Truth,
    {
        inside(|depth| self.filter_element::<I, X>(default_name(depth).as_deref(), condition))
    }

    /// Like [`filter`](Self::filter), with this name for the variable of the element.
    ///
    /// `{ $filter: { input: array, as: name, cond: condition } }`
    pub fn filter_as<I: Value, X: Expression<R>>(
        &self,
        name: &'static str,
        condition: impl FnOnce(Fields<R, I>) -> X,
    ) -> Expr<R, T, Filter>
    where
        T: Array<Item = I>,
        X::T: Truth,
    {
        inside(|_| self.filter_element::<I, X>(Some(name), condition))
    }

    fn filter_element<I: Value, X: Expression<R>>(
        &self,
        name: Option<&str>,
        condition: impl FnOnce(Fields<R, I>) -> X,
    ) -> Expr<R, T, Filter> {
        let condition = condition(bound::<R, I>(name.unwrap_or("this"))).render();
        Expr::computed(named("$filter", &mut arguments(self.rendered(), name, ("cond", condition))))
    }

    /// Combines the elements from the first to the last. The closure receives the value so far and the element:
    /// `o.words().reduce(lit(String::new()), |value, word| concat((value, word)))`. Null stays null.
    ///
    /// `{ $reduce: { input: array, initialValue: initial, in: expression } }`
    ///
    /// The type of the result is that of the initial value: for an integer, which grows, write `lit(0_i64)`.
    pub fn reduce<I: Value, V: Value, X: Expression<R>>(
        &self,
        initial: impl Expression<R, T = V>,
        combine: impl FnOnce(Fields<R, V>, Fields<R, I>) -> X,
    ) -> Expr<R, T::Lift<V>>
    where
        T: Array<Item = I>,
        X::T: StorableIn<V>,
    {
        let combined = inside(|depth| match depth {
            0 => combine(bound::<R, V>("value"), bound::<R, I>("this")).render(),
            // The operator has no names of its own for its variables: inside another closure they get other names, so
            // that the expression can use the outer ones, too.
            _ => {
                let (value, this) = (format!("value{}", depth + 1), format!("this{}", depth + 1));
                let combined = combine(bound::<R, V>(&value), bound::<R, I>(&this)).render();
                renamed(&value, &this, combined)
            }
        });
        Expr::computed(named(
            "$reduce",
            &mut [("input", self.rendered()), ("initialValue", initial.render()), ("in", combined)],
        ))
    }
}

/// `{ $let: { vars: { value2: "$$value", this2: "$$this" }, in: expression } }`
fn renamed(value: &str, this: &str, expression: CodecResult<Rendered>) -> CodecResult<Rendered> {
    let vars = Rendered::measured(mongodb::bson::doc! { value: "$$value", this: "$$this" }.into());
    named("$let", &mut [("vars", vars), ("in", expression)])
}

/// The optional argument of [`filter`](Expr::filter).
#[derive(Debug)]
pub enum Filter {}

impl<R, T> Expr<R, T, Filter> {
    /// Returns only the first `n` of the elements.
    ///
    /// `limit: n`
    pub fn limit<B>(self, n: impl Expression<R, T = B>) -> Self
    where
        B: Integer,
    {
        self.with_argument("limit", n.render())
    }
}
