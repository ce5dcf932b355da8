//! `Clauses`: the untyped filter, so that user crates compile little code.

use std::borrow::Cow;

use mongodb::bson::{Bson, Document, doc, document::Entry};

use crate::{
    error::codec::{CodecError, CodecResult},
    path::{Location, Signed},
};

type Clause = (Cow<'static, str>, Bson);

/// Conditions that must all hold, in the order in which they were written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clauses {
    /// Most filters are one condition: it costs no list.
    first: Option<Clause>,
    rest: Vec<Clause>,
    said_all: bool,
    problem: Option<CodecError>,
}

impl Clauses {
    fn one(name: Cow<'static, str>, value: impl Into<Bson>) -> Self {
        Self { first: Some((name, value.into())), ..Self::default() }
    }

    pub(super) fn wrong(problem: CodecError) -> Self {
        Self { problem: Some(problem), ..Self::default() }
    }

    /// A condition on the document as a whole.
    pub(super) fn whole(operator: &'static str, value: impl Into<Bson>) -> Self {
        Self::one(Cow::Borrowed(operator), value)
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
                first: Some((at.to_key(), Bson::Document(operators))),
                rest: Vec::new(),
                said_all: false,
                problem: None,
            },
            operators => Self::tests(at, operators),
        }
    }

    /// Operators on a field that belong together.
    pub(crate) fn tests(at: &Location, operators: CodecResult<Document>) -> Self {
        if let Some(problem) = at.problem() {
            return Self::wrong(problem.clone());
        }
        match operators {
            Err(problem) => Self::wrong(at.locate(problem)),
            Ok(operators) => {
                let test = Self::one(at.to_key(), operators);
                if at.signs().is_empty() { test } else { test.signed(at.signs()) }
            }
        }
    }

    /// That an enum holds a variant, and nothing else.
    pub(super) fn variant(at: &Location) -> Self {
        match at.problem() {
            Some(problem) => Self::wrong(problem.clone()),
            None if !at.is_told() => Self::wrong(
                at.locate(CodecError::new("a variant that a tag or a name tells", "one of an untagged enum")),
            ),
            None => Self::default().signed(at.signs()),
        }
    }

    /// The conditions, and that every enum on their way holds the variant they go into. Where an array lies between,
    /// both are about the same element: `$elemMatch`.
    fn signed(self, signs: &[Signed]) -> Self {
        signs.chunk_by(|one, two| one.array == two.array).rev().fold(self, |conditions, signs| {
            let all = signs
                .iter()
                .fold(Self::default(), |all, sign| all.and(Self::one(sign.name.clone(), sign.test.clone())))
                .and(conditions);
            match signs {
                [first, ..] if first.array > 0 => all.inside(&first.name[..first.array]),
                _ => all,
            }
        })
    }

    /// `{ array: { $elemMatch: { .. } } }` of conditions whose names go through that array.
    fn inside(mut self, array: &str) -> Self {
        for (name, _) in self.first.iter_mut().chain(&mut self.rest) {
            let below = name.strip_prefix(array).unwrap_or_default();
            *name = Cow::Owned(below.strip_prefix('.').unwrap_or_default().to_owned());
        }
        match self.into_elem_match() {
            Ok(condition) => {
                let mut test = Document::new();
                test.insert("$elemMatch", condition);
                Self::one(Cow::Owned(array.to_owned()), test)
            }
            Err(problem) => Self::wrong(problem),
        }
    }

    pub(super) fn all() -> Self {
        Self { said_all: true, ..Self::default() }
    }

    pub(super) fn raw(document: Document) -> Self {
        let mut clauses = document.into_iter().map(|(name, value)| (Cow::Owned(name), value));
        Self { first: clauses.next(), rest: clauses.collect(), ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        // A comment picks nothing.
        let picks = |(name, _): &Clause| name != "$comment";
        !self.first.iter().chain(&self.rest).any(picks) && !self.said_all && self.problem.is_none()
    }

    /// Whether it matches everything, and that was said.
    fn is_all(&self) -> bool {
        self.said_all && self.first.is_none() && self.rest.is_empty() && self.problem.is_none()
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
    }

    pub(super) fn any_of(alternatives: impl IntoIterator<Item = Self>) -> Self {
        let alternatives: Vec<Self> = alternatives.into_iter().collect();
        // What matches everything, or something else, matches everything; if it was not said before, it is not now.
        let (said, unsaid) = (alternatives.iter().any(Self::is_all), alternatives.iter().any(Self::is_empty));
        if (said || unsaid) && alternatives.iter().all(|alternative| alternative.problem.is_none()) {
            return Self { said_all: !unsaid, ..Self::default() };
        }
        let rendered: CodecResult<Vec<Bson>> = alternatives
            .into_iter()
            .map(|alternative| alternative.into_document().map(Bson::Document))
            .collect();
        match rendered {
            Ok(alternatives) if alternatives.is_empty() => Self::one(Cow::Borrowed("$nor"), vec![doc! {}]),
            Ok(alternatives) => Self::one(Cow::Borrowed("$or"), alternatives),
            Err(problem) => Self::wrong(problem),
        }
    }

    pub(super) fn none_of(conditions: impl IntoIterator<Item = Self>) -> Self {
        let rendered: CodecResult<Vec<Bson>> =
            conditions.into_iter().map(|condition| condition.into_document().map(Bson::Document)).collect();
        match rendered {
            Ok(conditions) if conditions.is_empty() => Self::default(),
            Ok(conditions) => Self::one(Cow::Borrowed("$nor"), conditions),
            Err(problem) => Self::wrong(problem),
        }
    }

    pub(super) fn not(mut self) -> Self {
        if let (Some((name, Bson::Document(test))), true) = (&self.first, self.rest.is_empty())
            && is_operators(test)
            && !name.starts_with('$')
        {
            let negated = match test.get("$not") {
                Some(Bson::Document(inner)) if test.len() == 1 => inner.clone(),
                _ => doc! { "$not": test.clone() },
            };
            self.first = Some((name.clone(), negated.into()));
            return self;
        }
        match self.into_document() {
            Ok(document) => Self::one(Cow::Borrowed("$nor"), vec![document]),
            Err(problem) => Self::wrong(problem),
        }
    }

    /// One document. A second test of a field joins the first where their operators differ; what cannot
    /// stand in one document is spilled into `$and`.
    pub(crate) fn into_document(self) -> CodecResult<Document> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let mut document = Document::new();
        let mut spilled: Vec<Bson> = Vec::new();
        for (name, value) in self.first.into_iter().chain(self.rest) {
            match document.entry(name) {
                entry @ Entry::Vacant(_) => {
                    entry.or_insert(value);
                }
                Entry::Occupied(entry) => {
                    let name = entry.key().to_owned();
                    spilled.extend(document.get_mut(&name).and_then(|said| join(&name, said, value)));
                }
            }
        }
        if !spilled.is_empty() {
            match document.get_mut("$and") {
                Some(Bson::Array(all)) => all.extend(spilled),
                Some(_) => return Err(CodecError::new("an array in `$and`", "something else").at("$and")),
                None => {
                    document.insert("$and", spilled);
                }
            }
        }
        Ok(document)
    }

    /// The argument of `$elemMatch`.
    pub(super) fn into_elem_match(self) -> CodecResult<Bson> {
        let document = self.into_document()?;
        refuse_whole(&document)?;
        about_element(document).map(Bson::Document)
    }

    /// The conditions, if there are any: where none would mean everything, and that is more than was meant.
    pub(crate) fn into_some_document(self) -> CodecResult<Document> {
        let document = self.into_document()?;
        if document.is_empty() {
            return Err(CodecError::new("a condition on the elements", "none: it would pick every element"));
        }
        refuse_whole(&document)?;
        Ok(document)
    }
}

