//! Uses of an operator that are newer than the operator: an argument, or an operand of another kind.

use mongodb::bson::{Bson, Document};

/// A use of an operator that a server may not know although it knows the operator.
#[derive(Debug)]
pub(super) struct Use {
    operator: &'static str,
    /// The use, as it follows the name of the operator in a message.
    pub(super) text: &'static str,
    /// The version of MongoDB that introduced the use.
    pub(super) since: &'static str,
    applies: fn(&Bson) -> bool,
}

macro_rules! uses {
    ($($operator:literal $text:literal $since:literal $applies:expr;)*) => {
        const USES: &[Use] = &[
            $(Use { operator: $operator, text: $text, since: $since, applies: $applies }),*
        ];
    };
}

uses! {
    "$convert" "with `base`" "8.3" |it| has(it, "base");
    "$convert" "with `byteOrder`" "8.1" |it| has(it, "byteOrder");
    "$convert" "with `format`" "8.0" |it| has(it, "format");
    "$convert" "with a subtype" "8.0" |it| target(it).is_some_and(|to| has(to, "subtype"));
    "$convert" "to `array`" "8.3" |it| converts_to(it, "array", 4);
    "$convert" "to `object`" "8.3" |it| converts_to(it, "object", 3);
    "$convert" "to `binData`" "8.0" |it| converts_to(it, "binData", 5);
    "$filter" "with `arrayIndexAs`" "8.3" |it| has(it, "arrayIndexAs");
    "$getField" "with an expression as the name" "7.2" |it| {
        let name = arguments(it).map_or(Some(it), |arguments| arguments.get("field"));
        name.is_some_and(|name| !is_constant(name))
    };
    "$map" "with `arrayIndexAs`" "8.3" |it| has(it, "arrayIndexAs");
    "$out" "with `timeseries`" "7.0.3" |it| has(it, "timeseries");
    "$reduce" "with `as`" "8.3" |it| has(it, "as");
    "$reduce" "with `valueAs`" "8.3" |it| has(it, "valueAs");
    "$reduce" "with `arrayIndexAs`" "8.3" |it| has(it, "arrayIndexAs");
    "$replaceAll" "with a regular expression" "8.2" |it| argument(it, "find").is_some_and(is_regex);
    "$replaceOne" "with a regular expression" "8.3" |it| argument(it, "find").is_some_and(is_regex);
    "$split" "with a regular expression" "8.2" |it| {
        it.as_array().and_then(|operands| operands.get(1)).is_some_and(is_regex)
    };
}

/// Returns the newer uses of an operator among those of an operand.
pub(super) fn newer_uses(operator: &str, operand: &Bson) -> impl Iterator<Item = &'static Use> {
    USES.iter().filter(move |it| it.operator == operator && (it.applies)(operand))
}

/// Variables of the server that are newer than 6.0.
pub(super) const VARIABLES: [(&str, &str); 1] = [("$$USER_ROLES", "7.0")];

fn argument<'a>(operand: &'a Bson, name: &str) -> Option<&'a Bson> {
    operand.as_document()?.get(name)
}

fn has(operand: &Bson, name: &str) -> bool {
    argument(operand, name).is_some()
}

/// Returns the arguments of `$getField`, which may also be the name alone.
fn arguments(operand: &Bson) -> Option<&Document> {
    operand.as_document().filter(|arguments| arguments.contains_key("field"))
}

fn target(operand: &Bson) -> Option<&Bson> {
    argument(operand, "to")
}

fn converts_to(operand: &Bson, name: &str, number: i32) -> bool {
    target(operand).map(|to| argument(to, "type").unwrap_or(to)).is_some_and(|to| match to {
        Bson::String(text) => text == name,
        to => *to == Bson::Int32(number),
    })
}

fn is_regex(value: &Bson) -> bool {
    let value = argument(value, "$literal").unwrap_or(value);
    matches!(value, Bson::RegularExpression(_))
}

fn is_constant(name: &Bson) -> bool {
    match name {
        Bson::String(text) => !text.starts_with('$'),
        name => has(name, "$literal"),
    }
}
