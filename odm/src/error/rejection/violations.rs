//! The server's explanation of error 121, as violations of the rules of the model.
//!
//! The explanation lists the keywords of the schema that a document violates. Each keyword of a generated schema
//! belongs to one rule, so the rule and its message follow from the keyword. A rule without a keyword has a title and
//! a description in the schema, which the server repeats. MongoDB's manual describes the
//! [format](https://www.mongodb.com/docs/manual/core/schema-validation/handle-invalid-documents/).

mod clause;
mod keyword;
mod variant;

use mongodb::bson::{Bson, Document};

use super::{MAX_DEPTH, Names};
use crate::error::invalid::{Violation, Violations};

/// The rules that a title in a schema can name.
const TITLES: [&str; 4] = ["length", "pattern", "required", "required_together"];

/// Returns the violations in the details of an `errInfo`. There is at least one.
pub(super) fn violations(info: Option<&Document>) -> Violations {
    let mut reader = Reader::default();
    if let Some(Ok(details)) = info.map(|info| info.get_document("details")) {
        reader.query(details, &Names::default(), MAX_DEPTH);
    }
    if reader.found.is_empty() {
        reader.found.push(Violation::new("", "validator", "must satisfy the validator of the collection"));
    }
    reader.found
}

#[derive(Default)]
struct Reader {
    found: Violations,
}

impl Reader {
    fn add(&mut self, names: &Names, rule: &'static str, message: String) {
        let violation = Violation::new(&names.indexed, rule, message).shown_as(&names.shown_indexed);
        let is_same =
            |other: &Violation| other.path() == violation.path() && other.rule() == violation.rule();
        if !self.found.iter().any(is_same) {
            self.found.push(violation);
        }
    }

    /// Reads the explanation of a query operator.
    fn query(&mut self, node: &Document, names: &Names, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match operator(node) {
            "$jsonSchema" => self.schema(list(node, "schemaRulesNotSatisfied"), names, depth),
            "$and" => {
                for clause in list(node, "clausesNotSatisfied") {
                    self.below(clause, names, depth);
                }
            }
            "$or" => {
                let clauses: Vec<&Document> = list(node, "clausesNotSatisfied").collect();
                for clause in clause::without_guards(&clauses) {
                    self.below(clause, names, depth);
                }
            }
            _ => clause::read(self, node, names),
        }
    }

    fn below(&mut self, clause: &Document, names: &Names, depth: usize) {
        if let Ok(details) = clause.get_document("details") {
            self.query(details, names, depth);
        }
    }

    /// Reads the explanations of the keywords of a schema.
    fn schema<'d>(&mut self, rules: impl Iterator<Item = &'d Document>, names: &Names, depth: usize) {
        for rule in rules {
            self.keyword(rule, names, depth);
        }
    }

    fn keyword(&mut self, node: &Document, names: &Names, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match operator(node) {
            "properties" => {
                for property in list(node, "propertiesNotSatisfied") {
                    let name = property.get_str("propertyName").unwrap_or_default();
                    self.schema(list(property, "details"), &names.declared(name), depth);
                }
            }
            "patternProperties" => {
                for property in list(node, "details") {
                    let name = property.get_str("propertyName").unwrap_or_default();
                    self.schema(list(property, "details"), &names.stored(name), depth);
                }
            }
            "required" => self.missing(node, names),
            "dependencies" => {
                for dependency in list(node, "failingDependencies") {
                    self.missing(dependency, names);
                    self.schema(list(dependency, "details"), names, depth);
                }
            }
            "additionalProperties" => match node.get_str("failingProperty") {
                Ok(name) => self.schema(list(node, "details"), &names.stored(name), depth),
                Err(_) => {
                    for name in node.get_array("additionalProperties").into_iter().flatten() {
                        let name = names.stored(name.as_str().unwrap_or_default());
                        self.add(&name, "unknown_field", "is not a declared field".to_owned());
                    }
                }
            },
            "items" | "additionalItems" if node.contains_key("details") => match node.get("itemIndex") {
                Some(index) => self.schema(list(node, "details"), &names.item(index), depth),
                None => {
                    for item in list(node, "details") {
                        let names =
                            item.get("itemIndex").map_or_else(|| names.clone(), |index| names.item(index));
                        self.schema(list(item, "details"), &names, depth);
                    }
                }
            },
            "allOf" => {
                for branch in list(node, "schemasNotSatisfied") {
                    self.branch(branch, names, depth);
                }
            }
            "anyOf" | "oneOf" => {
                let branches: Vec<&Document> = list(node, "schemasNotSatisfied").collect();
                match variant::right(&branches) {
                    Some(branch) => self.branch(branch, names, depth),
                    None => self.add(names, "type", variant::none(&branches)),
                }
            }
            _ => keyword::read(self, node, names),
        }
    }

    /// Reads one of several schemas. A title names the rule that it expresses.
    fn branch(&mut self, branch: &Document, names: &Names, depth: usize) {
        let title = branch.get_str("title").ok();
        let rule = TITLES.into_iter().find(|rule| title == Some(rule));
        match (rule, branch.get_str("description")) {
            (Some(rule), Ok(message)) => self.add(names, rule, message.to_owned()),
            _ => self.schema(list(branch, "details"), names, depth),
        }
    }

    fn missing(&mut self, node: &Document, names: &Names) {
        for name in node.get_array("missingProperties").into_iter().flatten() {
            let name = names.declared(name.as_str().unwrap_or_default());
            self.add(&name, "required", "must be present".to_owned());
        }
    }
}

fn operator(node: &Document) -> &str {
    node.get_str("operatorName").unwrap_or_default()
}

/// Returns the documents of an array.
fn list<'d>(node: &'d Document, name: &str) -> impl Iterator<Item = &'d Document> + use<'d> {
    node.get_array(name).into_iter().flatten().filter_map(Bson::as_document)
}
