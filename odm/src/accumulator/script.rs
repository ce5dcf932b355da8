//! `$accumulator`: an accumulator in JavaScript.

use std::{fmt, marker::PhantomData};

use mongodb::bson::Bson;

use super::{Accumulator, OnlyInGroup};
use crate::{
    error::codec::CodecResult,
    expr::{
        Expression, ExpressionList,
        rendered::{Rendered, named},
    },
    value::Value,
};

/// The functions of an accumulator in JavaScript.
///
/// Construct with [`accumulator`].
#[must_use = "finish the accumulator with `.accumulate(..)`"]
pub struct AccumulatorScript<R> {
    init: String,
    init_arguments: Option<CodecResult<Rendered>>,
    merge: String,
    finalize: Option<String>,
    row: PhantomData<fn() -> R>,
}

impl<R> Clone for AccumulatorScript<R> {
    fn clone(&self) -> Self {
        Self {
            init: self.init.clone(),
            init_arguments: self.init_arguments.clone(),
            merge: self.merge.clone(),
            finalize: self.finalize.clone(),
            row: PhantomData,
        }
    }
}

impl<R> fmt::Debug for AccumulatorScript<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccumulatorScript")
    }
}

/// Starts an accumulator in JavaScript, with the functions that return a first state and that join two states. The
/// server must allow JavaScript. Only for groups: the server does not accept it in `set_window_fields`.
///
/// `{ $accumulator: { init: .., accumulate: .., accumulateArgs: [..], merge: .., lang: "js" } }`
pub fn accumulator<R>(init: impl Into<String>, merge: impl Into<String>) -> AccumulatorScript<R> {
    AccumulatorScript {
        init: init.into(),
        init_arguments: None,
        merge: merge.into(),
        finalize: None,
        row: PhantomData,
    }
}

impl<R> AccumulatorScript<R> {
    /// Sets the arguments of the function that returns the first state: constants, or fields of the group's key.
    ///
    /// `initArgs: [..]`
    pub fn init_args(mut self, arguments: impl ExpressionList<R>) -> Self {
        self.init_arguments = Some(arguments.render_list());
        self
    }

    /// Sets the function that converts the last state to the result.
    ///
    /// `finalize: function`
    pub fn finalize(mut self, function: impl Into<String>) -> Self {
        self.finalize = Some(function.into());
        self
    }

    /// Sets the function that adds a row to a state, with its arguments after the state, and returns the accumulator.
    /// You specify the type of the result.
    ///
    /// `accumulate: function, accumulateArgs: [..]`
    pub fn accumulate<T: Value>(
        self,
        function: impl Into<String>,
        arguments: impl ExpressionList<R>,
    ) -> Accumulator<R, T, OnlyInGroup> {
        let code = |function: String| Ok(Rendered::leaf(Bson::JavaScriptCode(function)));
        let mut parts = vec![("init", code(self.init))];
        parts.extend(self.init_arguments.map(|arguments| ("initArgs", arguments)));
        parts.extend([
            ("accumulate", code(function.into())),
            ("accumulateArgs", arguments.render_list()),
            ("merge", code(self.merge)),
        ]);
        if let Some(finalize) = self.finalize {
            parts.push(("finalize", code(finalize)));
        }
        parts.push(("lang", Expression::<R>::render("js")));
        Accumulator::new(named("$accumulator", &mut parts))
    }
}
