//! Which indexes a query needs.

use odm::bson::{Bson, Document};

/// Returns the keys of the indexes for a query, best first: the fields that are compared for equality, then those of the
/// sort, then the others. Several indexes are those for the branches of an `$or`, one for each. Empty if no index helps.
pub(super) fn indexes_for(filter: &Document, sort: &Document) -> Vec<Document> {
    let mut tests = Tests::default();
    tests.collect("", filter);
    let indexes = tests.indexes(sort);
    // An index on more keys serves a branch that needs only the first of them.
    let serves = |longer: &Document, index: &Document| {
        longer.len() > index.len() && longer.iter().zip(index).all(|(one, other)| one == other)
    };
    let mut needed: Vec<Document> = Vec::new();
    for index in &indexes {
        if !needed.contains(index) && !indexes.iter().any(|other| serves(other, index)) {
            needed.push(index.clone());
        }
    }
    needed
}

/// The fields that a filter tests.
#[derive(Debug, Default)]
struct Tests {
    /// Those that are compared for equality.
    equal: Vec<String>,
    /// All others, with the type of their key.
    others: Vec<(String, Bson)>,
    /// The branches of each `$or`.
    alternatives: Vec<Vec<Self>>,
}

impl Tests {
    fn indexes(&self, sort: &Document) -> Vec<Document> {
        if self.equal.is_empty() && self.others.is_empty() {
            let indexed = self.alternatives.iter().map(|branches| {
                let indexes = branches.iter().map(|branch| branch.indexes(&Document::new()));
                if indexes.clone().any(|indexes| indexes.is_empty()) {
                    return Vec::new();
                }
                branches.iter().flat_map(|branch| branch.indexes(sort)).collect()
            });
            if let Some(indexes) = indexed.into_iter().find(|indexes| !indexes.is_empty()) {
                return indexes;
            }
        }
        let mut keys = Document::new();
        for name in &self.equal {
            keys.insert(name.as_str(), 1);
        }
        for (name, direction) in sort {
            if matches!(direction, Bson::Int32(_) | Bson::Int64(_)) && !self.equal.contains(name) {
                keys.insert(name.as_str(), direction.clone());
            }
        }
        for (name, key) in &self.others {
            if !keys.contains_key(name) {
                keys.insert(name.as_str(), key.clone());
            }
        }
        if keys.is_empty() { Vec::new() } else { vec![keys] }
    }

    /// Collects the fields of a filter, whose names begin with the prefix.
    fn collect(&mut self, prefix: &str, filter: &Document) {
        for (name, test) in filter {
            match name.as_str() {
                "$and" => documents(test).for_each(|part| self.collect(prefix, part)),
                "$or" => {
                    let branches = documents(test).map(|branch| {
                        let mut tests = Self::default();
                        tests.collect(prefix, branch);
                        tests
                    });
                    self.alternatives.push(branches.collect());
                }
                "$expr" => self.expression(test),
                name if name.starts_with('$') => {}
                name => self.field(format!("{prefix}{name}"), test),
            }
        }
    }

    /// Collects the tests of one field.
    fn field(&mut self, name: String, test: &Bson) {
        let Bson::Document(operators) = test else {
            return self.add(name, matches!(test, Bson::RegularExpression(_)).then_some(Bson::Int32(1)));
        };
        if !operators.keys().any(|name| name.starts_with('$')) {
            return self.add(name, None);
        }
        if let Some(element) = operators.get("$elemMatch").and_then(Bson::as_document) {
            let is_value = element
                .keys()
                .next()
                .is_some_and(|first| first.starts_with('$') && !LOGICAL.contains(&first.as_str()));
            if is_value {
                self.field(name.clone(), &Bson::Document(element.clone()));
            } else {
                self.collect(&format!("{name}."), element);
            }
        }
        let mut own =
            operators.keys().map(String::as_str).filter(|name| !UNINDEXED.contains(name)).peekable();
        if own.peek().is_none() {
            return;
        }
        let mut key = None;
        for operator in own {
            match operator {
                "$eq" | "$in" => {}
                "$geoWithin" | "$geoIntersects" | "$near" | "$nearSphere" => key = Some("2dsphere".into()),
                _ => key = key.or(Some(Bson::Int32(1))),
            }
        }
        self.add(name, key);
    }

    /// Collects the fields that an expression compares with another value, which is not that of a field.
    fn expression(&mut self, expression: &Bson) {
        for (operator, operands) in expression.as_document().into_iter().flatten() {
            let operands = operands.as_array().map_or(&[][..], Vec::as_slice);
            match (operator.as_str(), operands) {
                ("$and", parts) => parts.iter().for_each(|part| self.expression(part)),
                ("$eq" | "$gt" | "$gte" | "$lt" | "$lte", [left, right]) => {
                    let key = (operator != "$eq").then_some(Bson::Int32(1));
                    if let (Some(name), None) | (None, Some(name)) = (path(left), path(right)) {
                        self.add(name.to_owned(), key);
                    }
                }
                _ => {}
            }
        }
    }

