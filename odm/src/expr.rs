//! Expressions: values that the server computes from a row.
//!
//! | kind | operators |
//! |---|---|
//! | values | fields of the row, constants, [`lit`], literals of shapes, tuples and arrays of expressions, [`root`], [`now`], [`remove`], [`let_`] |
//! | arithmetic | `+` `-` `*` `%` [`divide`] [`abs`] [`round`] [`pow`] [`ln`] ..; dates: `+` and `-` a number of milliseconds, `-` of two dates |
//! | comparison | `eq` `ne` `gt` `gte` `lt` `lte` `cmp` |
//! | boolean | `&` `\|` `!` [`and`] [`or`] [`all_elements_true`] [`any_element_true`] |
//! | conditional | [`cond`] [`if_null`] [`switch`] |
//! | strings | [`concat()`] [`split`] [`trim`] [`to_lower`] [`substr_cp`] [`regex_match`] [`replace_all`] .. |
//! | dates | [`year`] [`hour`] [`date_add`] [`date_diff`] [`date_trunc`] [`date_to_string`] [`date_from_parts`] .. |
//! | arrays | `map` `filter` `reduce` `first` `last` [`array_elem_at`] [`size`] [`slice()`] `sort_array` [`zip`] [`range`] .. |
//! | sets | `set_union` [`set_intersection`] [`set_difference`] [`set_is_subset`] .. |
//! | documents | `merge_objects` [`get_field`] [`set_field`] [`object_to_array`] [`array_to_object`] |
//! | several values | [`sum_of`] [`avg_of`] [`max_of`] [`min_of`] .. |
//! | types | [`to_int`] [`to_double`] [`to_string`] [`to_date`] [`convert`] [`type_of`] [`is_number`] `as_` `as_bson` `cast` .. |
//! | other | [`rand`] [`meta`] [`function`] [`to_hashed_index_key`] .. |
//!
//! Most operators are both a method of [`Expr`] and a function. If an accumulator has the same name, the function ends
//! with `_of`, or there is only the method. Optional arguments are methods of the result:
//! `o.placed().hour().timezone("+02:00")`.
//! [A table of all operators](https://github.com/odm-rs/odm/blob/main/docs/operators.md) lists the function of each.
//!
//! Write an operator without a method in the driver's form, with [`Expr::raw`].

pub(crate) mod arithmetic;
mod array;
mod bitwise;
mod boolean;
mod comparison;
mod conditional;
mod constant;
pub(crate) mod context;
mod convert;
mod date;
mod encrypted;
mod json;
mod list;
mod map_filter_reduce;
mod meta;
mod number;
mod object;
pub(crate) mod operand;
pub(crate) mod operators;
mod presence;
mod random;
mod regex;
pub(crate) mod rendered;
mod required;
mod script;
mod set;
mod size;
pub(crate) mod sort_array;
pub(crate) mod statistics;
pub(crate) mod storable;
mod string;
mod time_unit;
mod timestamp;
mod trigonometry;
mod tuple;
mod variable;
mod zip;

use std::{borrow::Cow, fmt, marker::PhantomData};

use mongodb::bson::Bson;

#[doc(hidden)]
pub use self::operators::Operator;
use self::rendered::Rendered;
pub(crate) use self::{
    arithmetic::{Divided, NumericResult},
    context::exprs,
    operand::{Alternative, Comparable, Computed, ExprOperand},
    storable::StorableIn,
    variable::{Scope, VariableKind, Variables, bound as fields_of_variable},
};
pub use self::{
    arithmetic::{add, divide, modulo, multiply, subtract},
    array::*,
    bitwise::*,
    boolean::{Truth, all_elements_true, and, any_element_true, or},
    conditional::{Switch, cond, if_null, switch},
    constant::lit,
    context::{Exprs, Fields},
    convert::*,
    date::*,
    encrypted::*,
    json::*,
    list::ExpressionList,
    map_filter_reduce::{ElementNames, ReduceNames},
    meta::{Meta, meta, text_score},
    number::*,
    object::*,
    random::rand,
    regex::*,
    required::Required,
    script::function,
    set::*,
    size::*,
    statistics::*,
    string::*,
    time_unit::{TimeUnit, Weekday},
    timestamp::*,
    trigonometry::*,
    tuple::TupleElement,
    variable::{
        UserRole, UserRoleFields, cluster_time, current, let_, now, remove, root, user_roles, variable,
    },
    zip::{Zip, Zips, zip},
};
pub use crate::value::DateValue;
use crate::{
    error::codec::{CodecError, CodecResult},
    path::IntoBase,
    sort::Sort,
    value::{Ordered, Value},
};

