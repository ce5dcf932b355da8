//! `Changes`: an update without the type of its model, so that user crates compile little code.

use std::collections::HashSet;

use mongodb::{
    bson::{Bson, Document, doc},
    options::UpdateModifications,
};

use super::{
    on_insert,
    operator_expressions::{OperatorExpressions, Refused},
};
use crate::{
    error::codec::{CodecError, CodecResult},
    filter::Clauses,
    path::Location,
    value::{MAX_NESTING, bounded_document},
};

/// Update operators with their fields, or a pipeline.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    operators: OperatorExpressions,
    array_filters: Vec<Document>,
    pipeline: Option<Vec<Document>>,
    problem: Option<CodecError>,
    data: Data,
    /// The typed method `matched` made one of the names.
    matched: bool,
}

/// The names in an update that are data, in whole or in part, so that no message shows them: names that contain the
/// key of a map, and all names of a raw document.
#[derive(Debug, Clone, Default)]
pub(super) struct Data {
    names: Vec<String>,
    raw: bool,
}

impl Data {
    pub(super) fn add(&mut self, at: &Location) {
        if at.has_key() {
            self.names.push(at.name().to_owned());
        }
    }

    fn and(&mut self, other: Self) {
        self.names.extend(other.names);
        self.raw |= other.raw;
    }

    /// Returns whether the name, or a name inside it, is data.
    pub(super) fn has(&self, name: &str) -> bool {
        let is_inside = |data: &String| {
            data.strip_prefix(name).is_some_and(|below| below.is_empty() || below.starts_with('.'))
        };
        self.raw || self.names.iter().any(is_inside)
    }
}

impl Changes {
    pub(super) fn one(at: &Location, operator: &'static str, value: CodecResult<Bson>) -> Self {
        match (at.problem(), value) {
            (Some(problem), _) => Self::wrong(problem.clone()),
            (None, Err(problem)) => Self::wrong(at.locate(problem)),
            (None, Ok(value)) => {
                let mut data = Data::default();
                data.add(at);
                Self {
                    operators: OperatorExpressions::one(operator, at.to_key(), value),
                    array_filters: at.array_filters().to_vec(),
                    pipeline: None,
                    problem: None,
                    data,
                    matched: at.is_matched(),
                }
            }
        }
    }

    pub(super) fn wrong(problem: CodecError) -> Self {
        Self { problem: Some(problem), ..Self::default() }
    }

    pub(super) fn raw(operators: Document) -> Self {
        match bounded_document(operators, MAX_NESTING) {
            Ok(operators) => {
                let data = Data { raw: true, ..Data::default() };
                Self { operators: operators.into(), data, ..Self::default() }
            }
            Err(problem) => Self::wrong(problem),
        }
    }

