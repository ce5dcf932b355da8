//! `Clauses`: the untyped filter, so that user crates compile little code.

mod element;
mod everything;
mod named;
mod render;

use std::borrow::Cow;

use mongodb::bson::{Bson, Document, doc};

pub(crate) use self::element::{about_element, behind};
use self::{
    named::{NAME_OF_A_CALLER, Named},
    render::is_operators,
};
use crate::{
    error::codec::{CodecError, CodecResult},
    path::Location,
    value::{MAX_NESTING, bounded, bounded_document},
};

/// A condition: a name or an operator, and the test.
#[derive(Debug, Clone)]
struct Clause {
    name: Cow<'static, str>,
    test: Bson,
    /// How much of the name is an array, as [`Location::outermost`] has it; or that a caller wrote the name.
    array: u32,
}

/// Conditions that must all hold, in the order in which they were written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clauses {
    /// Most filters are one condition: it costs no list.
    first: Option<Clause>,
    rest: Vec<Clause>,
    said_all: bool,
    problem: Option<CodecError>,
    /// The arrays that conditions inside others name.
    inner: Option<Box<Named>>,
}

impl Clauses {
    fn one(name: Cow<'static, str>, array: u32, test: impl Into<Bson>) -> Self {
        match bounded(test.into(), MAX_NESTING) {
            Ok(test) => Self::of(Clause { name, test, array }),
            Err(problem) => Self::wrong(problem),
        }
    }

    fn of(clause: Clause) -> Self {
        Self { first: Some(clause), rest: Vec::new(), said_all: false, problem: None, inner: None }
    }

    pub(super) fn wrong(problem: CodecError) -> Self {
        Self { problem: Some(problem), ..Self::default() }
    }

    /// A condition on the document as a whole.
    pub(super) fn whole(operator: &'static str, value: impl Into<Bson>) -> Self {
        Self::one(Cow::Borrowed(operator), 0, value)
    }

    /// `$jsonSchema`: it names fields in words of its own.
    pub(super) fn whole_schema(schema: Document) -> Self {
        Self::one(Cow::Borrowed("$jsonSchema"), NAME_OF_A_CALLER, schema)
    }

    pub(super) fn test(at: &Location, operator: &'static str, value: CodecResult<Bson>) -> Self {
        let operators = value.map(|value| {
            let mut test = Document::new();
            test.insert(operator, value);
            test
        });
        match operators {
            // Most tests: made where they are returned to, as a move costs what a short name does.
            Ok(operators) if at.is_plain() => Self {
                first: Some(Clause {
                    name: at.to_key(),
                    test: Bson::Document(operators),
                    array: at.outermost(),
                }),
                rest: Vec::new(),
                said_all: false,
                problem: None,
                inner: None,
            },
            operators => Self::tests(at, operators),
        }
    }

    /// Operators on a field that belong together.
    pub(crate) fn tests(at: &Location, operators: CodecResult<Document>) -> Self {
        Self::placed(at, operators, false)
    }

