//! `$function`: an expression in JavaScript.

use mongodb::bson::Bson;

use super::{
    Expr, Expression, ExpressionList,
    operators::{Operator, operator},
    rendered::{Rendered, named},
};
use crate::value::Value;

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[operator!("$function", function)];

/// Calls a function in JavaScript. You specify the type of the result:
/// `function::<_, i32>("function(a, b) { return a + b }", (o.a(), o.b()))`; without arguments, `function(body, ())`. The server
/// must allow JavaScript.
///
/// `{ $function: { body: body, args: [..], lang: "js" } }`
pub fn function<R, T: Value>(body: impl Into<String>, arguments: impl ExpressionList<R>) -> Expr<R, T> {
    let body = Ok(Rendered::leaf(Bson::JavaScriptCode(body.into())));
    let language = Expression::<R>::render("js");
    Expr::computed(named(
        "$function",
        &mut [("body", body), ("args", arguments.render_list()), ("lang", language)],
    ))
}
