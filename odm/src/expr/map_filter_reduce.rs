//! Expressions for each element of an array: `$map $filter $reduce`. Closures receive the element.
//!
//! The variable of the element is `$$this`, the server's default. If a variable around has this name, it has another, so
//! that the inner expression can use the outer element, too.

mod names;
mod outer;

use self::names::Argument;
pub use self::names::{ElementNames, ReduceNames};
use super::{
    Expr, Expression, Fields, StorableIn, Truth,
    operators::{Operator, operator},
    rendered::{Rendered, named},
    variable::{Scope, bind, bound, is_bound},
};
use crate::{
    error::codec::CodecResult,
    value::{Array, Integer, Value},
};

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[
    operator!("$map", map),
    operator!("$filter", filter),
    operator!("$reduce", reduce),
    operator!("$reduce", reduce_as, "8.3"),
];

/// Renders an operator, with the names of its variables before its last argument.
fn call(
    operator: &'static str,
    input: CodecResult<Rendered>,
    names: Vec<Argument>,
    last: Argument,
) -> CodecResult<Rendered> {
    let mut arguments = vec![("input", input)];
    arguments.extend(names);
    arguments.push(last);
    named(operator, &mut arguments)
}

/// Returns the element. Adds the argument that sets its name, if the default is that of a variable around.
fn element<R: 'static, I: Value>(arguments: &mut Vec<Argument>) -> Fields<R, I> {
    if !is_bound("this") {
        return ElementNames::<R, I>::bind("this", arguments);
    }
    let name = unused("this");
    arguments.push(("as", Ok(Rendered::leaf(name.as_str()))));
    bound::<R, I>(&name)
}

