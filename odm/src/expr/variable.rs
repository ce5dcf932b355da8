//! Variables: those of the server, such as `$$NOW`, and those of `$let`.

use std::{borrow::Cow, cell::RefCell, marker::PhantomData};

use mongodb::bson::{DateTime, Timestamp};

use super::{
    Expr, Expression, Fields, Source, context,
    operators::{Operator, operator},
    rendered::{Rendered, named, object},
};
use crate::{
    error::codec::{CodecError, CodecResult},
    row::document,
    value::Value,
};

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[operator!("$let", let_), operator!("$literal", lit)];

/// Returns the row itself.
///
/// `"$$ROOT"`
pub fn root<R>() -> Expr<R, R> {
    Expr::from_source(Source::Field(Cow::Borrowed("$ROOT")))
}

/// Returns the document in which paths begin: the row or, in [`redact`](crate::Pipeline::redact), the document inside the
/// row that is decided on.
///
/// `"$$CURRENT"`
pub fn current<R>() -> Expr<R, R> {
    Expr::from_source(Source::Field(Cow::Borrowed("$CURRENT")))
}

/// Returns the server's current date, the same for all rows.
///
/// `"$$NOW"`
pub fn now<R>() -> Expr<R, DateTime> {
    Expr::from_source(Source::Field(Cow::Borrowed("$NOW")))
}

/// Returns the time of the cluster, the same for all rows. The server returns an error if it is not part of a replica set
/// or a sharded cluster.
///
/// `"$$CLUSTER_TIME"`
pub fn cluster_time<R>() -> Expr<R, Timestamp> {
    Expr::from_source(Source::Field(Cow::Borrowed("$CLUSTER_TIME")))
}

document! {
    /// A role of the user, as [`user_roles`] returns it.
    UserRole, UserRoleFields in user_role {
        /// The database and the name of the role: `"admin.auditor"`.
        id "_id": String,
        /// The name of the role.
        role "role": String,
        /// The database of the role.
        db "db": String,
    }
}

/// Returns the roles of the user who runs the aggregation: `user_roles().role()` are their names.
///
/// `"$$USER_ROLES"`
///
/// Requires MongoDB 7.0.
pub fn user_roles<R: 'static>() -> Fields<R, Vec<UserRole>> {
    bound::<R, Vec<UserRole>>("USER_ROLES")
}

/// Leaves a field out of the document that the stage produces:
/// `cond(o.notes().eq(""), remove::<_, String>(), o.notes())`. The field is an `Option`, which is read as `None`.
///
/// `"$$REMOVE"`
///
/// The other fields of a type that may be absent are null if their value is missing. A field whose expression is `remove()`,
/// or a [`cond`](super::cond), a [`switch`](super::switch), an [`if_null`](super::if_null) or a [`let_`] that may return
/// it, is left out if its value is missing.
pub fn remove<R, T: Value>() -> Expr<R, Option<T>> {
    Expr::from_source(Source::Field(Cow::Borrowed("$REMOVE")))
}

/// Returns a variable that the caller of an aggregation or of an update passes with `let_`, or a variable of the
/// server, such as `SEARCH_META`. You specify its type: `variable::<_, f64>("rate")`.
///
/// `"$$name"`
pub fn variable<R, T: Value>(name: &'static str) -> Expr<R, T> {
    match check_name(name) {
        Ok(()) => Expr::from_source(Source::Field(Cow::Owned(format!("${name}")))),
        Err(problem) => Expr::computed(Err(problem)),
    }
}

/// Returns an error if the server does not accept the name of a variable.
pub(super) fn check_name(name: &str) -> CodecResult<()> {
    if is_name(name) { Ok(()) } else { Err(not_a_name(name)) }
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || !first.is_ascii())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || !letter.is_ascii())
}

#[cold]
fn not_a_name(name: &str) -> CodecError {
    CodecError::new("the name of a variable: letters, digits and `_`", format!("`{name}`"))
}

/// Returns an error for a name that a variable of an expression or of a join cannot have: it must begin with a lowercase
/// letter. [`bind`] returns an error for a name that `map` or another operator around uses for its variable.
pub(crate) fn check_bound_name(name: &str) -> CodecResult<()> {
    check_name(name)?;
    if name.starts_with(|first: char| first.is_ascii_uppercase()) {
        return Err(CodecError::new(
            "a variable whose name begins with a lowercase letter",
            format!("`{name}`"),
        ));
    }
    Ok(())
}

