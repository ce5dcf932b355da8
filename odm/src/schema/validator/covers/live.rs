//! `Live`: what is known of the values that a schema accepts.

use std::collections::BTreeSet;

use mongodb::bson::{Bson, Document};

use super::{Bound, is_multiple};

/// The types of numbers. An `enum` compares them by their value.
pub(super) const NUMBERS: [&str; 4] = ["int", "long", "double", "decimal"];

/// So many alternatives of a value are distinguished at once.
const CASES: usize = 3;

/// The schemas that a value satisfies, all of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Live<'a> {
    all: Vec<&'a Document>,
    /// The lists of schemas of each of which the value satisfies one.
    alternatives: Vec<&'a [Bson]>,
    /// How many alternatives were chosen.
    chosen: usize,
}

impl<'a> Live<'a> {
    pub(super) fn of(schema: &'a Document) -> Self {
        Self::default().and(schema)
    }

    fn and(mut self, schema: &'a Document) -> Self {
        self.all.push(schema);
        for keyword in ["anyOf", "oneOf"] {
            if let Some(Bson::Array(branches)) = schema.get(keyword) {
                self.alternatives.push(branches);
            }
        }
        for part in list(schema.get("allOf")).iter().filter_map(Bson::as_document) {
            self = self.and(part);
        }
        self
    }

    /// Returns, for each list of alternatives, the values that satisfy each alternative.
    pub(super) fn cases(&self) -> impl Iterator<Item = impl Iterator<Item = Self>> {
        let lists = if self.chosen < CASES { &self.alternatives[..] } else { &[] };
        lists.iter().enumerate().map(move |(index, branches)| {
            let mut rest = self.clone();
            rest.alternatives.remove(index);
            rest.chosen += 1;
            branches.iter().filter_map(Bson::as_document).map(move |branch| rest.clone().and(branch))
        })
    }

    pub(super) fn has(&self, schema: &Document) -> bool {
        self.all.contains(&schema)
    }

