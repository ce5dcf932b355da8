//! The differences between the validator of a collection and the declared one.

mod text;

use mongodb::bson::{Bson, Document};

use self::text::{one_of, summary};
use super::{
    ModelValidator,
    covers::{conditions, covers, documents, list},
    is_generated,
    normal::normal,
};
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
    let Differences(differences) = Differences::between(live, declared);
    if differences.is_empty() {
        return None;
    }
    let impact = match () {
        () if !is_generated(&live.document) => Impact::Destructive,
        () if never_refuses || !may_refuse_more(live, declared) => Impact::Safe,
        () => Impact::Narrowing,
    };
    Some(SchemaChange::ModifyValidator { collection, validator, differences, impact })
}

/// Returns whether the server may refuse a write with the declared validator that it accepts with the live one.
fn may_refuse_more(live: &LiveValidator, declared: &ModelValidator) -> bool {
    let strictness = |level: &str| match level {
        "off" => 0,
        "moderate" => 1,
        _ => 2,
    };
    live.action == "warn"
        || strictness(declared.options.level()) > strictness(&live.level)
        || !covers(&normal(&declared.document), &normal(&live.document))
}

/// The differences from a live validator to the declared one.
#[derive(Default)]
struct Differences(Vec<Difference>);

impl Differences {
    fn between(live: &LiveValidator, declared: &ModelValidator) -> Self {
        let mut this = Self::default();
        let (from, to) = (normal(&live.document), normal(&declared.document));
        if from != to {
            if is_generated(&live.document) {
                this.validators(&from, &to);
            } else {
                this.add("validator", "by another program", "of the model");
            }
        }
        let options = declared.options;
        if live.level != options.level() {
            this.add("level", &live.level, options.level());
        }
        if live.action != options.action() {
            this.add("action", &live.action, options.action());
        }
        this
    }

    fn add(&mut self, what: impl Into<String>, live: impl Into<String>, declared: impl Into<String>) {
        self.0.push(Difference::of(what, live, declared));
    }

    fn validators(&mut self, live: &Document, declared: &Document) {
        self.schema("", documents(live.get("$jsonSchema")), documents(declared.get("$jsonSchema")));
        let (from, to) = (conditions(live), conditions(declared));
        for condition in from.iter().filter(|condition| !to.contains(condition)) {
            self.add("condition", condition.to_string(), "none");
        }
        for condition in to.iter().filter(|condition| !from.contains(condition)) {
            self.add("condition", "none", condition.to_string());
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
                ("title", ..) if path.is_empty() => self.add("title", text(from), text(to)),
                // The properties that are added or removed are compared above.
                ("additionalProperties", ..) => {
                    let undeclared = |value: Option<&Bson>| match value {
                        None | Some(Bson::Boolean(true)) => "accepted".to_owned(),
                        Some(Bson::Boolean(_)) => "refused".to_owned(),
                        Some(other) => one_of(other),
                    };
                    self.add(named(path, "undeclared fields"), undeclared(from), undeclared(to));
                }
                _ => self.add(named(path, name(keyword)), text(from), text(to)),
            }
        }
    }

    fn both(&mut self, path: &str, live: &Bson, declared: &Bson) {
        match (live, declared) {
            (Bson::Document(live), Bson::Document(declared)) => self.schema(path, live, declared),
            (live, declared) if live == declared => {}
            (live, declared) => self.add(named(path, ""), live.to_string(), declared.to_string()),
        }
    }

    fn required(&mut self, path: &str, live: &[Bson], declared: &[Bson]) {
        let missing_in = |list: &[Bson], others: &[Bson]| -> Vec<String> {
            let missing = list.iter().filter(|name| !others.contains(name));
            missing.filter_map(Bson::as_str).map(|name| join(path, name)).collect()
        };
        for name in missing_in(live, declared) {
            self.add(named(&name, ""), "required", "optional");
        }
        for name in missing_in(declared, live) {
            self.add(named(&name, ""), "optional", "required");
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
                None => self.add(named(&join(path, name), ""), one_of(from), undeclared(of_declared)),
            }
        }
        for (name, to) in declared.iter().filter(|(name, _)| !live.contains_key(name)) {
            self.add(named(&join(path, name), ""), undeclared(of_live), one_of(to));
        }
    }

    /// Compares two lists of schemas. Equal ones are left out, and the others are compared in their order.
    fn branches(&mut self, path: &str, keyword: &str, live: &[Bson], declared: &[Bson]) {
        let without = |list: &[Bson], others: &[Bson]| -> Vec<Bson> {
            list.iter().filter(|branch| !others.contains(branch)).cloned().collect()
        };
        let (from, to) = (without(live, declared), without(declared, live));
        if from.is_empty() && to.is_empty() {
            self.add(named(path, keyword), "in another order", "in the declared order");
            return;
        }
        let what = if keyword == "allOf" { "condition" } else { "variant" };
        for pair in 0..from.len().max(to.len()) {
            match (from.get(pair), to.get(pair)) {
                (Some(from), Some(to)) => self.both(path, from, to),
                (Some(from), None) => self.add(named(path, what), one_of(from), "none"),
                (None, Some(to)) => self.add(named(path, what), "none", one_of(to)),
                (None, None) => {}
            }
        }
    }
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

fn text(value: Option<&Bson>) -> String {
    value.map_or_else(|| "none".to_owned(), one_of)
}

#[cfg(test)]
mod tests;
