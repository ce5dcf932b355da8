//! `Clauses`: a filter without the type of its model, so that user crates compile little code.

mod clause;
mod element;
mod matches_all;
mod positions;
mod render;

use std::borrow::Cow;

use mongodb::bson::{Bson, Document, doc};

pub(crate) use self::element::{into_element_form, prefixed};
use self::{
    clause::Clause,
    positions::{CALLER_NAME, NamedArrays},
    render::is_operators,
};
use crate::{
    error::codec::{CodecError, CodecResult},
    path::Location,
    value::{MAX_NESTING, bounded, bounded_document, one_element},
};

/// Conditions that must all hold, in the order in which they were written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clauses {
    /// The first condition has a field of its own, so that a filter with one condition allocates no list.
    first: Option<Clause>,
    rest: Vec<Clause>,
    /// Whether the filter was made with `Filter::all()`.
    explicit_all: bool,
    problem: Option<CodecError>,
    /// The arrays that nested conditions name.
    inner: Option<Box<NamedArrays>>,
}

impl Clauses {
    fn one(name: Cow<'static, str>, array: u32, test: impl Into<Bson>) -> Self {
        match bounded(test.into(), MAX_NESTING) {
            Ok(test) => Self::of(Clause::new(name, test, array)),
            Err(problem) => Self::wrong(problem),
        }
    }

    fn of(clause: Clause) -> Self {
        Self { first: Some(clause), rest: Vec::new(), explicit_all: false, problem: None, inner: None }
    }

    pub(super) fn wrong(problem: CodecError) -> Self {
        Self { problem: Some(problem), ..Self::default() }
    }

    /// Returns a condition on the document as a whole.
    pub(super) fn whole(operator: &'static str, value: impl Into<Bson>) -> Self {
        Self::one(Cow::Borrowed(operator), 0, value)
    }

    /// Returns a `$jsonSchema` condition. It names fields inside the schema, so it counts as a name that a caller
    /// wrote.
    pub(super) fn whole_schema(schema: Document) -> Self {
        Self::one(Cow::Borrowed("$jsonSchema"), CALLER_NAME, schema)
    }

    pub(super) fn test(at: &Location, operator: &'static str, value: CodecResult<Bson>) -> Self {
        match value {
            // Most tests.
            Ok(value) if at.is_plain() => {
                Self::of(Clause::operator(at.to_key(), operator, value, at.outermost()))
            }
            value => Self::tests(at, value.map(|value| one_element(operator, value))),
        }
    }

    /// Returns a condition of several operators on one field.
    pub(crate) fn tests(at: &Location, operators: CodecResult<Document>) -> Self {
        Self::placed(at, operators, false)
    }

    /// Returns a condition of several operators that one value must satisfy, even if the path stands for many values.
    pub(super) fn together(at: &Location, operators: CodecResult<Document>) -> Self {
        Self::placed(at, operators, at.array() > 0)
    }

    fn placed(at: &Location, operators: CodecResult<Document>, together: bool) -> Self {
        if let Some(problem) = at.problem() {
            return Self::wrong(problem.clone());
        }
        let operators = match operators {
            Ok(operators) => operators,
            Err(problem) => return Self::wrong(at.locate(problem)),
        };
        let one = |operators: Document| Self::one(at.to_key(), at.outermost(), operators);
        if at.untraversed().is_empty() || !at.variant_tests().is_empty() {
            return one(operators).inside_arrays(at, together);
        }
        match render::positive(operators) {
            Ok(positive) => one(positive).inside_arrays(at, together).not(),
            Err(operators) => one(operators).inside_arrays(at, together),
        }
    }

    /// Returns only the condition that the enum at the path holds the variant.
    pub(super) fn variant(at: &Location) -> Self {
        match at.problem() {
            Some(problem) => Self::wrong(problem.clone()),
            None if !at.is_identified() => Self::wrong(at.locate(CodecError::new(
                "a variant that is stored with a tag or a name",
                "one of an untagged enum",
            ))),
            None => Self::default().inside_arrays(at, false),
        }
    }

