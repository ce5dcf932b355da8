//! Whether a delete rule fits its field, as far as the type of the field shows it to the compiler.
//!
//! The fields of the documents inside are not known here: `Database::references` checks their rules.

use super::TypeMeta;

/// The delete rule of a field. `PROBLEM` is the result of [`delete_rule_problem`].
#[derive(Debug)]
pub enum DeleteRuleOf<const PROBLEM: u8> {}

const NONE: u8 = 0;
const NO_REFERENCE: u8 = 1;
const NOT_FOUND: u8 = 2;
const NOT_NULLABLE: u8 = 3;

/// Returns why a field that is stored so cannot have a delete rule.
pub const fn delete_rule_problem(stored: &'static TypeMeta, nullify: bool) -> u8 {
    let (mut stored, mut lists, mut in_map, mut is_nullable) = (stored, 0_u8, false, false);
    loop {
        match stored {
            TypeMeta::Nullable(inside) => (stored, is_nullable) = (*inside, true),
            TypeMeta::Array { items, .. } => (stored, lists) = (*items, lists.saturating_add(1)),
            TypeMeta::Map { values } => (stored, in_map) = (*values, true),
            TypeMeta::Id(_) => break,
            TypeMeta::Document(_) | TypeMeta::Enum(_) | TypeMeta::Recursive(_) => return NONE,
            _ => return NO_REFERENCE,
        }
    }
    match (lists, in_map) {
        (_, true) | (2.., _) => NOT_FOUND,
        (0, _) if nullify && !is_nullable => NOT_NULLABLE,
        _ => NONE,
    }
}

/// A delete rule of a field that contains a reference.
#[diagnostic::on_unimplemented(
    message = "this field contains no reference, so it has no delete rule",
    label = "`on_delete` needs a reference",
    note = "a reference is an `Id<Other>` of another model, an `Option` or a list of them, or a document with one"
)]
pub trait RuleOfReference {
    /// Compiles if the rule fits.
    const FITS: () = ();
}

#[diagnostic::do_not_recommend]
impl RuleOfReference for DeleteRuleOf<NONE> {}
#[diagnostic::do_not_recommend]
impl RuleOfReference for DeleteRuleOf<NOT_FOUND> {}
#[diagnostic::do_not_recommend]
impl RuleOfReference for DeleteRuleOf<NOT_NULLABLE> {}

/// A delete rule of a reference that the server finds by its id.
#[diagnostic::on_unimplemented(
    message = "a reference in a map, or in a list inside of a list, has no delete rule",
    label = "the server cannot find such a reference by its id",
    note = "store the references in a list, or in a list of documents"
)]
pub trait RuleOfFoundReference {
    /// Compiles if the rule fits.
    const FITS: () = ();
}

#[diagnostic::do_not_recommend]
impl RuleOfFoundReference for DeleteRuleOf<NONE> {}
#[diagnostic::do_not_recommend]
impl RuleOfFoundReference for DeleteRuleOf<NO_REFERENCE> {}
#[diagnostic::do_not_recommend]
impl RuleOfFoundReference for DeleteRuleOf<NOT_NULLABLE> {}

/// A delete rule `nullify` of a reference that can be removed.
#[diagnostic::on_unimplemented(
    message = "a reference that is always present cannot be nullified",
    label = "`on_delete = \"nullify\"` needs an `Option` or a list",
    note = "declare the field as an `Option<Id<_>>`, or write `on_delete = \"restrict\"` or `\"cascade\"`"
)]
pub trait RuleOfNullableReference {
    /// Compiles if the rule fits.
    const FITS: () = ();
}

#[diagnostic::do_not_recommend]
impl RuleOfNullableReference for DeleteRuleOf<NONE> {}
#[diagnostic::do_not_recommend]
impl RuleOfNullableReference for DeleteRuleOf<NO_REFERENCE> {}
#[diagnostic::do_not_recommend]
impl RuleOfNullableReference for DeleteRuleOf<NOT_FOUND> {}