    /// Returns changes by these operators. Some of the names may be keys of maps.
    pub(super) fn of_fields<const N: usize>(
        operators: [(&'static str, Document); N],
        array_filters: Vec<Document>,
    ) -> Self {
        let operators = operators.into_iter().filter(|(_, fields)| !fields.is_empty());
        let operators = operators.map(|(name, fields)| (name, Bson::Document(fields))).collect();
        Self { operators, array_filters, data: Data { raw: true, ..Data::default() }, ..Self::default() }
    }

    /// Returns changes that apply only if the update inserts a document.
    fn on_insert(fields: Document) -> Self {
        Self {
            operators: OperatorExpressions::from_iter([("$setOnInsert", fields.into())]),
            ..Self::default()
        }
    }

    /// Returns one change of a field of the document.
    pub(super) fn field(operator: &'static str, field: &str, value: Bson) -> Self {
        Self {
            operators: OperatorExpressions::one(operator, field.to_owned().into(), value),
            ..Self::default()
        }
    }

    pub(super) fn operators(&self) -> &OperatorExpressions {
        &self.operators
    }

    pub(super) fn stages_of_pipeline(&self) -> Option<&[Document]> {
        self.pipeline.as_deref()
    }

    pub(super) fn with_stage(mut self, stage: Document) -> Self {
        if let Some(stages) = &mut self.pipeline {
            stages.push(stage);
        }
        self
    }

    /// Removes the changes of fields with these names.
    pub(super) fn without(mut self, names: impl Iterator<Item = &'static str>) -> Self {
        self.operators.remove(names);
        self
    }

    pub(super) fn with_each_stage(mut self, change: impl FnMut(&mut Document)) -> Self {
        self.pipeline.iter_mut().flatten().for_each(change);
        self
    }

    pub(super) fn pipeline(stages: Vec<Document>) -> Self {
        Self::stages(stages.into_iter().map(|stage| bounded_document(stage, MAX_NESTING)).collect())
    }

    pub(super) fn stages(stages: CodecResult<Vec<Document>>) -> Self {
        match stages {
            Ok(stages) => Self { pipeline: Some(stages), ..Self::default() },
            Err(problem) => Self::wrong(problem),
        }
    }

    /// Refuses the changes if their `$` would not mean an element that this filter matches.
    pub(super) fn checked_against(mut self, filter: &Clauses) -> Self {
        if self.problem.is_none()
            && let Some((array, problem)) = filter.check_positions(names(&self.operators), self.matched)
        {
            let is_data = self.data.has(array);
            self.problem = Some(if is_data { problem.at_key(array) } else { problem.at(array.to_owned()) });
        }
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        let no_pipeline = self.pipeline.as_ref().is_none_or(Vec::is_empty);
        no_pipeline && self.operators.is_empty() && self.problem.is_none()
    }

    pub(super) fn and(mut self, other: Self) -> Self {
        let alone =
            (self.pipeline.is_some() && !other.is_empty()) || (other.pipeline.is_some() && !self.is_empty());
        self.data.and(other.data);
        let Self { operators, data, problem, .. } = &mut self;
        operators.join(other.operators, |refused| {
            problem.get_or_insert_with(|| match refused {
                Refused::Operand(problem) => problem,
                Refused::Twice(name) => written_twice(&name, &name, data),
            });
        });
        for filter in other.array_filters {
            // Equal conditions have equal identifiers: they share one filter.
            if !self.array_filters.contains(&filter) {
                self.array_filters.push(filter);
            }
        }
        self.pipeline = self.pipeline.or(other.pipeline);
        self.problem = self.problem.or(other.problem);
        self.matched |= other.matched;
        if alone {
            self.problem.get_or_insert_with(|| {
                CodecError::new("a pipeline update without other changes", "one joined with other changes")
            });
        }
        self
    }

    pub(super) fn or_insert(self, document: Document) -> Self {
        let left = match &self.pipeline {
            None => on_insert::not_written_by(&self.operators, &self.data, document),
            Some(_) => {
                Err(CodecError::new("update operators beside a document to insert", "a pipeline update"))
            }
        };
        match left {
            Ok(left) if left.is_empty() => self,
            Ok(left) => self.and(Self::on_insert(left)),
            Err(problem) => self.and(Self::wrong(problem)),
        }
    }

    /// Stores this field if the update inserts a document. Does nothing if the update is empty, is a pipeline or
    /// names the field.
    pub(super) fn or_element(self, name: &str, value: impl Into<Bson>) -> Self {
        if self.pipeline.is_some() || self.is_empty() || on_insert::is_named(&self.operators, name) {
            return self;
        }
        self.and(Self::on_insert(doc! { name: value }))
    }

    pub(super) fn into_parts(self) -> CodecResult<(UpdateModifications, Vec<Document>)> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        if let Some(stages) = self.pipeline {
            return Ok((UpdateModifications::Pipeline(stages), Vec::new()));
        }
        if let Some((name, _)) = self.operators.iter().find(|(name, _)| !name.starts_with('$')) {
            return Err(CodecError::new(
                "update operators, as in `{ $set: { .. } }`",
                "a name that is not an operator; to replace a whole document, use `replace_one`",
            )
            .with_value(name));
        }
        let renamed = self.operators.fields_of("$rename");
        let targets = || renamed.into_iter().flat_map(Document::values).filter_map(Bson::as_str);
        // A document has each name once.
        let differ = self.operators.len() == 1 && renamed.is_none();
        refuse_conflicts(|| names(&self.operators).chain(targets()), differ, &self.data)?;
        Ok((UpdateModifications::Document(self.operators.into_document()), self.array_filters))
    }
}

/// Refuses an update that writes a field twice, or a field and something inside it. The server would refuse it, too
/// (code 40), but only after it is sent. `differ` is whether all names are known to differ.
pub(super) fn refuse_conflicts<'u, N: Iterator<Item = &'u str>>(
    names: impl Fn() -> N,
    differ: bool,
    data: &Data,
) -> CodecResult<()> {
    if differ && names().all(|name| !name.contains('.')) {
        return Ok(());
    }
    let mut seen = HashSet::new();
    if let Some(twice) = names().find(|name| !seen.insert(*name)) {
        return Err(written_twice(twice, twice, data));
    }
    for name in names() {
        let mut outer = name.match_indices('.').map(|(at, _)| &name[..at]);
        if let Some(outer) = outer.find(|outer| seen.contains(outer)) {
            return Err(written_twice(outer, name, data));
        }
    }
    Ok(())
}

/// Returns the names of the fields that operators write.
fn names(operators: &OperatorExpressions) -> impl Iterator<Item = &str> {
    operators.fields().flat_map(|(_, fields)| fields.keys().map(String::as_str))
}

#[cold]
pub(super) fn written_twice(outer: &str, inner: &str, data: &Data) -> CodecError {
    let is_data = data.has(outer);
    let found = if outer == inner {
        "two changes of it".to_owned()
    } else if is_data {
        "a change of it and one inside it".to_owned()
    } else {
        format!("a change of it and one of `{inner}` inside it")
    };
    let problem = CodecError::new("one change of a field in one update", found);
    if is_data { problem.at_key(outer) } else { problem.at(outer.to_owned()) }
}
