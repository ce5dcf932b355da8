//! Documents that the validator of a collection refuses: what the details of error 121 tell.

use std::fmt;

use mongodb::bson::{Bson, Document};

use super::redact;

/// Why the validator of a collection refused a document.
#[derive(Clone, PartialEq)]
pub struct Rejection {
    rules: Vec<RejectedRule>,
    details: Option<Document>,
}

/// One rule of the validator that the document does not satisfy.
#[derive(Clone, PartialEq)]
pub struct RejectedRule {
    path: String,
    /// The path as texts have it, where that is another.
    shown: Option<String>,
    rule: String,
    expected: Option<Bson>,
    considered: Option<Bson>,
    reason: Option<String>,
}

impl RejectedRule {
    /// The dotted stored path, `lines.qty`; empty for the document itself. Positions in arrays are left out.
    ///
    /// A name that the validator does not spell out (`patternProperties`, `additionalProperties`) is stored data: do not
    /// log it unless you may.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The same path as the message shows it: `*` for a name that the validator does not spell out.
    pub fn shown_path(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.path)
    }

    /// The keyword of the rule as the validator has it, `bsonType`, `required`, `$gt`.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// What the validator says behind the keyword: `1` of `{ minimum: 1 }`.
    pub fn expected(&self) -> Option<&Bson> {
        self.expected.as_ref()
    }

    /// What the document has there instead; `None` where it has nothing, or the server does not tell. It is stored data,
    /// or was about to be: do not log it unless you may.
    pub fn considered_value(&self) -> Option<&Bson> {
        self.considered.as_ref()
    }

    /// The server's word for what is wrong, `comparison failed`.
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
        Self { rules, details }
    }

    /// The rules that are not satisfied, as far as the server's details tell them.
    pub fn rules(&self) -> &[RejectedRule] {
        &self.rules
    }

    /// The server's `errInfo`. It holds stored values: do not log it unless you may.
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

/// Schemas can nest as deep as documents.
const MAX_DEPTH: usize = 200;

/// A path, and how it is shown.
#[derive(Clone, Default)]
struct Names {
    path: String,
    shown: String,
}

impl Names {
    /// One name of the validator further in.
    fn declared(&self, name: &str) -> Self {
        Self { path: join(&self.path, name), shown: join(&self.shown, name) }
    }

    /// One name of the document further in.
    fn stored(&self, name: &str) -> Self {
        Self { path: join(&self.path, name), shown: join(&self.shown, redact::KEY) }
    }

    fn rule(self, rule: &str) -> RejectedRule {
        let Self { path, shown } = self;
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
    // What the schema says of properties that it does not name.
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

/// What the server says of one rule. A query operator stands behind the field it is about, `{ age: { $lt: 100 } }`, a
/// keyword of a schema alone, `{ maximum: 99 }`.
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