    /// Operators that one value has to meet, also where the path stands for many.
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
        if at.closed().is_empty() || !at.variant_tests().is_empty() {
            return one(operators).inside_arrays(at, together);
        }
        match render::positive(operators) {
            Ok(positive) => one(positive).inside_arrays(at, together).not(),
            Err(operators) => one(operators).inside_arrays(at, together),
        }
    }

    /// That an enum holds a variant, and nothing else.
    pub(super) fn variant(at: &Location) -> Self {
        match at.problem() {
            Some(problem) => Self::wrong(problem.clone()),
            None if !at.is_told() => Self::wrong(
                at.locate(CodecError::new("a variant that a tag or a name tells", "one of an untagged enum")),
            ),
            None => Self::default().inside_arrays(at, false),
        }
    }

    /// The conditions, and that every enum on their way holds the variant they go into: behind an `$elemMatch` of its own
    /// for each array on the way whose element both are about, or that the server does not look into for a name.
    fn inside_arrays(self, at: &Location, together: bool) -> Self {
        let (variant_tests, closed) = (at.variant_tests(), at.closed());
        if variant_tests.is_empty() && closed.is_empty() && !together {
            return self;
        }
        let mut arrays: Vec<usize> = variant_tests.iter().map(|test| test.array).collect();
        arrays.extend(closed);
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
            let directly_inside = closed.iter().filter(|closed| **closed == array).count();
            match directly_inside + usize::from(array > 0) {
                0 => all,
                matches => all.inside(&at.name()[..array], at.outermost(), matches),
            }
        })
    }

    /// `{ array: { $elemMatch: { .. } } }` of conditions whose names go through that array, so many times.
    fn inside(mut self, array: &str, outermost: u32, matches: usize) -> Self {
        for clause in self.first.iter_mut().chain(&mut self.rest) {
            if !array.is_empty() {
                let below = clause.name.strip_prefix(array).unwrap_or_default();
                clause.name = Cow::Owned(below.strip_prefix('.').unwrap_or_default().to_owned());
            }
        }
        match self.into_elem_match() {
            Ok(condition) => {
                let test = (0..matches).fold(condition, |inner, _| {
                    let mut test = Document::new();
                    test.insert("$elemMatch", inner);
                    test.into()
                });
                Self::one(Cow::Owned(array.to_owned()), outermost, test)
            }
            Err(problem) => Self::wrong(problem),
        }
    }

    pub(super) fn all() -> Self {
        Self { said_all: true, ..Self::default() }
    }

    pub(super) fn raw(document: Document) -> Self {
        let document = match bounded_document(document, MAX_NESTING) {
            Ok(document) => document,
            Err(problem) => return Self::wrong(problem),
        };
        let mut clauses = document.into_iter().map(|(name, test)| Clause {
            name: Cow::Owned(name),
            test,
            array: NAME_OF_A_CALLER,
        });
        Self { first: clauses.next(), rest: clauses.collect(), ..Self::default() }
    }

    fn iter(&self) -> impl Iterator<Item = &Clause> {
        self.first.iter().chain(&self.rest)
    }

    /// Whether it matches every document, and that was not said.
    pub(super) fn is_empty(&self) -> bool {
        !self.said_all && self.problem.is_none() && self.matches_everything()
    }

    /// Whether there is no condition, and that was not said.
    pub(crate) fn has_no_condition(&self) -> bool {
        // A comment picks nothing.
        !self.iter().any(|clause| clause.name != "$comment") && !self.said_all && self.problem.is_none()
    }

    /// Whether it matches everything, and that was said.
    fn is_all(&self) -> bool {
        self.said_all && self.first.is_none() && self.rest.is_empty() && self.problem.is_none()
    }

    /// The same conditions, if no value or key of a map in them is one that cannot be sent.
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
        self.said_all |= other.said_all;
        if self.problem.is_none() {
            self.problem = other.problem;
        }
        if other.inner.is_some() {
            Named::join(&mut self.inner, other.inner);
        }
    }

    pub(super) fn any_of(alternatives: impl IntoIterator<Item = Self>) -> Self {
        let alternatives: Vec<Self> = alternatives.into_iter().collect();
        // What matches everything, or something else, matches everything; if it was not said before, it is not now.
        let (said, unsaid) =
            (alternatives.iter().any(Self::is_all), alternatives.iter().any(Self::has_no_condition));
        if (said || unsaid) && alternatives.iter().all(|alternative| alternative.problem.is_none()) {
            return Self { said_all: !unsaid, ..Self::default() };
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

    /// `{ operator: [..] }`; of alternatives that are alternatives themselves one list.
    fn branches(operator: &'static str, conditions: Vec<Self>) -> Self {
        let (mut branches, mut inner) = (Vec::new(), None);
        for mut condition in conditions {
            condition.take_named(&mut inner, operator == "$nor");
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
            // Each branch is a level of the list and one of its own.
            match condition
                .into_document()
                .and_then(|branch| bounded_document(branch, MAX_NESTING.saturating_sub(1)))
            {
                Ok(branch) => branches.push(Bson::Document(branch)),
                Err(problem) => return Self::wrong(problem),
            }
        }
        let test = Bson::Array(branches);
        Self { inner, ..Self::of(Clause { name: Cow::Borrowed(operator), test, array: 0 }) }
    }

    /// The list, if this is `{ $or: [..] }` and nothing else.
    fn take_alternatives(&mut self) -> Option<Vec<Bson>> {
        match &mut self.first {
            Some(Clause { name, test: Bson::Array(list), .. })
                if name == "$or" && self.rest.is_empty() && self.problem.is_none() && !list.is_empty() =>
            {
                Some(std::mem::take(list))
            }
            _ => None,
        }
    }

    pub(super) fn not(mut self) -> Self {
        self.join_unnamed();
        if let (Some(Clause { name, test: Bson::Document(test), array }), true) =
            (&self.first, self.rest.is_empty())
            && is_operators(test)
            && !name.starts_with('$')
        {
            let negated = match test.get("$not") {
                Some(Bson::Document(inner)) if test.len() == 1 => inner.clone(),
                _ => doc! { "$not": test.clone() },
            };
            let clauses = Self::one(name.clone(), *array, negated);
            return Self { inner: self.inner, problem: self.problem.or(clauses.problem), ..clauses };
        }
        Self::branches("$nor", vec![self])
    }
}