/// An expression over the row `R` that evaluates to a `T`.
///
/// Construct with the fields that a stage passes to its closure (`|o| o.price()`), with operators on them, or with
/// [`lit`].
///
/// `O` is the type of the operator's optional arguments, which are methods of the expression:
/// `o.placed().hour().timezone("Europe/Oslo")`. An argument that may be null makes the result an `Option`.
#[must_use = "an expression does nothing until it is passed to a stage, a filter or an update"]
pub struct Expr<R, T, O = ()> {
    source: Source,
    types: PhantomData<fn() -> (R, T, O)>,
}

/// What an expression renders.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A field of the row, by its dotted name, or a variable with a `$` before its name.
    Field(Cow<'static, str>),
    /// A field below an array, by its dotted name, and the expression of its values.
    BelowArray(Cow<'static, str>, CodecResult<Rendered>),
    /// Any other expression, or why it cannot be sent.
    Computed(CodecResult<Rendered>),
}

impl Source {
    fn render(self) -> CodecResult<Rendered> {
        match self {
            Self::Field(name) => Ok(Rendered::path(&name)),
            Self::BelowArray(_, rendered) | Self::Computed(rendered) => rendered,
        }
    }
}

impl<R, T, O> Expr<R, T, O> {
    pub(crate) fn from_source(source: Source) -> Self {
        Self { source, types: PhantomData }
    }

    /// Creates an expression in the driver's form, of the type that you specify:
    /// `Expr::<_, String>::raw(doc! { "$toUpper": "$name" })`.
    ///
    /// The server reads a string in it that begins with `$` as a path. Use [`lit`] for a string from an untrusted source.
    pub fn raw(expression: impl Into<Bson>) -> Expr<R, T> {
        Expr::computed(Rendered::measured(expression.into()))
    }

    /// Creates the expression of an operator.
    fn computed(rendered: CodecResult<Rendered>) -> Self {
        Self::from_source(Source::Computed(rendered))
    }

    /// Returns the expression as it is sent.
    fn rendered(&self) -> CodecResult<Rendered> {
        self.source.clone().render()
    }

    /// Sets an argument of an operator with named arguments.
    fn with_argument(self, name: &'static str, argument: CodecResult<Rendered>) -> Self {
        Self::computed(self.source.render().and_then(|operator| operator.with_argument(name, argument)))
    }

    /// Adds an argument to an operator with a list of arguments.
    fn with_item(self, argument: CodecResult<Rendered>) -> Self {
        Self::computed(self.source.render().and_then(|operator| operator.with_item(argument)))
    }

    /// Declares that the expression evaluates to a `U`. What is sent does not change.
    fn typed<U>(&self) -> Expr<R, U> {
        Expr::from_source(self.source.clone())
    }

    /// Returns the expression as one of any type, for places whose values have several types:
    /// `cond(o.paid(), o.total().as_bson(), lit("open").as_bson())` evaluates to a [`Bson`].
    pub fn as_bson(&self) -> Expr<R, Bson> {
        self.typed()
    }

    /// Sorts the smallest value first, in an operator that takes an order, such as [`top`](crate::pipeline::top).
    ///
    /// `{ field: 1 }`. An expression that is not a field of the row is an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true.
    pub fn asc(&self) -> Sort<R>
    where
        T: Value,
        T::DistinctItem<T>: Ordered,
    {
        self.ordered(1)
    }

    /// Sorts the greatest value first, in an operator that takes an order, such as [`top`](crate::pipeline::top).
    ///
    /// `{ field: -1 }`. An expression that is not a field of the row is an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true.
    pub fn desc(&self) -> Sort<R>
    where
        T: Value,
        T::DistinctItem<T>: Ordered,
    {
        self.ordered(-1)
    }

    fn ordered(&self, direction: i32) -> Sort<R> {
        match self.field_name() {
            Ok(name) => Sort::by_name(name, direction),
            Err(problem) => Sort::wrong(problem),
        }
    }

    /// Returns the dotted name of the field that the expression is. Returns an error for any other expression.
    pub(crate) fn field_name(&self) -> CodecResult<&str> {
        match &self.source {
            Source::Field(name) | Source::BelowArray(name, _) if !name.starts_with('$') => Ok(name),
            Source::Computed(Err(problem)) => Err(problem.clone()),
            _ => Err(CodecError::new("a field of the row", "another expression")),
        }
    }

    /// Returns the fields of the document that the expression evaluates to: `o.lines().first().fields().sku()`.
    ///
    /// `{ $let: { vars: { it: expression }, in: "$$it.sku" } }`
    pub fn fields(&self) -> Fields<R, T>
    where
        R: 'static,
        T: Value,
    {
        context::fields::<R, T>(self.source.clone())
    }
}

impl<R, T, O> Clone for Expr<R, T, O> {
    fn clone(&self) -> Self {
        Self::from_source(self.source.clone())
    }
}

impl<R, T, O> fmt::Debug for Expr<R, T, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expr").finish_non_exhaustive()
    }
}

