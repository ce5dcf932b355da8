//! `$accumulator`: an accumulator in JavaScript.

use mongodb::bson::Bson;

use super::{Accumulator, OnlyInGroup};
use crate::{
    expr::{
        Expression, ExpressionList,
        rendered::{Rendered, named},
    },
    value::Value,
};

/// The functions of an accumulator in JavaScript.
///
/// Construct with [`accumulator`].
#[derive(Debug, Clone)]
#[must_use = "finish the accumulator with `.accumulate(..)`"]
pub struct AccumulatorScript {
    init: String,
    merge: String,
    finalize: Option<String>,
}

/// Starts an accumulator in JavaScript, with the functions that return a first state and that join two states. The
/// server must allow JavaScript. Only for groups: the server does not accept it in `set_window_fields`.
///
/// `{ $accumulator: { init: .., accumulate: .., accumulateArgs: [..], merge: .., lang: "js" } }`
pub fn accumulator(init: impl Into<String>, merge: impl Into<String>) -> AccumulatorScript {
    AccumulatorScript { init: init.into(), merge: merge.into(), finalize: None }
}

impl AccumulatorScript {
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
    pub fn accumulate<R, T: Value>(
        self,
        function: impl Into<String>,
        arguments: impl ExpressionList<R>,
    ) -> Accumulator<R, T, OnlyInGroup> {
        let code = |function: String| Ok(Rendered::leaf(Bson::JavaScriptCode(function)));
        let mut parts = vec![
            ("init", code(self.init)),
            ("accumulate", code(function.into())),
            ("accumulateArgs", arguments.render_list()),
            ("merge", code(self.merge)),
        ];
        if let Some(finalize) = self.finalize {
            parts.push(("finalize", code(finalize)));
        }
        parts.push(("lang", Expression::<R>::render("js")));
        Accumulator::new(named("$accumulator", &mut parts))
    }
}
