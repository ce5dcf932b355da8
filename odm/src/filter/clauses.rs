//! `Clauses`: the untyped filter, so that user crates compile little code.

use std::borrow::Cow;

use mongodb::bson::{Bson, Document, doc};

use crate::{
    error::codec::{CodecError, CodecResult},
    path::Location,
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

    fn wrong(problem: CodecError) -> Self {
        Self { problem: Some(problem), ..Self::default() }
    }

    pub(super) fn test(at: &Location, operator: &'static str, value: CodecResult<Bson>) -> Self {
        match (at.problem(), value) {
            (Some(problem), _) => Self::wrong(problem.clone()),
            (None, Err(problem)) => Self::wrong(problem.at(at.to_key())),
            (None, Ok(value)) => {
                let mut test = Document::new();
                test.insert(operator, value);
                Self::one(at.to_key(), test)
            }
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
        self.first.is_none() && !self.said_all && self.problem.is_none()
    }

    pub(super) fn and(mut self, other: Self) -> Self {
        if self.first.is_none() {
            self.first = other.first;
        } else {
            self.rest.extend(other.first);
        }
        self.rest.extend(other.rest);
        self.said_all |= other.said_all;
        self.problem = self.problem.or(other.problem);
        self
    }

    pub(super) fn any_of(alternatives: impl IntoIterator<Item = Self>) -> Self {
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

    pub(super) fn not(mut self) -> Self {
        if let (Some((name, Bson::Document(test))), true) = (&self.first, self.rest.is_empty())
            && is_operators(test)
            && !name.starts_with('$')
        {
            let negated = doc! { "$not": test.clone() };
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
            match (document.get_mut(name.as_ref()), value) {
                (None, value) => {
                    document.insert(name, value);
                }
                (Some(Bson::Document(test)), Bson::Document(more)) if can_join(test, &more) => {
                    test.extend(more);
                }
                (Some(Bson::Array(all)), Bson::Array(more)) if name == "$and" => all.extend(more),
                (Some(_), value) => {
                    let mut alone = Document::new();
                    alone.insert(name, value);
                    spilled.push(alone.into());
                }
            }
        }
        if !spilled.is_empty() {
            match document.get_mut("$and") {
                Some(Bson::Array(all)) => all.extend(spilled),
                _ => {
                    document.insert("$and", spilled);
                }
            }
        }
        Ok(document)
    }

    /// The argument of `$elemMatch`. Elements that are plain values have no name: their operators stand
    /// alone, and the server accepts no logical operator beside them.
    pub(crate) fn into_elem_match(self) -> CodecResult<Bson> {
        let mut document = self.into_document()?;
        if !mentions_unnamed(&document) {
            return Ok(document.into());
        }
        match document.remove("") {
            Some(Bson::Document(test)) if document.is_empty() => Ok(test.into()),
            Some(_) => Err(super::plain_elements("the same operator twice, or a field beside an operator")),
            None => Err(super::plain_elements("`|` or `!`")),
        }
    }

    /// The same conditions with the name `from` (and what is below it) called `to`: array filters get their
    /// identifier when the whole condition is known.
    pub(crate) fn renamed(self, from: &str, to: &str) -> CodecResult<Document> {
        self.into_document().map(|document| rename(document, from, to))
    }
}

/// Whether every key is an operator, which tells a test from a document to compare with.
fn is_operators(test: &Document) -> bool {
    !test.is_empty() && test.keys().all(|key| key.starts_with('$'))
}

fn can_join(test: &Document, more: &Document) -> bool {
    is_operators(test) && is_operators(more) && !more.keys().any(|operator| test.contains_key(operator))
}

fn logical(name: &str) -> bool {
    matches!(name, "$and" | "$or" | "$nor")
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

fn rename(document: Document, from: &str, to: &str) -> Document {
    let rename_branch = |branch| match branch {
        Bson::Document(branch) => Bson::Document(rename(branch, from, to)),
        other => other,
    };
    document
        .into_iter()
        .map(|(name, value)| match value {
            Bson::Array(branches) if logical(&name) => {
                (name, Bson::Array(branches.into_iter().map(rename_branch).collect()))
            }
            value => match name.strip_prefix(from) {
                Some("") => (to.to_owned(), value),
                Some(below) if below.starts_with('.') => (format!("{to}{below}"), value),
                _ => (name, value),
            },
        })
        .collect()
}