impl<R, T, O> IntoBase for Expr<R, T, O> {
    type Base = Self;

    fn into_base(self) -> Self {
        self
    }
}

/// A value that can be used as an expression over the row `R`: a field of the row, an operator on fields, a constant,
/// or the literal of a shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an expression over the row `{R}`",
    label = "not an expression over this stage's row",
    note = "expressions are the row's fields (`|row| row.price()`), operators on them, constants (`lit(..)`) and shapes (`ShapeOf {{ .. }}`)"
)]
pub trait Expression<R> {
    /// The type of the result.
    type T: Value;

    /// Renders the expression as it is sent.
    fn render(self) -> CodecResult<Rendered>;
}

/// An expression as the base of a fields struct. The accessor of an embedded document returns its fields struct,
/// which dereferences to this base.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an expression over the row `{R}`",
    label = "belongs to another row, or to a filter",
    note = "use the fields that the closure of this stage gets"
)]
pub trait BaseExpression<R> {
    /// The type of the result.
    type T: Value;

    /// Renders the expression as it is sent.
    fn render(self) -> CodecResult<Rendered>;
}

impl<R, T: Value, O> BaseExpression<R> for Expr<R, T, O> {
    type T = T;

    fn render(self) -> CodecResult<Rendered> {
        self.source.render()
    }
}

#[diagnostic::do_not_recommend]
impl<R, X> Expression<R> for X
where
    X: IntoBase,
    X::Base: BaseExpression<R>,
{
    type T = <X::Base as BaseExpression<R>>::T;

    fn render(self) -> CodecResult<Rendered> {
        self.into_base().render()
    }
}

/// Returns a variable of the server, by its name after the first `$`.
pub(crate) fn system_variable<R, T>(name: Cow<'static, str>) -> Expr<R, T> {
    Expr::from_source(Source::Field(name))
}

/// Replaces a missing value with the value that a missing field of type `T` decodes as: null for an `Option`.
///
/// `{ $ifNull: [expression, null] }`. Without it, the server leaves missing values out of the arrays and documents
/// that it creates.
pub(crate) fn filled<T: Value>(rendered: CodecResult<Rendered>) -> CodecResult<Rendered> {
    match T::missing() {
        Some(none) => rendered::list("$ifNull", &mut [rendered, none.to_bson().and_then(Rendered::constant)]),
        None => rendered,
    }
}

/// Returns all operators of expressions, by the files of this module.
#[doc(hidden)]
pub fn operators() -> impl Iterator<Item = &'static Operator> {
    [
        arithmetic::OPERATORS,
        array::OPERATORS,
        array::OTHERS,
        bitwise::OPERATORS,
        bitwise::LISTS,
        boolean::OPERATORS,
        boolean::OTHERS,
        comparison::OPERATORS,
        conditional::OPERATORS,
        convert::OPERATORS,
        convert::OTHERS,
        date::OPERATORS,
        date::OTHERS,
        map_filter_reduce::OPERATORS,
        encrypted::OPERATORS,
        json::OPERATORS,
        json::OTHERS,
        meta::OPERATORS,
        number::OPERATORS,
        object::OPERATORS,
        object::OTHERS,
        presence::OPERATORS,
        random::OPERATORS,
        regex::OPERATORS,
        script::OPERATORS,
        set::OPERATORS,
        set::LISTS,
        size::OPERATORS,
        sort_array::OPERATORS,
        statistics::OPERATORS,
        string::OPERATORS,
        string::LISTS,
        timestamp::OPERATORS,
        trigonometry::OPERATORS,
        tuple::OPERATORS,
        variable::OPERATORS,
        zip::OPERATORS,
    ]
    .into_iter()
    .flatten()
}