    /// Adds a field that is compared for equality, or one that needs a key of this type.
    fn add(&mut self, name: String, key: Option<Bson>) {
        match key {
            None if !self.equal.contains(&name) => self.equal.push(name),
            Some(key) if !self.others.iter().any(|(other, _)| *other == name) => {
                self.others.push((name, key));
            }
            _ => {}
        }
    }
}

const LOGICAL: [&str; 4] = ["$and", "$or", "$nor", "$expr"];

/// The operators that read no key of an index, or that are only options of another one.
const UNINDEXED: [&str; 7] =
    ["$elemMatch", "$size", "$options", "$maxDistance", "$minDistance", "$geometry", "$comment"];

fn documents(list: &Bson) -> impl Iterator<Item = &Document> {
    list.as_array().into_iter().flatten().filter_map(Bson::as_document)
}

/// Returns the name of the field that an expression is: that of `"$total"`.
fn path(expression: &Bson) -> Option<&str> {
    expression.as_str()?.strip_prefix('$').filter(|name| !name.starts_with('$'))
}

#[cfg(test)]
mod tests {
    use odm::bson::doc;

    use super::*;

    #[track_caller]
    #[allow(clippy::needless_pass_by_value)] // the callers are shorter
    fn needs<const N: usize>(filter: Document, sort: Document, indexes: [Document; N]) {
        assert_eq!(indexes_for(&filter, &sort), indexes, "{filter}");
    }

    #[test]
    fn fields_of_equality_come_first_then_the_sort_then_ranges() {
        let filter = doc! { "total": { "$gt": 5 }, "status": { "$eq": "open" }, "$and": [{ "city": "Oslo" }, { "qty": { "$lt": 3 } }] };
        let index = doc! { "status": 1, "city": 1, "placedAt": -1, "total": 1, "qty": 1 };
        needs(filter, doc! { "placedAt": -1 }, [index]);
        needs(doc! {}, doc! { "a": 1, "b": -1 }, [doc! { "a": 1, "b": -1 }]);
        needs(doc! { "a": { "$regex": "^x", "$options": "i" } }, doc! {}, [doc! { "a": 1 }]);
        needs(doc! { "$where": "true", "a": { "$size": 3 } }, doc! {}, []);
        needs(doc! { "at": { "$geoWithin": { "$geometry": {} } } }, doc! {}, [doc! { "at": "2dsphere" }]);
    }

    #[test]
    fn the_fields_of_an_element_are_those_below_the_array() {
        needs(
            doc! { "lines": { "$elemMatch": { "qty": { "$gt": 100 } } } },
            doc! {},
            [doc! { "lines.qty": 1 }],
        );
        let filter =
            doc! { "lines": { "$elemMatch": { "qty": { "$gt": 1 }, "sku": "a", "$and": [{ "of.x": 1 }] } } };
        needs(filter, doc! {}, [doc! { "lines.sku": 1, "lines.of.x": 1, "lines.qty": 1 }]);
        needs(doc! { "tags": { "$elemMatch": { "$gt": "a", "$lt": "b" } } }, doc! {}, [doc! { "tags": 1 }]);
        needs(
            doc! { "tags": { "$elemMatch": { "$eq": "a" } }, "n": { "$gt": 1 } },
            doc! {},
            [doc! { "tags": 1, "n": 1 }],
        );
        let either = doc! { "lines": { "$elemMatch": { "$or": [{ "a": 1 }, { "b": 1 }] } } };
        needs(either, doc! {}, [doc! { "lines.a": 1 }, doc! { "lines.b": 1 }]);
    }

    #[test]
    fn each_branch_of_or_needs_an_index() {
        let filter = doc! { "$or": [{ "a": 1 }, { "b": { "$gt": 1 } }, { "a": 2 }] };
        needs(filter.clone(), doc! {}, [doc! { "a": 1 }, doc! { "b": 1 }]);
        needs(filter, doc! { "at": -1 }, [doc! { "a": 1, "at": -1 }, doc! { "at": -1, "b": 1 }]);
        needs(doc! { "$or": [{ "a": 1 }, { "a": 2, "b": 3 }] }, doc! {}, [doc! { "a": 1, "b": 1 }]);
        // One branch without an index makes the others useless.
        needs(doc! { "$or": [{ "a": 1 }, { "$where": "true" }] }, doc! {}, []);
        needs(doc! { "$or": [{ "a": 1 }, { "$where": "true" }] }, doc! { "n": 1 }, [doc! { "n": 1 }]);
        // An index for what all branches have in common is enough.
        needs(doc! { "$or": [{ "a": 1 }, { "b": 1 }], "city": "Oslo" }, doc! {}, [doc! { "city": 1 }]);
    }

    #[test]
    fn an_expression_compares_a_field_with_a_value() {
        let filter = doc! { "$expr": { "$and": [{ "$gt": ["$n", 1] }, { "$eq": ["$$sku", "$sku"] }, { "$eq": ["$a", "$b"] }] } };
        needs(filter, doc! {}, [doc! { "sku": 1, "n": 1 }]);
    }
}