    /// For each enum on the path, adds the condition that it is the variant named in the path. Wraps the conditions
    /// in an `$elemMatch` for each array on the path if they must hold for the same element, or if the server does
    /// not look for names in the array.
    fn inside_arrays(self, at: &Location, together: bool) -> Self {
        let (variant_tests, untraversed) = (at.variant_tests(), at.untraversed());
        if variant_tests.is_empty() && untraversed.is_empty() && !together {
            return self;
        }
        let mut arrays: Vec<usize> = variant_tests.iter().map(|test| test.array).collect();
        arrays.extend(untraversed);
        arrays.extend(together.then(|| at.array()));
        arrays.sort_unstable();
        arrays.dedup();
        arrays.into_iter().rev().fold(self, |conditions, array| {
            let variant_tests = variant_tests.iter().filter(|test| test.array == array);
            let all = variant_tests
                .fold(Self::default(), |all, test| {
                    let outermost = if array > 0 { at.outermost() } else { 0 };
                    all.and(Self::one(test.name.clone(), outermost, test.test.clone()))
                })
                .and(conditions);
            let directly_inside = untraversed.iter().filter(|untraversed| **untraversed == array).count();
            match directly_inside + usize::from(array > 0) {
                0 => all,
                matches => all.inside(&at.name()[..array], at.outermost(), matches),
            }
        })
    }

    /// Returns `{ array: { $elemMatch: { .. } } }` for conditions whose names go through the array. `matches` is the
    /// number of nested `$elemMatch` operators.
    fn inside(mut self, array: &str, outermost: u32, matches: usize) -> Self {
        for clause in self.first.iter_mut().chain(&mut self.rest) {
            if !array.is_empty() {
                let below = clause.name.strip_prefix(array).unwrap_or_default();
                clause.name = Cow::Owned(below.strip_prefix('.').unwrap_or_default().to_owned());
            }
        }
        match self.into_elem_match() {
            Ok(condition) => {
                let test = (0..matches).fold(condition, |inner, _| one_element("$elemMatch", inner).into());
                Self::one(Cow::Owned(array.to_owned()), outermost, test)
            }
            Err(problem) => Self::wrong(problem),
        }
    }

    pub(super) fn all() -> Self {
        Self { explicit_all: true, ..Self::default() }
    }

    pub(super) fn raw(document: Document) -> Self {
        let document = match bounded_document(document, MAX_NESTING) {
            Ok(document) => document,
            Err(problem) => return Self::wrong(problem),
        };
        let mut clauses =
            document.into_iter().map(|(name, test)| Clause::new(Cow::Owned(name), test, CALLER_NAME));
        Self { first: clauses.next(), rest: clauses.collect(), ..Self::default() }
    }

    fn iter(&self) -> impl Iterator<Item = &Clause> {
        self.first.iter().chain(&self.rest)
    }

    /// Returns whether the filter matches every document and was not made with `Filter::all()`.
    pub(super) fn is_empty(&self) -> bool {
        !self.explicit_all && self.problem.is_none() && self.matches_all()
    }

    /// Returns whether the filter has no condition and was not made with `Filter::all()`.
    pub(crate) fn has_no_condition(&self) -> bool {
        // A comment is not a condition.
        !self.iter().any(|clause| clause.name != "$comment") && !self.explicit_all && self.problem.is_none()
    }

    /// Returns whether the filter is `Filter::all()` without other conditions.
    fn is_all(&self) -> bool {
        self.explicit_all && self.first.is_none() && self.rest.is_empty() && self.problem.is_none()
    }

    /// Returns an error if a value or a map key in the conditions cannot be sent.
    pub(crate) fn checked_values(self) -> CodecResult<Self> {
        match self.problem {
            Some(problem) if problem.is_in_value() => Err(problem),
            _ => Ok(self),
        }
    }

    pub(super) fn and(mut self, other: Self) -> Self {
        self.add(other);
        self
    }

    pub(crate) fn add(&mut self, other: Self) {
        match other.first {
            Some(clause) if self.first.is_some() => self.rest.push(clause),
            Some(clause) => self.first = Some(clause),
            None => {}
        }
        if !other.rest.is_empty() {
            self.rest.extend(other.rest);
        }
        self.explicit_all |= other.explicit_all;
        if self.problem.is_none() {
            self.problem = other.problem;
        }
        if other.inner.is_some() {
            NamedArrays::join(&mut self.inner, other.inner);
        }
    }