/// A second test of a field, said beside the first where they can stand together; otherwise it is given back.
fn join(name: &str, said: &mut Bson, value: Bson) -> Option<Bson> {
    match (said, value) {
        // Said before: a path into a variant brings the condition on its tag each time.
        (Bson::Document(test), Bson::Document(more)) if repeats(test, &more) => {}
        // Of the names that are operators themselves, only `$and` takes more.
        (Bson::Document(test), Bson::Document(more)) if !name.starts_with('$') && can_join(test, &more) => {
            test.extend(more);
        }
        (Bson::Array(all), Bson::Array(more)) if name == "$and" => all.extend(more),
        (_, value) => {
            let mut alone = Document::new();
            alone.insert(name, value);
            return Some(alone.into());
        }
    }
    None
}

/// Whether every key is an operator, which tells a test from a document to compare with.
fn is_operators(test: &Document) -> bool {
    !test.is_empty() && test.keys().all(|key| key.starts_with('$'))
}

/// Whether `more` is the one test that an enum holds a variant, and stands in the test already. Other tests are never
/// dropped: `$regex` means another thing beside other `$options`, and documents are equal here in any order.
fn repeats(test: &Document, more: &Document) -> bool {
    match more.iter().next() {
        Some((operator, value @ (Bson::String(_) | Bson::Boolean(_)))) if more.len() == 1 => {
            matches!(operator.as_str(), "$eq" | "$exists") && test.get(operator) == Some(value)
        }
        _ => false,
    }
}

