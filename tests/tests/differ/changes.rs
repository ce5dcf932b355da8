//! Random changes of stored values: another order, aliases, additional or missing elements, and other values.

use odm::bson::{Bson, Document};

use super::generate_values::Choices;

/// Returns the document after one change, or `None` if it cannot be changed.
pub(crate) fn change(bytes: &[u8], aliases: &[(&str, &str)], choices: &mut Choices<'_>) -> Option<Vec<u8>> {
    let mut document = Document::from_reader(bytes).ok()?;
    let value = document.get_mut("v")?;
    let kind = choices.below(8);
    if kind == 0 {
        shuffle(value, choices);
    } else {
        let (target, source) = (choices.below(nodes(value)), choices.below(nodes(value)));
        let mut other = Bson::Null;
        act(&mut value.clone(), &mut { source }, &mut |value| other = value.clone());
        act(value, &mut { target }, &mut |value| match kind {
            1 => rename(value, aliases),
            2 => more(value, choices),
            3 => less(value, choices),
            4 => turn(value),
            5 => *value = other.clone(),
            _ => *value = choices.make(),
        });
    }
    document.to_vec().ok()
}

/// Returns the number of values: this one and all nested ones.
fn nodes(value: &Bson) -> usize {
    1 + match value {
        Bson::Document(document) => document.iter().map(|(_, value)| nodes(value)).sum(),
        Bson::Array(items) => items.iter().map(nodes).sum::<usize>(),
        _ => 0,
    }
}

/// Applies the action to the nested value with the number `target`.
fn act(value: &mut Bson, target: &mut usize, action: &mut dyn FnMut(&mut Bson)) -> bool {
    if *target == 0 {
        action(value);
        return true;
    }
    *target -= 1;
    match value {
        Bson::Document(document) => document.iter_mut().any(|(_, value)| act(value, target, action)),
        Bson::Array(items) => items.iter_mut().any(|value| act(value, target, action)),
        _ => false,
    }
}

/// Reorders the elements of every document.
fn shuffle(value: &mut Bson, choices: &mut Choices<'_>) {
    match value {
        Bson::Document(document) => {
            let mut elements: Vec<_> = std::mem::take(document).into_iter().collect();
            let mut shuffled = Document::new();
            while !elements.is_empty() {
                let (key, mut value) = elements.remove(choices.below(elements.len()));
                shuffle(&mut value, choices);
                shuffled.insert(key, value);
            }
            *document = shuffled;
        }
        Bson::Array(items) => items.iter_mut().for_each(|value| shuffle(value, choices)),
        _ => {}
    }
}

/// Replaces every name that has an alias by its alias.
fn rename(value: &mut Bson, aliases: &[(&str, &str)]) {
    let alias =
        |name: &str| aliases.iter().find(|(stored, _)| *stored == name).map(|(_, alias)| (*alias).to_owned());
    match value {
        Bson::Document(document) => {
            let elements = std::mem::take(document);
            *document =
                elements.into_iter().map(|(key, value)| (alias(&key).unwrap_or(key), value)).collect();
            document.iter_mut().for_each(|(_, value)| rename(value, aliases));
        }
        Bson::Array(items) => items.iter_mut().for_each(|value| rename(value, aliases)),
        Bson::String(text) => {
            if let Some(alias) = alias(text) {
                *text = alias;
            }
        }
        _ => {}
    }
}

/// Turns a string into a document with that one key, and back, because serde writes a unit variant in both forms.
/// Turns a number into another numeric type.
fn turn(value: &mut Bson) {
    *value = match value {
        Bson::String(name) => Bson::Document([(name.clone(), Bson::Null)].into_iter().collect()),
        Bson::Document(document) => match document.keys().next() {
            Some(name) => Bson::String(name.clone()),
            None => Bson::Array(Vec::new()),
        },
        Bson::Int32(number) => Bson::Int64((*number).into()),
        Bson::Int64(number) => i32::try_from(*number).map_or(Bson::Null, Bson::Int32),
        #[allow(clippy::cast_possible_truncation)] // any integer will do
        Bson::Double(number) => Bson::Int64(*number as i64),
        _ => return,
    };
}

fn more(value: &mut Bson, choices: &mut Choices<'_>) {
    match value {
        Bson::Document(document) => {
            document.insert("unknown", choices.make::<Bson>());
        }
        Bson::Array(items) => items.insert(choices.below(items.len() + 1), choices.make()),
        other => *other = Bson::Null,
    }
}

fn less(value: &mut Bson, choices: &mut Choices<'_>) {
    match value {
        Bson::Document(document) => {
            let names: Vec<String> = document.keys().cloned().collect();
            if !names.is_empty() {
                document.remove(&names[choices.below(names.len())]);
            }
        }
        Bson::Array(items) => {
            if !items.is_empty() {
                items.remove(choices.below(items.len()));
            }
        }
        other => *other = Bson::Document(Document::new()),
    }
}
