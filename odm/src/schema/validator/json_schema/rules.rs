//! The rules of fields and documents, as keywords of a schema or as query clauses.

use std::cmp::Ordering;

use mongodb::bson::{Bson, Document, doc, spec::ElementType};

use super::{Builder, Multiplicity, ObjectSchema, Place, clause, types};
use crate::{
    error::invalid::message,
    meta::{DocumentMeta, FieldMeta, TypeMeta},
    rule::{Operator, Rule, Unit, length, required_together},
    schema::validator::pattern::{self, Refused},
};

const OTHER_TYPE: &str = "the server cannot compare values of this type";
const ALIASES: &str = "a field may be stored under an alias";
const OUT_OF_REACH: &str = "the server cannot check this below an array, a map or an enum";

impl Builder {
    /// Returns the schema of the values of a field, with its rules.
    pub(super) fn field_value(&mut self, field: &'static FieldMeta, place: &Place) -> Document {
        let (inside, is_nullable) = nullable(field.stored_as());
        let mut schema = self.value(inside, place);
        let rules: Vec<Rule> = field.rules().collect();
        let max_length = rules.iter().find_map(|rule| match rule {
            Rule::Length { max, .. } => *max,
            _ => None,
        });
        for rule in rules {
            let added = match rule {
                Rule::UniqueItems => unique_items(&mut schema, field, inside),
                _ => self.rule(&mut schema, &rule, inside, place, max_length),
            };
            if let Err(reason) = added {
                self.only_in_rust(place.path().to_owned(), rule.name(), reason);
            }
        }
        if is_nullable {
            types::or_null(&mut schema);
        }
        schema
    }

