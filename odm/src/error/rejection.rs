//! Documents that the validator of a collection refuses, as the details of error 121 describe them.

mod violations;

use std::fmt;

use mongodb::bson::{Bson, Document};

use super::{invalid::Violations, redact};

/// The reasons why the validator of a collection refused a document.
#[derive(Clone, PartialEq)]
pub struct Rejection {
    rules: Vec<RejectedRule>,
    violations: Violations,
    details: Option<Document>,
}

/// One rule of the validator that the document does not satisfy.
#[derive(Clone, PartialEq)]
pub struct RejectedRule {
    path: String,
    /// The path as messages show it, if it differs.
    shown: Option<String>,
    rule: String,
    expected: Option<Bson>,
    considered: Option<Bson>,
    reason: Option<String>,
}

impl RejectedRule {
    /// Returns the dotted stored path, such as `lines.qty`, without array indexes. It is empty for the document
    /// itself.
    ///
    /// A name that the validator does not contain (`patternProperties`, `additionalProperties`) is stored data. Log
    /// it only if stored values may be logged.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the path as the message shows it, with a `*` for a name that the validator does not contain.
    pub fn shown_path(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.path)
    }

    /// Returns the keyword of the rule in the validator, such as `bsonType`, `required` or `$gt`.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns the value of the keyword in the validator, such as `1` for `{ minimum: 1 }`.
    pub fn expected(&self) -> Option<&Bson> {
        self.expected.as_ref()
    }

    /// Returns the value in the document, or `None` if the document has no value there or the server does not send
    /// it. It is data that is or was to be stored. Log it only if stored values may be
    /// logged.
    pub fn considered_value(&self) -> Option<&Bson> {
        self.considered.as_ref()
    }

    /// Returns the server's reason, such as `comparison failed`.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

impl fmt::Debug for RejectedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RejectedRule")
            .field("path", &self.shown_path())
            .field("rule", &self.rule)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

impl Rejection {
    pub(super) fn new(details: Option<Document>) -> Self {
        let mut rules = Vec::new();
        if let Some(Ok(details)) = details.as_ref().map(|info| info.get_document("details")) {
            walk(details, &Names::default(), MAX_DEPTH, &mut rules);
        }
        let violations = violations::violations(details.as_ref());
        Self { rules, violations, details }
    }

    /// Returns the rules of the model that are violated, as [`Error::violations`](super::Error::violations) does.
    pub fn violations(&self) -> &Violations {
        &self.violations
    }

    /// Returns the rules that are not satisfied, as far as the server's details contain them.
    pub fn rules(&self) -> &[RejectedRule] {
        &self.rules
    }

    /// Returns the server's `errInfo`. It contains stored values. Log it only if stored values may be logged.
    pub fn details(&self) -> Option<&Document> {
        self.details.as_ref()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the validator of the collection refused the document")?;
        for (position, rule) in self.rules.iter().enumerate() {
            f.write_str(if position == 0 { ": " } else { ", " })?;
            match rule.shown_path() {
                "" => write!(f, "{}", rule.rule)?,
                path => write!(f, "`{}` ({})", redact::name(path), rule.rule)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection").field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// The greatest depth of a schema, which can nest as deeply as a document.
const MAX_DEPTH: usize = 200;

/// A path, and the path as messages show it, without and with the positions of array elements.
#[derive(Clone, Default)]
struct Names {
    path: String,
    shown: String,
    indexed: String,
    shown_indexed: String,
}

impl Names {
    /// Appends a name of the validator.
    fn declared(&self, name: &str) -> Self {
        self.appended(name, name)
    }

    /// Appends the position of an array element.
    fn item(&self, index: &Bson) -> Self {
        let index = index.to_string();
        Self {
            indexed: join(&self.indexed, &index),
            shown_indexed: join(&self.shown_indexed, &index),
            ..self.clone()
        }
    }

    fn appended(&self, name: &str, shown: &str) -> Self {
        Self {
            path: join(&self.path, name),
            shown: join(&self.shown, shown),
            indexed: join(&self.indexed, name),
            shown_indexed: join(&self.shown_indexed, shown),
        }
    }

    /// Appends a name of the document, which messages do not show.
    fn stored(&self, name: &str) -> Self {
        self.appended(name, redact::KEY)
    }

    fn rule(self, rule: &str) -> RejectedRule {
        let Self { path, shown, .. } = self;
        RejectedRule {
            shown: (shown != path).then_some(shown),
            path,
            rule: rule.to_owned(),
            expected: None,
            considered: None,
            reason: None,
        }
    }
}

/// Collects the leaves of the server's explanation.
fn walk(node: &Document, names: &Names, depth: usize, rules: &mut Vec<RejectedRule>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let operator = node.get_str("operatorName").unwrap_or_default();
    if let Ok(missing) = node.get_array("missingProperties") {
        let missing = missing.iter().filter_map(Bson::as_str);
        rules.extend(missing.map(|name| names.declared(name).rule(operator)));
        return;
    }
    // The rules of the schema about properties that it does not list.
    let below = match node.get_str("failingProperty") {
        Ok(name) => names.stored(name),
        Err(_) => names.clone(),
    };
    let mut is_leaf = true;
    for (key, value) in node {
        let nodes = match value {
            Bson::Document(document) => std::slice::from_ref(document).iter().collect::<Vec<_>>(),
            Bson::Array(items) => items.iter().filter_map(Bson::as_document).collect(),
            _ => continue,
        };
        if !matches!(
            key.as_str(),
            "schemaRulesNotSatisfied"
                | "propertiesNotSatisfied"
                | "details"
                | "clausesNotSatisfied"
                | "schemasNotSatisfied"
                | "patternProperties"
        ) {
            continue;
        }
        for document in nodes {
            is_leaf = false;
            let names = match document.get_str("propertyName") {
                Ok(name) if document.contains_key("regexMatched") => below.stored(name),
                Ok(name) => below.declared(name),
                Err(_) => below.clone(),
            };
            walk(document, &names, depth, rules);
        }
    }
    if is_leaf && !operator.is_empty() {
        rules.push(leaf_rule(node, names, operator));
    }
}

/// Reads the details of one rule. A query operator is inside the document of its field, `{ age: { $lt: 100 } }`. A
/// keyword of a schema is at the top, `{ maximum: 99 }`.
fn leaf_rule(node: &Document, names: &Names, operator: &str) -> RejectedRule {
    const CONSIDERED: [&str; 5] = [
        "consideredValue",
        "consideredValues",
        "duplicatedValue",
        "additionalProperties",
        "numberOfProperties",
    ];
    let mut names = names.clone();
    let mut expected = None;
    if let Ok(specified) = node.get_document("specifiedAs") {
        expected = specified.get(operator).cloned();
        if let (None, Some((field, Bson::Document(test)))) = (&expected, specified.iter().next())
            && specified.len() == 1
        {
            expected = test.get(operator).cloned();
            names = names.declared(field);
        }
    }
    RejectedRule {
        expected,
        considered: CONSIDERED.iter().find_map(|name| node.get(name)).cloned(),
        reason: node.get_str("reason").ok().map(str::to_owned),
        ..names.rule(operator)
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
