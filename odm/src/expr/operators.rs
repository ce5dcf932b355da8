//! The table of operators: `operators!` makes the function, the method, the documentation and the BSON of an operator from
//! one line.
//!
//! ```text
//! /// Returns the year of a date.
//! year = "$year" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
//! ```
//!
//! - `one(x)` renders `{ $op: x }`, `list(x, y)` renders `{ $op: [x, y] }`, and `named("k" x, "l" y)` renders
//!   `{ $op: { k: x, l: y } }`.
//! - `x: T [Bound]` is an operand of a type `T` with this bound. The type of the first operand is `T`: the method is on
//!   expressions of that type.
//! - `[I: Value,]` before the `=` declares type parameters that the bounds determine.
//! - `with Options` names the type of the optional arguments, which are methods on the result: see [`options!`].
//! - `@method` before the name makes only the method, because an accumulator is a function of that name.
//! - `since "7.0"` is the version of the server that introduced the operator, if it is later than 6.0.

/// An operator of expressions, of `group` or of windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operator {
    /// The name on the server: `$year`.
    pub name: &'static str,
    /// The function or method: `year`.
    pub function: &'static str,
    /// The version of MongoDB that introduced the operator, if it is later than 6.0.
    pub since: Option<&'static str>,
}

macro_rules! operators {
    ($(
        $(#[$doc:meta])*
        $(@$only:ident)? $name:ident $([$($generics:tt)*])? = $operator:literal $form:ident ($($arguments:tt)*)
            $(with $options:ident)? -> $out:ty $(, since $since:literal)?;
    )*) => {
        /// The operators of this file.
        pub(crate) const OPERATORS: &[$crate::expr::operators::Operator] = &[
            $($crate::expr::operators::operator!($operator, $name $(, $since)?)),*
        ];

        $($crate::expr::operators::function! { $(@$only)?
            [$(#[$doc])*] $name [$($($generics)*)?] $operator $form ($($arguments)*) ($($options)?) $out [$($since)?]
        })*

        impl<R, T: $crate::value::Value, O> $crate::expr::Expr<R, T, O> {
            $($crate::expr::operators::method! {
                [$(#[$doc])*] $name [$($($generics)*)?] $operator $form ($($arguments)*) ($($options)?) $out [$($since)?]
            })*
        }
    };
}

/// A row of the table.
macro_rules! operator {
    ($name:literal, $function:ident) => {
        $crate::expr::operators::Operator { name: $name, function: stringify!($function), since: None }
    };
    ($name:literal, $function:ident, $since:literal) => {
        $crate::expr::operators::Operator {
            name: $name,
            function: stringify!($function),
            since: Some($since),
        }
    };
}

macro_rules! function {
    (@method $($line:tt)*) => {};
    ([$(#[$doc:meta])*] $name:ident [$($generics:tt)*] $operator:literal $form:ident
        ($($key:literal)? $first:ident: T [$($bound:tt)*]
            $(, $($keys:literal)? $argument:ident: $B:ident [$($bounds:tt)*])*)
        ($($options:ident)?) $out:ty [$($since:literal)?]
    ) => {
        $(#[$doc])*
        ///
        #[doc = $crate::expr::operators::rendering!($operator $form [$(($($keys)? $argument))*] $($key)? $first)]
        $(#[doc = concat!("\n\nRequires MongoDB ", $since, ".")])?
        pub fn $name<R, T, $($generics)* $($B),*>(
            $first: impl $crate::expr::Expression<R, T = T>,
            $($argument: impl $crate::expr::Expression<R, T = $B>),*
        ) -> $crate::expr::Expr<R, $out, $crate::expr::operators::options_type!($($options)?)>
        where
            T: $($bound)*,
            $($B: $($bounds)*),*
        {
            $crate::expr::Expr::computed($crate::expr::operators::call!(
                $operator $form [$(($($keys)? $argument.render()))*] $($key)? $first.render()
            ))
        }
    };
}

macro_rules! method {
    ([$(#[$doc:meta])*] $name:ident [$($generics:tt)*] $operator:literal $form:ident
        ($($key:literal)? $first:ident: T [$($bound:tt)*]
            $(, $($keys:literal)? $argument:ident: $B:ident [$($bounds:tt)*])*)
        ($($options:ident)?) $out:ty [$($since:literal)?]
    ) => {
        $(#[$doc])*
        ///
        #[doc = $crate::expr::operators::rendering!($operator $form [$(($($keys)? $argument))*] $($key)? $first)]
        $(#[doc = concat!("\n\nRequires MongoDB ", $since, ".")])?
        pub fn $name<$($generics)* $($B),*>(
            &self,
            $($argument: impl $crate::expr::Expression<R, T = $B>),*
        ) -> $crate::expr::Expr<R, $out, $crate::expr::operators::options_type!($($options)?)>
        where
            T: $($bound)*,
            $($B: $($bounds)*),*
        {
            $crate::expr::Expr::computed($crate::expr::operators::call!(
                $operator $form [$(($($keys)? $argument.render()))*] $($key)? self.rendered()
            ))
        }
    };
}

/// The type that has the optional arguments of an operator as methods.
macro_rules! options_type {
    () => {
        ()
    };
    ($options:ident) => {
        $options
    };
}

/// The call of an operator, as it is sent.
macro_rules! call {
    ($operator:literal one [] $first:expr) => { $crate::expr::rendered::single($operator, $first) };
    ($operator:literal list [$(($argument:expr))*] $first:expr) => {
        $crate::expr::rendered::list($operator, &mut [$first, $($argument),*])
    };
    ($operator:literal named [$(($keys:literal $argument:expr))*] $key:literal $first:expr) => {
        $crate::expr::rendered::named($operator, &mut [($key, $first), $(($keys, $argument)),*])
    };
}

/// The documentation of what a call renders.
macro_rules! rendering {
    ($operator:literal one [] $first:ident) => { concat!("`{ ", $operator, ": ", stringify!($first), " }`") };
    ($operator:literal list [$(($argument:ident))*] $first:ident) => {
        concat!("`{ ", $operator, ": [", stringify!($first), $(", ", stringify!($argument),)* "] }`")
    };
    ($operator:literal named [$(($keys:literal $argument:ident))*] $key:literal $first:ident) => {
        concat!("`{ ", $operator, ": { ", $key, ": ", stringify!($first), $(", ", $keys, ": ", stringify!($argument),)* " } }`")
    };
}

/// The optional arguments of operators, as methods on their results.
macro_rules! options {
    ($(
        $(#[$type_doc:meta])*
        $options:ident { $(
            $(#[$doc:meta])*
            $name:ident $key:literal [$($bound:tt)*];
        )* }
    )*) => { $(
        $(#[$type_doc])*
        #[derive(Debug)]
        pub enum $options {}

        impl<R, T> $crate::expr::Expr<R, T, $options> {
            $(
                $(#[$doc])*
                ///
                #[doc = concat!("`", $key, ": ", stringify!($name), "`")]
                pub fn $name<B>(self, $name: impl $crate::expr::Expression<R, T = B>) -> Self
                where
                    B: $($bound)*,
                {
                    self.with_argument($key, $name.render())
                }
            )*
        }
    )* };
}

pub(crate) use {call, function, method, operator, operators, options, options_type, rendering};