    /// Adds a rule to the schema of a value, or returns why the server cannot check it.
    fn rule(
        &mut self,
        schema: &mut Document,
        rule: &Rule,
        stored: &TypeMeta,
        place: &Place,
        max_length: Option<usize>,
    ) -> Result<(), &'static str> {
        match rule {
            Rule::Length { min, max, unit } => self.length(schema, (*min, *max), *unit, stored, place)?,
            Rule::Range { min, max } => self.range(schema, min.as_ref(), max.as_ref(), stored, place)?,
            Rule::Pattern(pattern) => {
                if !matches!(stored, TypeMeta::Scalar(ElementType::String)) {
                    return Err(OTHER_TYPE);
                }
                let translated =
                    pattern::translate(pattern, max_length).map_err(|refused| match refused {
                        Refused::Syntax => "the server reads this pattern in another way",
                        Refused::LongTexts => {
                            "the server's search gives up on long texts: add `length(max = 1000)`"
                        }
                    })?;
                if translated == *pattern {
                    add(schema, "pattern", Bson::String(translated));
                } else {
                    // The message shows the pattern as it is declared.
                    let description = message::unmatched(pattern);
                    also(
                        schema,
                        doc! { "title": "pattern", "description": description, "pattern": translated },
                    );
                }
            }
            Rule::OneOf(values) => self.one_of(schema, values, stored)?,
            Rule::MultipleOf(divisor) => {
                if !matches!(stored, TypeMeta::Int { .. }) {
                    return Err(OTHER_TYPE);
                }
                schema.insert("multipleOf", i64::from(*divisor));
                types::tidy(schema);
            }
            Rule::Email | Rule::Url => return Err("the server has no such rule"),
            Rule::Custom(_) => return Err("a function"),
            Rule::UniqueItems | Rule::Compare { .. } | Rule::RequiredTogether(_) | Rule::Nested => {}
        }
        Ok(())
    }

    fn length(
        &mut self,
        schema: &mut Document,
        (min, max): (Option<usize>, Option<usize>),
        unit: Unit,
        stored: &TypeMeta,
        place: &Place,
    ) -> Result<(), &'static str> {
        let bound = |length: usize| {
            i32::try_from(length).map_or(Bson::Int64(i64::try_from(length).unwrap_or(i64::MAX)), Bson::Int32)
        };
        let (least, most) = (min.filter(|min| *min > 0).map(bound), max.map(bound));
        let keywords = match stored {
            TypeMeta::Scalar(ElementType::String) => ["minLength", "maxLength"],
            TypeMeta::Array { .. } => ["minItems", "maxItems"],
            TypeMeta::Map { .. } => ["minProperties", "maxProperties"],
            TypeMeta::Binary(_) => {
                if least.is_none() && most.is_none() {
                    return Ok(());
                }
                if place.multiplicity() != Multiplicity::One {
                    return Err(OUT_OF_REACH);
                }
                if min == max {
                    self.clauses.extend(most.iter().map(|most| clause::bytes(place.path(), "$eq", most)));
                } else {
                    self.clauses.extend(least.iter().map(|least| clause::bytes(place.path(), "$gte", least)));
                    self.clauses.extend(most.iter().map(|most| clause::bytes(place.path(), "$lte", most)));
                }
                // Bytes may be stored as an array.
                ["minItems", "maxItems"]
            }
            _ => return Err(OTHER_TYPE),
        };
        if matches!(stored, TypeMeta::Binary(_)) && !schema.contains_key("items") {
            return Ok(());
        }
        match (least, most) {
            (Some(least), Some(most)) if least == most && !matches!(stored, TypeMeta::Binary(_)) => {
                let description = length::outside(usize::MAX, unit, min, max).unwrap_or_default();
                let [shortest, longest] = keywords;
                also(
                    schema,
                    doc! { "title": "length", "description": description, shortest: least, longest: most },
                );
            }
            (least, most) => tighten(schema, keywords, least, most),
        }
        Ok(())
    }

    fn range(
        &mut self,
        schema: &mut Document,
        min: Option<&Bson>,
        max: Option<&Bson>,
        stored: &TypeMeta,
        place: &Place,
    ) -> Result<(), &'static str> {
        match stored {
            _ if min.is_none() && max.is_none() => Err("bounds that BSON cannot represent"),
            TypeMeta::Int { .. } | TypeMeta::Float | TypeMeta::Scalar(ElementType::Decimal128) => {
                tighten(schema, ["minimum", "maximum"], min.cloned(), max.cloned());
                Ok(())
            }
            TypeMeta::Scalar(ElementType::DateTime) => {
                if place.multiplicity() == Multiplicity::Unknown {
                    return Err(OUT_OF_REACH);
                }
                self.clauses.extend(min.map(|min| clause::not(place.path(), "$lt", min)));
                self.clauses.extend(max.map(|max| clause::not(place.path(), "$gt", max)));
                Ok(())
            }
            _ => Err(OTHER_TYPE),
        }
    }

    fn one_of(&self, schema: &mut Document, values: &[Bson], stored: &TypeMeta) -> Result<(), &'static str> {
        let is_listed = matches!(stored, TypeMeta::Scalar(ElementType::String) | TypeMeta::Int { .. });
        if !is_listed || values.is_empty() {
            return Err(OTHER_TYPE);
        }
        let mut listed: Vec<Bson> = Vec::new();
        for value in values {
            let value = match value {
                Bson::Int64(number) => i32::try_from(*number).map_or(Bson::Int64(*number), Bson::Int32),
                other => other.clone(),
            };
            if !listed.contains(&value) {
                listed.push(value);
            }
        }
        if !(self.is_exact() && matches!(stored, TypeMeta::Int { .. })) {
            // The listed values have the type, and a value of another type would violate two keywords.
            for name in ["bsonType", "multipleOf", "minimum", "maximum"] {
                schema.remove(name);
            }
        }
        add(schema, "enum", Bson::Array(listed));
        Ok(())
    }

    /// Returns whether one of the fields may be stored under another name.
    fn have_aliases(&self, meta: &'static DocumentMeta, fields: &[&str]) -> bool {
        let has_aliases = |name: &&str| meta.field(name).is_some_and(|field| !field.aliases().is_empty());
        !self.is_exact() && fields.iter().any(has_aliases)
    }

    /// Adds the rules of a whole document.
    pub(super) fn document_rules(
        &mut self,
        object: &mut ObjectSchema,
        meta: &'static DocumentMeta,
        place: &Place,
    ) {
        for rule in meta.rules() {
            match &rule {
                Rule::Compare { left, operator, right } => {
                    let clause = if self.have_aliases(meta, &[left, right]) {
                        Err(ALIASES)
                    } else {
                        compare(meta, left, *operator, right, place)
                    };
                    match clause {
                        Ok(clause) => self.clauses.push(clause),
                        Err(reason) => self.only_in_rust(place.join(left), rule.name(), reason),
                    }
                }
                Rule::RequiredTogether(fields) if self.have_aliases(meta, fields) => {
                    self.only_in_rust(place.path().to_owned(), rule.name(), ALIASES);
                }
                Rule::RequiredTogether(fields) => object.also(together(fields)),
                _ => self.only_in_rust(place.path().to_owned(), rule.name(), "a function"),
            }
        }
    }
}

