//! The table of update operators, with the modifiers of `$push` and the positions in paths.

use crate::expr::operators::{Operator, operator};

const OPERATORS: &[Operator] = &[
    operator!("$addToSet", add_to_set),
    operator!("$bit", bit_and),
    operator!("$bit", bit_or),
    operator!("$bit", bit_xor),
    operator!("$currentDate", current_date),
    operator!("$inc", inc),
    operator!("$max", max),
    operator!("$min", min),
    operator!("$mul", mul),
    operator!("$pop", pop_first),
    operator!("$pop", pop_last),
    operator!("$pull", pull),
    operator!("$pullAll", pull_all),
    operator!("$push", push),
    operator!("$rename", rename),
    operator!("$set", set),
    operator!("$setOnInsert", set_on_insert),
    operator!("$unset", unset),
    operator!("$each", push_each),
    operator!("$position", position),
    operator!("$slice", slice),
    operator!("$sort", sort),
    operator!("$", matched),
    operator!("$[]", each),
    operator!("$[id]", each_where),
];

/// Returns all update operators, with the method that renders each.
#[doc(hidden)]
pub fn operators() -> impl Iterator<Item = &'static Operator> {
    OPERATORS.iter()
}
