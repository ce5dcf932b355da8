//! The rules of a model, for the values that an update writes.
//!
//! Only a value that the update contains can be checked. What depends on the stored document is left to the validator
//! of the collection.

mod several;
mod variants;

use mongodb::bson::{Bson, Document};

use super::Update;
use crate::{
    error::invalid::{Violation, Violations},
    meta::{DocumentMeta, FieldMeta, TypeMeta},
};

impl<M> Update<M> {
    /// Returns the rules that the document violates whatever it contains before the update. A pipeline computes its
    /// values on the server, so it is not checked.
    pub(crate) fn violations(&self, document: &'static DocumentMeta) -> Violations {
        let mut violations = Violations::default();
        for (operator, fields) in self.changes.operators().fields() {
            let Some(operator) = Operator::of(operator) else { continue };
            for (name, operand) in fields {
                in_document(document, name, operator, operand, &mut violations);
            }
        }
        several::in_update(document, self.changes.operators(), &mut violations);
        violations
    }
}

/// An operator whose operand can violate rules.
#[derive(Clone, Copy)]
enum Operator {
    /// The field has this value afterwards.
    Set,
    /// The document has these values in these fields afterwards, and maybe other fields.
    SetFields,
    /// The field has this value or a greater one.
    Max,
    /// The field has this value or a smaller one.
    Min,
    Inc,
    /// The array has these elements, and maybe others.
    Push,
    /// The same, where equal elements are added once.
    AddToSet,
}

impl Operator {
    fn of(name: &str) -> Option<Self> {
        match name {
            "$set" | "$setOnInsert" => Some(Self::Set),
            "$max" => Some(Self::Max),
            "$min" => Some(Self::Min),
            "$inc" => Some(Self::Inc),
            "$push" => Some(Self::Push),
            "$addToSet" => Some(Self::AddToSet),
            _ => None,
        }
    }
}

/// Checks the operand of the field with this dotted name below a document.
fn in_document(
    document: &'static DocumentMeta,
    name: &str,
    operator: Operator,
    operand: &Bson,
    found: &mut Violations,
) {
    let (first, rest) = first_step(name);
    if let Some(field) = find(document, first) {
        let from = found.len();
        below(field.stored_as(), Some(field), rest, operator, operand, found);
        found.nest(from, first);
    }
}

/// Returns the field with this stored name, also of a flattened document.
fn find(document: &'static DocumentMeta, name: &str) -> Option<&'static FieldMeta> {
    document.field(name).or_else(|| {
        let flattened = document.fields().iter().filter(|field| field.is_flattened());
        flattened.into_iter().find_map(|field| match plain(field.stored_as()) {
            TypeMeta::Document(inside) => find(inside.get(), name),
            _ => None,
        })
    })
}

/// Returns the first name of a dotted name, and the rest.
fn first_step(name: &str) -> (&str, Option<&str>) {
    name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)))
}

/// Checks the operand of a value, or of the one with this dotted name below it.
fn below(
    stored: &'static TypeMeta,
    field: Option<&'static FieldMeta>,
    name: Option<&str>,
    operator: Operator,
    operand: &Bson,
    found: &mut Violations,
) {
    let Some(name) = name else { return judge(stored, field, operator, operand, found) };
    let (first, rest) = first_step(name);
    let from = found.len();
    match plain(stored) {
        TypeMeta::Document(document) => in_document(document.get(), name, operator, operand, found),
        TypeMeta::Array { items, .. } if is_position(first) => {
            below(items, None, rest, operator, operand, found);
            found.nest(from, first);
        }
        TypeMeta::Map { values } => {
            below(values, None, rest, operator, operand, found);
            found.nest_key(from, first);
        }
        _ => {}
    }
}

/// Returns whether the name is one of array elements: `0`, `$`, `$[]`, `$[line]`.
fn is_position(name: &str) -> bool {
    name.starts_with('$') || name.bytes().all(|byte| byte.is_ascii_digit())
}

