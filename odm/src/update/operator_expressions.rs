//! `OperatorExpressions`: the operators of an update with their operands.
//!
//! Updates are joined before they are sent, most of them from changes of one field. So their outer document is created
//! when they are rendered.

use std::borrow::Cow;

use mongodb::bson::{Bson, Document, document::Entry};

use super::operators::operators;
use crate::{
    error::codec::CodecError,
    value::{document_with_capacity, one_element},
};

/// Operators with their operands, in the order in which they were written. Each operator occurs once.
///
/// The operand of an operator is a document of fields, except in a raw update that the server would refuse.
#[derive(Debug, Clone, Default)]
pub(super) struct OperatorExpressions(Vec<(Cow<'static, str>, Bson)>);

impl OperatorExpressions {
    /// `{ operator: { name: operand } }`
    pub(super) fn one(operator: &'static str, name: Cow<'static, str>, operand: Bson) -> Self {
        Self(vec![(Cow::Borrowed(operator), one_element(name, operand).into())])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the operators with their operands.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Bson)> {
        self.0.iter().map(|(operator, operand)| (&**operator, operand))
    }

    /// Returns the operators with the documents of their fields.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.iter().filter_map(|(operator, operand)| Some((operator, operand.as_document()?)))
    }

    /// Returns the fields of an operator.
    pub(super) fn fields_of(&self, operator: &str) -> Option<&Document> {
        self.fields().find(|(name, _)| *name == operator).map(|(_, fields)| fields)
    }

    /// Removes the fields with these names, and the operators that have no other fields.
    pub(super) fn remove(&mut self, names: impl Iterator<Item = &'static str>) {
        for name in names {
            for (_, operand) in &mut self.0 {
                if let Bson::Document(fields) = operand {
                    fields.remove(name);
                }
            }
        }
        self.0.retain(|(_, operand)| operand.as_document().is_none_or(|fields| !fields.is_empty()));
    }

    /// Adds the operators of another update. Calls `refuse` with the error of an operand that cannot be joined, or with
    /// the name of a field that both write with one operator.
    pub(super) fn join(&mut self, more: Self, mut refuse: impl FnMut(Refused)) {
        for (operator, operand) in more.0 {
            let Some((_, present)) = self.0.iter_mut().find(|(present, _)| *present == operator) else {
                self.0.push((operator, operand));
                continue;
            };
            let (Bson::Document(present), Bson::Document(fields)) = (present, operand) else {
                let problem = CodecError::new("a document of fields", "something else");
                refuse(Refused::Operand(match operators().find(|known| known.name == operator) {
                    Some(known) => problem.at(known.name),
                    None => problem.at_key(operator),
                }));
                continue;
            };
            for (name, operand) in fields {
                match present.entry(name) {
                    entry @ Entry::Vacant(_) => {
                        entry.or_insert(operand);
                    }
                    Entry::Occupied(entry) => refuse(Refused::Twice(entry.key().to_owned())),
                }
            }
        }
    }

    /// Returns the document that is sent.
    pub(super) fn into_document(self) -> Document {
        let mut all = self.0.into_iter();
        match (all.next(), all.len()) {
            (Some((operator, operand)), 0) => one_element(operator, operand),
            (first, more) => {
                let mut document = document_with_capacity(1 + more);
                document
                    .extend(first.into_iter().chain(all).map(|(name, operand)| (name.into_owned(), operand)));
                document
            }
        }
    }
}

/// What cannot be joined.
#[derive(Debug)]
pub(super) enum Refused {
    Operand(CodecError),
    /// The name of a field.
    Twice(String),
}

impl From<Document> for OperatorExpressions {
    fn from(operators: Document) -> Self {
        operators.into_iter().collect()
    }
}

impl<N: Into<Cow<'static, str>>> FromIterator<(N, Bson)> for OperatorExpressions {
    /// Creates a list of operators, which differ.
    fn from_iter<I: IntoIterator<Item = (N, Bson)>>(operators: I) -> Self {
        Self(operators.into_iter().map(|(operator, operand)| (operator.into(), operand)).collect())
    }
}