fn can_join(test: &Document, more: &Document) -> bool {
    is_operators(test) && is_operators(more) && !more.keys().any(|operator| test.contains_key(operator))
}

fn logical(name: &str) -> bool {
    matches!(name, "$and" | "$or" | "$nor")
}

/// The server knows conditions about a whole document at its top only.
fn refuse_whole(document: &Document) -> CodecResult<()> {
    document.iter().try_for_each(|(name, value)| match value {
        _ if matches!(name.as_str(), "$expr" | "$text" | "$where") => {
            let found = format!("`{name}`, which is about the whole document");
            Err(CodecError::new("a condition on the elements", found))
        }
        Bson::Array(branches) if logical(name) => {
            branches.iter().filter_map(Bson::as_document).try_for_each(refuse_whole)
        }
        _ => Ok(()),
    })
}

fn mentions_unnamed(document: &Document) -> bool {
    document.iter().any(|(name, value)| match value {
        _ if name.is_empty() => true,
        Bson::Array(branches) if logical(name) => {
            branches.iter().any(|branch| branch.as_document().is_some_and(mentions_unnamed))
        }
        _ => false,
    })
}

/// Conditions on an element, as `$elemMatch` and `$pull` take them. Elements that are plain values have no
/// name: their operators stand alone, and the server accepts no logical operator beside them.
pub(crate) fn about_element(mut document: Document) -> CodecResult<Document> {
    if !mentions_unnamed(&document) {
        return Ok(document);
    }
    match document.remove("") {
        Some(Bson::Document(test)) if document.is_empty() => Ok(test),
        Some(_) => Err(plain_elements("the same operator twice, or a field beside an operator")),
        None => Err(plain_elements("`|` or `!`")),
    }
}

#[cold]
fn plain_elements(found: &'static str) -> CodecError {
    CodecError::new("operators joined with `&` on the elements of an array of plain values", found)
}

/// Conditions on an element, as an array filter takes them: every name behind the element's identifier.
pub(crate) fn behind(identifier: &str, document: Document) -> Document {
    let branch = |branch| match branch {
        Bson::Document(branch) => Bson::Document(behind(identifier, branch)),
        other => other,
    };
    let mut filter = Document::new();
    for (name, value) in document {
        match value {
            Bson::Array(branches) if logical(&name) => {
                filter.insert(name, branches.into_iter().map(branch).collect::<Vec<Bson>>());
            }
            value if name.is_empty() => {
                filter.insert(identifier, value);
            }
            // A raw test of a plain value: `{ $gt: 5 }`.
            value if name.starts_with('$') => {
                if let Bson::Document(test) = filter.entry(identifier).or_insert(Document::new().into()) {
                    test.insert(name, value);
                }
            }
            value => {
                filter.insert(format!("{identifier}.{name}"), value);
            }
        }
    }
    filter
}