fn judge(
    stored: &'static TypeMeta,
    field: Option<&'static FieldMeta>,
    operator: Operator,
    operand: &Bson,
    found: &mut Violations,
) {
    if let Operator::Set = operator {
        return value(stored, field, operand, found);
    }
    if let Operator::SetFields = operator {
        if let (TypeMeta::Document(document), Bson::Document(given)) = (plain(stored), operand) {
            several::check(document.get(), given, several::Known::These, found);
        }
        return;
    }
    let rules = || field.into_iter().flat_map(FieldMeta::rules);
    if let Operator::Push | Operator::AddToSet = operator {
        let each = operand.as_document().and_then(|operand| operand.get("$each")).and_then(Bson::as_array);
        let is_cut = operand.as_document().is_some_and(|operand| operand.contains_key("$slice"));
        let elements = each.map_or(std::slice::from_ref(operand), Vec::as_slice);
        if !is_cut {
            let added = match operator {
                Operator::AddToSet => distinct(elements),
                _ => elements.len(),
            };
            for rule in rules() {
                push(rule.name(), rule.violated_by_pushing(added), found);
            }
        }
        if let TypeMeta::Array { items, .. } = plain(stored) {
            for element in elements {
                let from = found.len();
                value(items, None, element, found);
                found.nest(from, "$[]");
            }
        }
        return;
    }
    for rule in rules() {
        let broken = match operator {
            Operator::Max => rule.violated_by_at_least(operand),
            Operator::Min => rule.violated_by_at_most(operand),
            Operator::Inc => rule.violated_by_adding(operand),
            Operator::Set | Operator::SetFields | Operator::Push | Operator::AddToSet => None,
        };
        push(rule.name(), broken, found);
    }
}

/// Returns how many of the elements a set contains at least. The server may treat more of them as equal: numbers of
/// different types, and strings by the collation.
fn distinct(elements: &[Bson]) -> usize {
    let of_one_type = |one: &Bson| elements.iter().all(|other| other.element_type() == one.element_type());
    let is_exact = |element: &Bson| {
        matches!(
            element,
            Bson::ObjectId(_) | Bson::Boolean(_) | Bson::DateTime(_) | Bson::Int32(_) | Bson::Int64(_)
        )
    };
    if elements.first().is_some_and(of_one_type) && elements.iter().all(is_exact) {
        let firsts = elements.iter().enumerate().filter(|(at, element)| !elements[..*at].contains(element));
        return firsts.count();
    }
    usize::from(!elements.is_empty())
}

/// Checks a whole value: the rules of its field, and those of the documents inside.
fn value(stored: &'static TypeMeta, field: Option<&'static FieldMeta>, given: &Bson, found: &mut Violations) {
    for rule in field.into_iter().flat_map(FieldMeta::rules) {
        push(rule.name(), rule.violated_by(given), found);
    }
    match (plain(stored), given) {
        (TypeMeta::Document(document), Bson::Document(given)) => {
            fields(document.get().fields(), given, found);
            several::check(document.get(), given, several::Known::All, found);
        }
        (TypeMeta::Enum(enumeration), given) => variants::value_of(enumeration.get(), given, found),
        (TypeMeta::Tuple(types), Bson::Array(elements)) => items(types.get(), elements, found),
        (TypeMeta::Array { items, .. }, Bson::Array(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                let from = found.len();
                value(items, None, element, found);
                found.nest(from, &index.to_string());
            }
        }
        (TypeMeta::Map { values }, Bson::Document(entries)) => {
            for (key, entry) in entries {
                let from = found.len();
                value(values, None, entry, found);
                found.nest_key(from, key);
            }
        }
        _ => {}
    }
}

/// Checks the elements of a tuple, each of its own type.
fn items(types: &'static [&'static TypeMeta], given: &[Bson], found: &mut Violations) {
    for (index, (stored, element)) in types.iter().zip(given).enumerate() {
        let from = found.len();
        value(stored, None, element, found);
        found.nest(from, &index.to_string());
    }
}

/// Checks the fields of a whole document.
fn fields(declared: &'static [FieldMeta], given: &Document, found: &mut Violations) {
    for field in declared {
        if field.is_flattened() {
            match plain(field.stored_as()) {
                TypeMeta::Document(inside) => fields(inside.get().fields(), given, found),
                TypeMeta::Enum(enumeration) => variants::elements(enumeration.get(), given, found),
                _ => {}
            }
        } else if let Some(given) = given.get(field.name()) {
            let from = found.len();
            value(field.stored_as(), Some(field), given, found);
            found.nest(from, field.name());
        }
    }
}

/// Returns the type of the value inside an `Option` or a newtype.
fn plain(mut stored: &'static TypeMeta) -> &'static TypeMeta {
    // A newtype that contains only itself has no values.
    for _ in 0..64 {
        match stored {
            TypeMeta::Nullable(inside) => stored = inside,
            TypeMeta::Recursive(same) => stored = same.get(),
            other => return other,
        }
    }
    stored
}

fn push(rule: &'static str, broken: Option<String>, found: &mut Violations) {
    if let Some(message) = broken {
        found.push(Violation::new("", rule, message));
    }
}