    pub(super) fn any_of(alternatives: impl IntoIterator<Item = Self>) -> Self {
        let alternatives: Vec<Self> = alternatives.into_iter().collect();
        // If one alternative matches everything, the whole filter does. It counts as `Filter::all()` only if each of
        // these alternatives does.
        let (explicit, implicit) =
            (alternatives.iter().any(Self::is_all), alternatives.iter().any(Self::has_no_condition));
        if (explicit || implicit) && alternatives.iter().all(|alternative| alternative.problem.is_none()) {
            return Self { explicit_all: !implicit, ..Self::default() };
        }
        if alternatives.is_empty() {
            return Self::whole("$nor", vec![doc! {}]);
        }
        Self::branches("$or", alternatives)
    }

    pub(super) fn none_of(conditions: impl IntoIterator<Item = Self>) -> Self {
        let conditions: Vec<Self> = conditions.into_iter().collect();
        if conditions.is_empty() { Self::default() } else { Self::branches("$nor", conditions) }
    }

    /// Returns `{ operator: [..] }`. Alternatives that are `$or` lists themselves are merged into one list.
    fn branches(operator: &'static str, conditions: Vec<Self>) -> Self {
        let (mut branches, mut inner) = (Vec::new(), None);
        for mut condition in conditions {
            condition.take_named_arrays(&mut inner, operator == "$nor");
            if operator == "$or"
                && let Some(alternatives) = condition.take_alternatives()
            {
                if branches.is_empty() {
                    branches = alternatives;
                } else {
                    branches.extend(alternatives);
                }
                continue;
            }
            // The list is one level of nesting, so each branch may have one level less.
            match condition
                .into_document()
                .and_then(|branch| bounded_document(branch, MAX_NESTING.saturating_sub(1)))
            {
                Ok(branch) => branches.push(Bson::Document(branch)),
                Err(problem) => return Self::wrong(problem),
            }
        }
        let clause = Clause::new(Cow::Borrowed(operator), Bson::Array(branches), 0);
        Self { inner, ..Self::of(clause) }
    }

    /// Takes the id if this is only `{ _id: { $eq: id } }`.
    pub(super) fn take_only_id(&mut self) -> Option<Bson> {
        if self.problem.is_some() || !self.rest.is_empty() {
            return None;
        }
        self.first
            .take_if(|only| only.name == "_id" && only.is_equality())
            .map(|only| only.test.into_operand())
    }

    /// Takes the list if this is only `{ $or: [..] }`.
    fn take_alternatives(&mut self) -> Option<Vec<Bson>> {
        if self.problem.is_some() || !self.rest.is_empty() {
            return None;
        }
        let is_list = |test: &Bson| matches!(test, Bson::Array(list) if !list.is_empty());
        let only = self.first.take_if(|only| only.name == "$or" && is_list(&only.test()))?;
        match only.test.into_bson() {
            Bson::Array(list) => Some(list),
            _ => None,
        }
    }

    pub(super) fn not(mut self) -> Self {
        self.join_unnamed();
        if let (Some(clause), true) = (&self.first, self.rest.is_empty())
            && !clause.name.starts_with('$')
            && let Bson::Document(test) = &*clause.test()
            && is_operators(test)
        {
            let negated = match test.get("$not") {
                Some(Bson::Document(inner)) if test.len() == 1 => inner.clone(),
                Some(Bson::RegularExpression(regex)) if test.len() == 1 => doc! { "$regex": regex.clone() },
                _ => match test.get("$regex") {
                    Some(Bson::RegularExpression(regex)) if test.len() == 1 => doc! { "$not": regex.clone() },
                    _ => doc! { "$not": test.clone() },
                },
            };
            let clauses = Self::one(clause.name.clone(), clause.array, negated);
            return Self { inner: self.inner, problem: self.problem.or(clauses.problem), ..clauses };
        }
        Self::branches("$nor", vec![self])
    }
}