/// Binds variables for an expression: the closure receives them.
///
/// `{ $let: { vars: { name: value, .. }, in: expression } }`
///
/// ```
/// # use odm::{Filter, Id, Model, expr::let_};
/// # #[derive(Model)]
/// # #[odm(collection = "sales")]
/// # struct Sale { id: Id<Sale>, price: f64, tax: f64, discount: f64 }
/// let filter = Filter::<Sale>::expr(|s| {
///     let_((("total", s.price() + s.tax()), ("factor", 1.0 - s.discount())), |(total, factor)| total * factor).gt(100)
/// });
/// # drop(filter);
/// ```
pub fn let_<R, V, X>(variables: V, in_: impl FnOnce(V::Bound) -> X) -> Expr<R, X::T>
where
    R: 'static,
    V: Variables<R, OfLet<R>>,
    X: Expression<R>,
{
    let _scope = Scope::enter();
    let mut vars = Vec::new();
    let bound = variables.bind(&mut vars);
    let vars = object(&mut vars);
    Expr::computed(named("$let", &mut [("vars", vars), ("in", in_(bound).render())]))
}

/// The variables of [`let_`], or of a join with [`let_`](crate::pipeline::LookupFrom::let_): one `(name, expression)`, or a
/// tuple of them. `K` is the kind of variables that the closure receives.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not bind variables",
    label = "expected `(name, expression)`, or a tuple of such pairs"
)]
pub trait Variables<R, K: VariableKind> {
    /// The variables, as the closure receives them.
    type Bound;

    /// Renders the values of the variables.
    fn bind(self, to: &mut Vec<(&'static str, CodecResult<Rendered>)>) -> Self::Bound;
}

/// How a closure receives variables.
pub trait VariableKind {
    /// A variable of type `T`.
    type Of<T: Value>;

    /// Returns the variable with this name.
    fn of<T: Value>(name: &'static str) -> Self::Of<T>;
}

/// The kind of the variables of [`let_`]: expressions over the row `R`.
#[derive(Debug)]
pub struct OfLet<R>(PhantomData<fn() -> R>);

impl<R: 'static> VariableKind for OfLet<R> {
    type Of<T: Value> = Fields<R, T>;

    fn of<T: Value>(name: &'static str) -> Self::Of<T> {
        bound::<R, T>(name)
    }
}

impl<R, K: VariableKind, X: Expression<R>> Variables<R, K> for (&'static str, X) {
    type Bound = K::Of<X::T>;

    fn bind(self, to: &mut Vec<(&'static str, CodecResult<Rendered>)>) -> Self::Bound {
        let (name, value) = self;
        to.push((name, check_bound_name(name).and_then(|()| bind(name)).and_then(|()| value.render())));
        K::of::<X::T>(name)
    }
}

macro_rules! variables {
    ($($($variable:ident $index:tt)*;)*) => { $(
        impl<R, K: VariableKind, $($variable: Expression<R>),*> Variables<R, K>
            for ($((&'static str, $variable),)*)
        {
            type Bound = ($(K::Of<$variable::T>,)*);

            fn bind(self, to: &mut Vec<(&'static str, CodecResult<Rendered>)>) -> Self::Bound {
                ($(Variables::<R, K>::bind(self.$index, to),)*)
            }
        }
    )* };
}

variables! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
}

thread_local! {
    /// The names of the variables of all closures that are running in this thread.
    static BOUND: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The variables of one closure. Ends with the closure, even if that panics.
pub(crate) struct Scope {
    outer: usize,
}

impl Scope {
    /// Begins the scope of variables that are [bound](bind) from now on.
    pub(crate) fn enter() -> Self {
        Self { outer: BOUND.with_borrow(Vec::len) }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        BOUND.with_borrow_mut(|bound| bound.truncate(self.outer));
    }
}

/// Returns whether a variable around has this name.
pub(super) fn is_bound(name: &str) -> bool {
    BOUND.with_borrow(|bound| bound.iter().any(|outer| outer == name))
}

/// Adds a variable to the scope. Returns an error if a variable around it has the same name: the server would read the
/// inner one in place of the outer one.
pub(crate) fn bind(name: &str) -> CodecResult<()> {
    BOUND.with_borrow_mut(|bound| {
        if bound.iter().any(|outer| outer == name) {
            return Err(CodecError::new(
                "a name that no variable around this one has",
                format!("`{name}` again"),
            ));
        }
        bound.push(name.to_owned());
        Ok(())
    })
}

/// Returns the variable with this name, or the fields of the document in it.
pub(crate) fn bound<R: 'static, T: Value>(name: &str) -> Fields<R, T> {
    context::fields::<R, T>(Source::Field(Cow::Owned(format!("${name}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_variable_begins_with_a_lowercase_letter() {
        for name in ["total", "unitPrice", "item2", "this", "value", "it"] {
            assert_eq!(check_bound_name(name), Ok(()), "{name}");
        }
        for name in ["Total", "a.b", "$a", "", "2nd"] {
            assert!(check_bound_name(name).is_err(), "{name}");
        }
    }
}
