//! The differences between the validator of a collection and the declared one.

mod text;

use std::cmp::Ordering;

use mongodb::bson::{Bson, Document};

use self::text::{one_of, summary};
use super::{ModelValidator, is_generated, normal::normal};
use crate::schema::{
    change::{Difference, Impact, SchemaChange},
    live::LiveValidator,
};

/// Returns what to do about the validator of an existing collection, if anything. `is_empty` is whether the collection
/// contains no documents.
pub(in crate::schema) fn diff(
    collection: &str,
    declared: &ModelValidator,
    live: Option<&LiveValidator>,
    is_empty: bool,
) -> Option<SchemaChange> {
    let (collection, validator) = (collection.to_owned(), Box::new(declared.clone()));
    let never_refuses = declared.options.action() == "warn";
    let Some(live) = live else {
        let impact = if is_empty || never_refuses { Impact::Safe } else { Impact::Narrowing };
        return Some(SchemaChange::CreateValidator { collection, validator, impact });
    };
    let found = Differences::between(live, declared);
    if found.list.is_empty() {
        return None;
    }
    let impact = match () {
        () if !is_generated(&live.document) => Impact::Destructive,
        () if found.narrow && !never_refuses => Impact::Narrowing,
        () => Impact::Safe,
    };
    Some(SchemaChange::ModifyValidator { collection, validator, differences: found.list, impact })
}

/// The differences from a live validator to the declared one.
#[derive(Default)]
struct Differences {
    list: Vec<Difference>,
    /// The declared one may refuse a document that the live one accepts.
    narrow: bool,
}

impl Differences {
    fn between(live: &LiveValidator, declared: &ModelValidator) -> Self {
        let mut this = Self::default();
        let (from, to) = (normal(&live.document), normal(&declared.document));
        if from != to {
            if is_generated(&live.document) {
                this.validators(&from, &to);
            } else {
                this.add("validator", "by another program", "of the model", true);
            }
        }
        let options = declared.options;
        if live.level != options.level() {
            this.add("level", &live.level, options.level(), options.level() == "strict");
        }
        if live.action != options.action() {
            this.add("action", &live.action, options.action(), options.action() == "error");
        }
        this
    }

    fn add(
        &mut self,
        what: impl Into<String>,
        live: impl Into<String>,
        declared: impl Into<String>,
        narrows: bool,
    ) {
        self.list.push(Difference::of(what, live, declared));
        self.narrow |= narrows;
    }

    fn validators(&mut self, live: &Document, declared: &Document) {
        let schema =
            |validator: &Document| validator.get_document("$jsonSchema").cloned().unwrap_or_default();
        self.schema("", &schema(live), &schema(declared));
        let clauses = |validator: &Document| -> Vec<Bson> {
            let others = validator.iter().filter(|(key, _)| !matches!(key.as_str(), "$jsonSchema" | "$and"));
            let others = others
                .map(|(key, value)| Bson::Document([(key.clone(), value.clone())].into_iter().collect()));
            validator.get_array("$and").cloned().unwrap_or_default().into_iter().chain(others).collect()
        };
        let (from, to) = (clauses(live), clauses(declared));
        for clause in from.iter().filter(|clause| !to.contains(clause)) {
            self.add("condition", clause.to_string(), "none", false);
        }
        for clause in to.iter().filter(|clause| !from.contains(clause)) {
            self.add("condition", "none", clause.to_string(), true);
        }
    }

    /// Compares two schemas of the value at a path.
    fn schema(&mut self, path: &str, live: &Document, declared: &Document) {
        let keywords = live.keys().chain(declared.keys().filter(|key| !live.contains_key(*key)));
        for keyword in keywords {
            let (from, to) = (live.get(keyword), declared.get(keyword));
            if from == to {
                continue;
            }
            match (keyword.as_str(), from, to) {
                ("required", ..) => self.required(path, list(from), list(to)),
                ("properties" | "patternProperties", ..) => {
                    self.properties(path, (live, declared), documents(from), documents(to));
                }
                (
                    "additionalProperties" | "items" | "not",
                    Some(Bson::Document(from)),
                    Some(Bson::Document(to)),
                ) => {
                    let below = match keyword.as_str() {
                        "additionalProperties" => join(path, "*"),
                        _ => path.to_owned(),
                    };
                    self.schema(&below, from, to);
                }
                ("items", Some(Bson::Array(from)), Some(Bson::Array(to))) if from.len() == to.len() => {
                    for (index, (from, to)) in from.iter().zip(to).enumerate() {
                        self.both(&join(path, &index.to_string()), from, to);
                    }
                }
                ("anyOf" | "oneOf" | "allOf", Some(Bson::Array(from)), Some(Bson::Array(to))) => {
                    self.branches(path, keyword, from, to);
                }
                ("title", ..) if path.is_empty() => self.add("title", text(from), text(to), false),
                // The properties that are added or removed are compared above.
                ("additionalProperties", ..) => {
                    let undeclared = |value: Option<&Bson>| match value {
                        None | Some(Bson::Boolean(true)) => "accepted".to_owned(),
                        Some(Bson::Boolean(_)) => "refused".to_owned(),
                        Some(other) => one_of(other),
                    };
                    let narrows = to.is_some();
                    self.add(named(path, "undeclared fields"), undeclared(from), undeclared(to), narrows);
                }
                _ => self.add(named(path, name(keyword)), text(from), text(to), narrows(keyword, from, to)),
            }
        }
    }