/// Binds a name that no variable around has: `this2`.
fn unused(name: &str) -> String {
    let mut number = 2;
    loop {
        let name = format!("{name}{number}");
        if bind(&name).is_ok() {
            return name;
        }
        number += 1;
    }
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
        let (_scope, mut names) = (Scope::enter(), Vec::new());
        let result = each(element::<R, I>(&mut names)).render();
        Expr::computed(call("$map", self.rendered(), names, ("in", result)))
    }

    /// Like [`map`](Self::map), with these names for the variables: that of the element,
    /// `o.lines().map_as("line", |line| line.price())`, or those of the element and its position,
    /// `o.lines().map_as(("line", "index"), |(line, index)| line.price() * index)`.
    ///
    /// `{ $map: { input: array, as: element, arrayIndexAs: index, in: expression } }`
    ///
    /// The position requires MongoDB 8.3.
    pub fn map_as<I: Value, N, X: Expression<R>>(
        &self,
        names: N,
        each: impl FnOnce(N::Bound) -> X,
    ) -> Expr<R, T::Lift<Vec<X::T>>>
    where
        T: Array<Item = I>,
        N: ElementNames<R, I>,
    {
        let (_scope, mut arguments) = (Scope::enter(), Vec::new());
        let bound = names.bind(&mut arguments);
        let result = each(bound).render();
        Expr::computed(call("$map", self.rendered(), arguments, ("in", result)))
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
        let (_scope, mut names) = (Scope::enter(), Vec::new());
        let condition = condition(element::<R, I>(&mut names)).render();
        Expr::computed(call("$filter", self.rendered(), names, ("cond", condition)))
    }

    /// Like [`filter`](Self::filter), with these names for the variables: that of the element,
    /// `o.lines().filter_as("line", |line| line.price().gt(10))`, or those of the element and its position,
    /// `o.lines().filter_as(("line", "index"), |(_, index)| index.lt(3))`.
    ///
    /// `{ $filter: { input: array, as: element, arrayIndexAs: index, cond: condition } }`
    ///
    /// The position requires MongoDB 8.3.
    pub fn filter_as<I: Value, N, X: Expression<R>>(
        &self,
        names: N,
        condition: impl FnOnce(N::Bound) -> X,
    ) -> Expr<R, T, Filter>
    where
        T: Array<Item = I>,
        N: ElementNames<R, I>,
        X::T: Truth,
    {
        let (_scope, mut arguments) = (Scope::enter(), Vec::new());
        let bound = names.bind(&mut arguments);
        let condition = condition(bound).render();
        Expr::computed(call("$filter", self.rendered(), arguments, ("cond", condition)))
    }

    /// Combines the elements from the first to the last. The closure receives the value so far and the element:
    /// `o.words().reduce(lit(String::new()), |value, word| concat((value, word)))`. Null stays null.
    ///
    /// `{ $reduce: { input: array, initialValue: initial, in: expression } }`
    ///
    /// The type of the result is that of the initial value: for an integer, which grows, write `lit(0_i64)`. A number of
    /// another kind is converted to it, for example by `$toDouble`.
    pub fn reduce<I: Value, V: Value, X: Expression<R>>(
        &self,
        initial: impl Expression<R, T = V>,
        combine: impl FnOnce(Fields<R, V>, Fields<R, I>) -> X,
    ) -> Expr<R, T::Lift<V>>
    where
        T: Array<Item = I>,
        X::T: StorableIn<V>,
    {
        let _scope = Scope::enter();
        let reduce = |combined| {
            let initial = initial.render();
            named("$reduce", &mut [("input", self.rendered()), ("initialValue", initial), ("in", combined)])
        };
        if !is_bound("this") && !is_bound("value") {
            let element = ElementNames::<R, I>::bind("this", &mut Vec::new());
            let value = ElementNames::<R, V>::bind("value", &mut Vec::new());
            return Expr::computed(reduce(X::T::fit(combine(value, element).render())));
        }
        // Before MongoDB 8.3, the operator has no names of its own for its variables: they get other names, so that the
        // expression can use the outer ones, too.
        let (value, this) = (unused("value"), unused("this"));
        let combined = X::T::fit(combine(bound::<R, V>(&value), bound::<R, I>(&this)).render());
        Expr::computed(outer::visible(combined, |combined| reduce(renamed(&value, &this, combined))))
    }

    /// Like [`reduce`](Self::reduce), with these names for the variables: `(value, element)`, or with the position of the
    /// element `(value, element, index)`. The closure receives a tuple of the variables:
    /// `o.words().reduce_as(("text", "word"), "", |(text, word)| concat((text, word)))`.
    ///
    /// `{ $reduce: { input: array, initialValue: initial, as: element, valueAs: value, arrayIndexAs: index, in: expression } }`
    ///
    /// Requires MongoDB 8.3.
    pub fn reduce_as<I: Value, V: Value, N, X: Expression<R>>(
        &self,
        names: N,
        initial: impl Expression<R, T = V>,
        combine: impl FnOnce(N::Bound) -> X,
    ) -> Expr<R, T::Lift<V>>
    where
        T: Array<Item = I>,
        N: ReduceNames<R, V, I>,
        X::T: StorableIn<V>,
    {
        let (_scope, mut arguments) = (Scope::enter(), vec![("initialValue", initial.render())]);
        let bound = names.bind(&mut arguments);
        let combined = X::T::fit(combine(bound).render());
        Expr::computed(call("$reduce", self.rendered(), arguments, ("in", combined)))
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

#[cfg(test)]
mod tests {
    use mongodb::bson::{Bson, bson};

    use super::*;
    use crate::expr::{concat, let_};

    fn words() -> Expr<(), Vec<String>> {
        Expr::<(), Vec<String>>::raw("$words")
    }

    fn rendered<T, O>(expression: &Expr<(), T, O>) -> Bson {
        expression.rendered().unwrap().into_value()
    }

    #[test]
    fn variables_have_the_names_that_the_caller_chooses() {
        assert_eq!(
            rendered(&words().map_as(("word", "index"), |(word, index)| (word, index))),
            bson!({ "$map": { "input": "$words", "as": "word", "arrayIndexAs": "index", "in": ["$$word", "$$index"] } })
        );
        assert_eq!(
            rendered(&words().filter_as("word", |word| word.eq("a"))),
            bson!({ "$filter": { "input": "$words", "as": "word", "cond": { "$eq": ["$$word", "a"] } } })
        );
        assert_eq!(
            rendered(&words().reduce_as(("text", "word"), "", |(text, word)| concat((text, word)))),
            bson!({ "$reduce": {
                "input": "$words", "initialValue": "", "as": "word", "valueAs": "text", "in": { "$concat": ["$$text", "$$word"] },
            } })
        );
    }

    #[test]
    fn an_inner_element_has_another_name_than_the_outer() {
        let pairs = words().map(|outer| words().map(|inner| concat((outer, inner))));
        assert_eq!(
            rendered(&pairs),
            bson!({ "$map": { "input": "$words", "in": {
                "$map": { "input": "$words", "as": "this2", "in": { "$concat": ["$$this", "$$this2"] } },
            } } })
        );
    }

    #[test]
    fn a_reduce_inside_a_closure_reads_the_outer_element() {
        let nested =
            words().map(|outer| words().reduce("", |text, word| concat((text, word, outer.clone()))));
        assert_eq!(
            rendered(&nested),
            bson!({ "$map": { "input": "$words", "in": { "$let": {
                "vars": { "outerThis": "$$this" },
                "in": { "$reduce": { "input": "$words", "initialValue": "", "in": { "$let": {
                    "vars": { "value2": "$$value", "this2": "$$this" },
                    "in": { "$concat": ["$$value2", "$$this2", "$$outerThis"] },
                } } } },
            } } } })
        );
        // Names of the caller need no others.
        let named =
            words().map_as("outer", |outer| words().reduce("", |text, word| concat((text, word, outer))));
        assert_eq!(
            rendered(&named),
            bson!({ "$map": { "input": "$words", "as": "outer", "in": { "$reduce": {
                "input": "$words", "initialValue": "", "in": { "$concat": ["$$value", "$$this", "$$outer"] },
            } } } })
        );
    }

    #[test]
    fn variables_of_a_let_are_visible_inside_other_operators() {
        let value =
            let_(("value", "a"), |value| words().reduce("", |text, word| concat((text, word, value))));
        assert_eq!(
            Expr::<(), _>::rendered(&value).unwrap().into_value(),
            bson!({ "$let": { "vars": { "value": "a" }, "in": { "$let": {
                "vars": { "outerValue": "$$value" },
                "in": { "$reduce": { "input": "$words", "initialValue": "", "in": { "$let": {
                    "vars": { "value2": "$$value", "this2": "$$this" },
                    "in": { "$concat": ["$$value2", "$$this2", "$$outerValue"] },
                } } } },
            } } } })
        );
        let this = let_(("this", "a"), |this| words().map(|word| concat((word, this))));
        assert_eq!(
            Expr::<(), _>::rendered(&this).unwrap().into_value(),
            bson!({ "$let": { "vars": { "this": "a" }, "in": {
                "$map": { "input": "$words", "as": "this2", "in": { "$concat": ["$$this2", "$$this"] } },
            } } })
        );
    }

    #[test]
    fn a_name_of_a_variable_around_is_an_error() {
        let again = |name: &str| {
            format!("expected a name that no variable around this one has, found `{name}` again")
        };
        let nested = words().map_as("word", |_| words().filter_as("word", |word| word.eq("a")));
        assert_eq!(nested.rendered().unwrap_err().to_string(), again("word"));
        let nested = words().map(|_| words().map_as("this", |this| this));
        assert_eq!(nested.rendered().unwrap_err().to_string(), again("this"));
        let twice = let_((("word", "a"), ("word", "b")), |(a, b)| concat((a, b)));
        assert_eq!(Expr::<(), _>::rendered(&twice).unwrap_err().to_string(), again("word"));
        let nested = let_(("word", "a"), |_| let_(("word", "b"), |word| word));
        assert_eq!(Expr::<(), _>::rendered(&nested).unwrap_err().to_string(), again("word"));
        let named = words().map_as("this", |_| words().map(|word| word));
        assert!(named.rendered().is_ok(), "the inner element has another name");
        let beside = (words().map_as("word", |word| word), words().map_as("word", |word| word));
        assert!(Expression::<()>::render(beside).is_ok(), "the first is no longer in scope");
    }

    #[test]
    fn a_name_that_the_server_refuses_is_an_error() {
        let wrong = words().map_as("a.word", |word| word).rendered();
        assert_eq!(
            wrong.unwrap_err().to_string(),
            "expected the name of a variable: letters, digits and `_`, found `a.word`"
        );
    }
}
