//! The variables around a `$reduce` whose names are those of its own variables: `$$this` and `$$value`.

use mongodb::bson::{Bson, Document};

use crate::{
    error::codec::CodecResult,
    expr::rendered::{Rendered, named, object},
};

/// The variables of `$reduce`, with the names by which its expression refers to outer variables of the same name.
const OUTER: [(&str, &str); 2] = [("this", "outerThis"), ("value", "outerValue")];

/// Renders a `$reduce` around its expression, in which `$$this` and `$$value` are variables around the `$reduce`: they get
/// other names.
///
/// `{ $let: { vars: { outerThis: "$$this" }, in: { $reduce: .. } } }`
pub(super) fn visible(
    expression: CodecResult<Rendered>,
    reduce: impl FnOnce(CodecResult<Rendered>) -> CodecResult<Rendered>,
) -> CodecResult<Rendered> {
    let mut expression = expression?;
    let mut found = [false; 2];
    rename(expression.value_mut(), [true; 2], &mut found);
    let used = OUTER.iter().zip(found).filter(|(_, found)| *found);
    let mut vars: Vec<_> =
        used.map(|((name, outer), _)| (*outer, Ok(Rendered::path(&format!("${name}"))))).collect();
    let reduce = reduce(Ok(expression));
    if vars.is_empty() { reduce } else { named("$let", &mut [("vars", object(&mut vars)), ("in", reduce)]) }
}

/// Renames the variables of which `free` is true, and sets `found` for those that an expression uses.
fn rename(expression: &mut Bson, free: [bool; 2], found: &mut [bool; 2]) {
    match expression {
        Bson::String(path) => {
            for (position, (name, outer)) in OUTER.iter().enumerate() {
                let below = path.strip_prefix("$$").and_then(|path| path.strip_prefix(name));
                if let (true, Some(below)) = (free[position], below)
                    && (below.is_empty() || below.starts_with('.'))
                {
                    *path = format!("$${outer}{below}");
                    found[position] = true;
                    return;
                }
            }
        }
        Bson::Array(items) => items.iter_mut().for_each(|item| rename(item, free, found)),
        Bson::Document(operator) => {
            for (name, operand) in operator.iter_mut().filter(|(name, _)| *name != "$literal") {
                rename_operand(name, operand, free, found);
            }
        }
        _ => {}
    }
}

/// Renames in the operand of an operator, which may bind variables for one of its arguments.
fn rename_operand(operator: &str, operand: &mut Bson, free: [bool; 2], found: &mut [bool; 2]) {
    let inside = match (operator, &*operand) {
        ("$map" | "$reduce", Bson::Document(arguments)) => {
            let is_reduce = operator == "$reduce";
            Some((
                "in",
                [("as", "this", true), ("valueAs", "value", is_reduce)].map(|it| binds(arguments, it)),
            ))
        }
        ("$filter", Bson::Document(arguments)) => {
            Some(("cond", [binds(arguments, ("as", "this", true)), false]))
        }
        ("$let", Bson::Document(arguments)) => {
            let vars = arguments.get_document("vars").ok();
            Some(("in", OUTER.map(|(name, _)| vars.is_some_and(|vars| vars.contains_key(name)))))
        }
        _ => None,
    };
    match (inside, operand) {
        (Some((argument, bound)), Bson::Document(arguments)) => {
            for (name, value) in arguments.iter_mut() {
                let free_here =
                    [0, 1].map(|position| free[position] && !(name == argument && bound[position]));
                rename(value, free_here, found);
            }
        }
        (_, operand) => rename(operand, free, found),
    }
}

/// Returns whether an operator binds its variable by the default name.
fn binds(arguments: &Document, (key, default, has_variable): (&str, &str, bool)) -> bool {
    has_variable && arguments.get_str(key).map_or(true, |name| name == default)
}
