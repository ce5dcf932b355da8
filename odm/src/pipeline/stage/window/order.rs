//! Which order of the rows the functions of `$setWindowFields` need.

use mongodb::bson::{Bson, Document};

use crate::error::codec::{CodecError, CodecResult};

/// The order that a function needs, from the least demanding one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Needs {
    /// None.
    Nothing,
    /// A sort by any number of fields.
    Sort,
    /// A sort by exactly one field.
    OneField,
    /// A sort by exactly one field, ascending.
    OneAscendingField,
}

/// The functions that need an order without a window, too.
const NEEDS: [(&str, Needs); 8] = [
    ("$rank", Needs::OneField),
    ("$denseRank", Needs::OneField),
    ("$documentNumber", Needs::OneField),
    ("$linearFill", Needs::OneField),
    ("$derivative", Needs::OneField),
    ("$integral", Needs::OneField),
    ("$shift", Needs::Sort),
    ("$expMovingAvg", Needs::Sort),
];

/// Returns an error if a function of `output` needs another order of the rows than `sort_by`.
pub(super) fn check(output: &Document, sort_by: Option<&Document>) -> CodecResult<()> {
    for (field, function) in output {
        let Some(function) = function.as_document() else { continue };
        let (name, needs) = needs(function);
        let expected = match needs {
            Needs::Nothing => continue,
            Needs::Sort => "a sort",
            Needs::OneField => "a sort by exactly one field",
            Needs::OneAscendingField => "an ascending sort by exactly one field",
        };
        let found = match (sort_by.filter(|order| !order.is_empty()), needs) {
            (None, _) => "none".to_owned(),
            (Some(order), Needs::OneField | Needs::OneAscendingField) if order.len() > 1 => {
                format!("a sort by {} fields", order.len())
            }
            (Some(order), Needs::OneAscendingField) if is_descending(order) => "a descending one".to_owned(),
            _ => continue,
        };
        return Err(CodecError::new(format!("{expected}, which {name} needs"), found).at(field.clone()));
    }
    Ok(())
}

/// Returns the name of what needs an order, and the order.
fn needs(function: &Document) -> (&'static str, Needs) {
    let own = NEEDS.into_iter().find(|(name, _)| function.contains_key(name)).unwrap_or(("", Needs::Nothing));
    let window = function.get_document("window").map_or(("", Needs::Nothing), |window| {
        if window.contains_key("range") {
            ("a window by `range`", Needs::OneAscendingField)
        } else if is_bounded(window) {
            ("a window by `documents`", Needs::Sort)
        } else {
            ("", Needs::Nothing)
        }
    });
    if window.1 > own.1 { window } else { own }
}

/// Returns whether a window by `documents` has a bound: without one, it is the whole partition.
fn is_bounded(window: &Document) -> bool {
    let unbounded = Bson::from("unbounded");
    window.get_array("documents").is_ok_and(|bounds| bounds.iter().any(|bound| *bound != unbounded))
}

fn is_descending(order: &Document) -> bool {
    order.values().any(|direction| matches!(direction, Bson::Int32(-1) | Bson::Int64(-1)))
}