/// Adds the rule `unique_items`, or returns why the server cannot check it.
fn unique_items(schema: &mut Document, field: &FieldMeta, stored: &TypeMeta) -> Result<(), &'static str> {
    if !matches!(stored, TypeMeta::Array { .. }) {
        return Err(OTHER_TYPE);
    }
    if !field.is_equal_as_stored() {
        return Err("the server may find other values of this type equal than Rust does");
    }
    schema.insert("uniqueItems", true);
    Ok(())
}

/// Returns the clause that compares two fields, or why there is none.
fn compare(
    meta: &'static DocumentMeta,
    left: &str,
    operator: Operator,
    right: &str,
    place: &Place,
) -> Result<Document, &'static str> {
    let kind = |name: &str| meta.field(name).and_then(|field| compared(nullable(field.stored_as()).0));
    match (kind(left), kind(right)) {
        (Some(one), Some(other)) if one == other => {}
        _ => return Err(OTHER_TYPE),
    }
    let places = [place.field(left), place.field(right)];
    if places.iter().any(|place| place.multiplicity() != Multiplicity::One) {
        return Err(OUT_OF_REACH);
    }
    Ok(clause::compare(places[0].path(), operator, places[1].path()))
}

/// Returns the type inside an option, and whether there is one.
fn nullable(meta: &'static TypeMeta) -> (&'static TypeMeta, bool) {
    match meta {
        TypeMeta::Nullable(inside) => (nullable(inside).0, true),
        TypeMeta::Id(id) => nullable(id.key()),
        other => (other, false),
    }
}

/// Returns how the server compares values of a type: numbers with numbers, and dates with dates.
fn compared(meta: &TypeMeta) -> Option<&'static str> {
    match meta {
        TypeMeta::Int { .. } | TypeMeta::Float | TypeMeta::Scalar(ElementType::Decimal128) => Some("number"),
        TypeMeta::Scalar(ElementType::DateTime) => Some("date"),
        _ => None,
    }
}

/// Adds a keyword. If the schema has it already, both values must be satisfied.
fn add(schema: &mut Document, keyword: &str, value: Bson) {
    if !schema.contains_key(keyword) {
        schema.insert(keyword, value);
        return;
    }
    also(schema, doc! { keyword: value });
}

/// Adds a schema that the value must satisfy too.
fn also(schema: &mut Document, other: Document) {
    let mut all = schema.get_array("allOf").cloned().unwrap_or_default();
    all.push(Bson::Document(other));
    schema.insert("allOf", all);
}

/// Adds the bounds, unless the schema has tighter ones.
fn tighten(schema: &mut Document, [least, most]: [&str; 2], min: Option<Bson>, max: Option<Bson>) {
    let sides = [(least, min, Ordering::Greater), (most, max, Ordering::Less)];
    for (keyword, bound, tighter) in sides {
        let Some(bound) = bound else { continue };
        let is_tighter = |existing: &Bson| number(&bound).partial_cmp(&number(existing)) == Some(tighter);
        if schema.get(keyword).is_none_or(is_tighter) {
            schema.insert(keyword, bound);
        }
    }
    types::tidy(schema);
}

/// Returns the value of a number. Bounds beyond 2^53 are rounded, as bounds are only compared with those of the type.
#[allow(clippy::cast_precision_loss)]
fn number(bound: &Bson) -> f64 {
    match bound {
        Bson::Int32(number) => f64::from(*number),
        Bson::Int64(number) => *number as f64,
        Bson::Double(number) => *number,
        _ => f64::NAN,
    }
}

/// Returns the schema of a document that has all of the fields, or none of them. A field that is null is absent.
fn together(fields: &[&str]) -> Document {
    let (mut present, mut absent) = (Document::new(), Document::new());
    for field in fields {
        present.insert(*field, doc! { "not": { "bsonType": "null" } });
        absent.insert(*field, doc! { "bsonType": "null" });
    }
    doc! {
        "title": "required_together",
        "description": required_together::message(fields),
        "anyOf": [{ "required": fields, "properties": present }, { "properties": absent }],
    }
}