    fn both(&mut self, path: &str, live: &Bson, declared: &Bson) {
        match (live, declared) {
            (Bson::Document(live), Bson::Document(declared)) => self.schema(path, live, declared),
            (live, declared) if live == declared => {}
            (live, declared) => self.add(named(path, ""), live.to_string(), declared.to_string(), true),
        }
    }

    fn required(&mut self, path: &str, live: &[Bson], declared: &[Bson]) {
        let missing_in = |list: &[Bson], others: &[Bson]| -> Vec<String> {
            let missing = list.iter().filter(|name| !others.contains(name));
            missing.filter_map(Bson::as_str).map(|name| join(path, name)).collect()
        };
        for name in missing_in(live, declared) {
            self.add(named(&name, ""), "required", "optional", false);
        }
        for name in missing_in(declared, live) {
            self.add(named(&name, ""), "optional", "required", true);
        }
    }

    fn properties(
        &mut self,
        path: &str,
        (of_live, of_declared): (&Document, &Document),
        live: &Document,
        declared: &Document,
    ) {
        let undeclared = |schema: &Document| match schema.get("additionalProperties") {
            Some(Bson::Boolean(false)) => "refused".to_owned(),
            Some(Bson::Document(values)) => summary(values),
            _ => "any".to_owned(),
        };
        for (name, from) in live {
            match declared.get(name) {
                Some(to) => self.both(&join(path, name), from, to),
                None => {
                    let rest = undeclared(of_declared);
                    let narrows = rest != "any";
                    self.add(named(&join(path, name), ""), one_of(from), rest, narrows);
                }
            }
        }
        for (name, to) in declared.iter().filter(|(name, _)| !live.contains_key(name)) {
            let rest = undeclared(of_live);
            let narrows = rest != "refused" && *to != Bson::Document(Document::new());
            self.add(named(&join(path, name), ""), rest, one_of(to), narrows);
        }
    }

    /// Compares two lists of schemas. Equal ones are left out, and the others are compared in their order.
    fn branches(&mut self, path: &str, keyword: &str, live: &[Bson], declared: &[Bson]) {
        let without = |list: &[Bson], others: &[Bson]| -> Vec<Bson> {
            list.iter().filter(|branch| !others.contains(branch)).cloned().collect()
        };
        let (from, to) = (without(live, declared), without(declared, live));
        if from.is_empty() && to.is_empty() {
            self.add(named(path, keyword), "in another order", "in the declared order", keyword == "oneOf");
            return;
        }
        let is_all = keyword == "allOf";
        for pair in 0..from.len().max(to.len()) {
            match (from.get(pair), to.get(pair)) {
                (Some(from), Some(to)) => self.both(path, from, to),
                (Some(from), None) => {
                    self.add(named(path, alternative(is_all)), one_of(from), "none", !is_all);
                }
                (None, Some(to)) => {
                    let narrows = is_all || keyword == "oneOf";
                    self.add(named(path, alternative(is_all)), "none", one_of(to), narrows);
                }
                (None, None) => {}
            }
        }
    }
}

/// Returns whether another value of a keyword may refuse what the first accepted.
fn narrows(keyword: &str, live: Option<&Bson>, declared: Option<&Bson>) -> bool {
    let (Some(live), Some(declared)) = (live, declared) else { return declared.is_some() };
    match keyword {
        "bsonType" | "enum" => {
            let (live, declared) = (list(Some(live)), list(Some(declared)));
            !live.iter().all(|item| declared.contains(item))
        }
        "minimum" | "minLength" | "minItems" | "minProperties" => !is(live, declared, Ordering::Greater),
        "maximum" | "maxLength" | "maxItems" | "maxProperties" => !is(live, declared, Ordering::Less),
        "multipleOf" => match (whole(live), whole(declared)) {
            (Some(live), Some(declared)) => live.checked_rem(declared) != Some(0),
            _ => true,
        },
        "title" | "description" => false,
        _ => true,
    }
}

/// Returns whether two numbers have this order.
fn is(one: &Bson, other: &Bson, order: Ordering) -> bool {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one.cmp(&other) == order,
        _ => {
            fraction(one).zip(fraction(other)).and_then(|(one, other)| one.partial_cmp(&other)) == Some(order)
        }
    }
}

fn whole(number: &Bson) -> Option<i64> {
    match number {
        Bson::Int32(number) => Some(i64::from(*number)),
        Bson::Int64(number) => Some(*number),
        _ => None,
    }
}

#[allow(clippy::cast_precision_loss)] // only compared with a double
fn fraction(number: &Bson) -> Option<f64> {
    number.as_f64().or_else(|| whole(number).map(|number| number as f64))
}

fn list(value: Option<&Bson>) -> &[Bson] {
    value.and_then(Bson::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn documents(value: Option<&Bson>) -> &Document {
    static NONE: std::sync::LazyLock<Document> = std::sync::LazyLock::new(Document::new);
    value.and_then(Bson::as_document).unwrap_or(&NONE)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Returns the name of what differs at a path.
fn named(path: &str, what: &str) -> String {
    match (path, what) {
        ("", "") => "document".to_owned(),
        ("", what) => what.to_owned(),
        (path, "") => format!("`{path}`"),
        (path, what) => format!("`{path}` {what}"),
    }
}

fn name(keyword: &str) -> &str {
    match keyword {
        "bsonType" => "type",
        "enum" => "values",
        other => other,
    }
}

fn alternative(is_all: bool) -> &'static str {
    if is_all { "condition" } else { "variant" }
}

fn text(value: Option<&Bson>) -> String {
    value.map_or_else(|| "none".to_owned(), one_of)
}

#[cfg(test)]
mod tests;