    /// Returns the operands of a keyword.
    pub(super) fn operands(&self, keyword: &str) -> impl Iterator<Item = &'a Bson> {
        self.all.iter().filter_map(move |schema| schema.get(keyword))
    }

    /// Returns the names in `properties`, or the patterns in `patternProperties`.
    pub(super) fn names(&self, keyword: &str) -> impl Iterator<Item = &'a str> {
        self.operands(keyword).flat_map(|names| documents(Some(names)).keys()).map(String::as_str)
    }

    /// Returns the types of the values. `None` is every type.
    fn types(&self) -> Option<BTreeSet<&'a str>> {
        let listed = self.operands("bsonType").map(|types| named(list(Some(types))));
        let of_values =
            self.operands("enum").map(|values| list(Some(values)).iter().flat_map(types_of).collect());
        listed
            .chain(of_values)
            .reduce(|one: BTreeSet<&str>, other| one.intersection(&other).copied().collect())
    }

    pub(super) fn has_types_in(&self, accepted: &[Bson]) -> bool {
        let accepted = named(accepted);
        self.types().is_some_and(|types| types.is_subset(&accepted))
    }

    pub(super) fn has_no_type_of(&self, types: &[&str]) -> bool {
        self.types().is_some_and(|own| !types.iter().any(|name| own.contains(name)))
    }

    pub(super) fn has_values_in(&self, accepted: &[Bson]) -> bool {
        let is_null = || self.types().is_some_and(|types| types.iter().all(|name| *name == "null"));
        self.operands("enum").any(|values| list(Some(values)).iter().all(|value| accepted.contains(value)))
            || (accepted.contains(&Bson::Null) && is_null())
    }

    /// Returns whether all numbers are within the bound.
    pub(super) fn is_bounded(&self, bound: &Bound<'_>) -> bool {
        self.all.iter().any(|schema| Bound::of(schema, bound.keyword).is_some_and(|own| own.is_within(bound)))
            || self.has_numbers(|number| bound.accepts(number))
            || self.range_of_type().iter().any(|range| range.iter().all(|end| bound.accepts(end)))
    }

    pub(super) fn is_multiple_of(&self, divisor: &Bson) -> bool {
        self.operands("multipleOf").any(|own| is_multiple(own, divisor))
            || self.has_numbers(|number| is_multiple(number, divisor))
            || (is_multiple(&Bson::Int32(1), divisor) && self.range_of_type().is_some())
    }

    /// Returns whether the values are listed, and these numbers among them have a property.
    fn has_numbers(&self, has: impl Fn(&Bson) -> bool) -> bool {
        let is_number = |value: &&Bson| types_of(value).any(|name| NUMBERS.contains(&name));
        self.operands("enum").any(|values| list(Some(values)).iter().filter(is_number).all(&has))
    }

    /// Returns the least and the greatest number of the types, if they are those of integers.
    fn range_of_type(&self) -> Option<[Bson; 2]> {
        let types = self.types()?;
        let has = |name: &str| types.contains(name);
        match () {
            () if has("double") || has("decimal") => None,
            () if has("long") => Some([Bson::Int64(i64::MIN), Bson::Int64(i64::MAX)]),
            () => Some([Bson::Int32(i32::MIN), Bson::Int32(i32::MAX)]),
        }
    }

    /// Returns the values of a field. `None` if there are none.
    pub(super) fn property(&self, name: &str) -> Option<Self> {
        let mut values = Self::default();
        for schema in &self.all {
            if let Some(Bson::Document(of_field)) = documents(schema.get("properties")).get(name) {
                values = values.and(of_field);
            } else if documents(schema.get("patternProperties")).is_empty() {
                values = values.and_undeclared(schema)?;
            }
        }
        Some(values)
    }

    /// Returns the values of the fields that no schema names. `None` if there are none.
    pub(super) fn rest(&self) -> Option<Self> {
        self.all.iter().try_fold(Self::default(), |values, schema| values.and_undeclared(schema))
    }

    /// Returns the values of the fields whose names have a pattern.
    pub(super) fn pattern(&self, pattern: &str) -> Self {
        let schemas =
            self.operands("patternProperties").map(|patterns| documents(Some(patterns)).get(pattern));
        schemas.flatten().filter_map(Bson::as_document).fold(Self::default(), Self::and)
    }

    /// Returns the values of the elements of an array: of all of them, or of the one at this position.
    pub(super) fn items(&self, position: Option<usize>) -> Self {
        let schemas = self.operands("items").filter_map(|items| match (items, position) {
            (Bson::Document(items), _) => Some(items),
            (Bson::Array(items), Some(position)) => items.get(position)?.as_document(),
            _ => None,
        });
        schemas.fold(Self::default(), Self::and)
    }

    fn and_undeclared(self, schema: &'a Document) -> Option<Self> {
        match schema.get("additionalProperties") {
            Some(Bson::Boolean(false)) => None,
            Some(Bson::Document(values)) => Some(self.and(values)),
            _ => Some(self),
        }
    }
}

/// Returns the types that a value can have which is equal to this one.
fn types_of(value: &Bson) -> impl Iterator<Item = &'static str> {
    let names: &[&str] = match value {
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => &NUMBERS,
        Bson::String(_) | Bson::Symbol(_) => &["string", "symbol"],
        Bson::Boolean(_) => &["bool"],
        Bson::Null | Bson::Undefined => &["null", "undefined"],
        Bson::Document(_) => &["object"],
        Bson::Array(_) => &["array"],
        Bson::ObjectId(_) => &["objectId"],
        Bson::DateTime(_) => &["date"],
        // A name that no schema accepts: such values are not compared.
        _ => &["another type"],
    };
    names.iter().copied()
}

/// Returns the names of types, with those that `number` stands for.
fn named(types: &[Bson]) -> BTreeSet<&str> {
    let names = types.iter().filter_map(Bson::as_str);
    names.flat_map(|name| if name == "number" { NUMBERS.to_vec() } else { vec![name] }).collect()
}

pub(in crate::schema::validator) fn list(value: Option<&Bson>) -> &[Bson] {
    value.and_then(Bson::as_array).map(Vec::as_slice).unwrap_or_default()
}

pub(in crate::schema::validator) fn documents(value: Option<&Bson>) -> &Document {
    static NONE: std::sync::LazyLock<Document> = std::sync::LazyLock::new(Document::new);
    value.and_then(Bson::as_document).unwrap_or(&NONE)
}
