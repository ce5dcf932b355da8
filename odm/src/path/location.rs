//! `Location`: the untyped half of a path.

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

use mongodb::bson::{Document, doc};

use super::VariantTest;
use crate::{
    error::{codec::CodecError, redact},
    value::{Arrays, Reserved},
};

/// A dotted name, the array filters its `$[name]` steps need, and the first thing wrong with it.
#[derive(Clone, Default)]
pub struct Location {
    name: Cow<'static, str>,
    /// How much of the name is the innermost array above.
    array: u32,
    /// How much of the name is the outermost array whose elements it stands for.
    outermost: u32,
    extras: Option<Arc<Extras>>,
    /// The place is a part of the document, which declares these names: no key of a map may be one of them.
    reserved: Option<Reserved>,
}

/// What only few paths have.
#[derive(Debug, Clone, Default)]
struct Extras {
    array_filters: Vec<Document>,
    variant_tests: Vec<VariantCondition>,
    /// Nothing stored identifies the variant that the path entered last.
    untold: bool,
    /// The path goes through a position in an array.
    element: bool,
    /// Where in the name the keys of maps stand, which are data.
    keys: Vec<Range<usize>>,
    /// The path ends at such a position.
    ends_at_element: bool,
    /// How much of the name is each array above that lies directly in another, or is the element that a condition is
    /// about: the server does not look into it for a name.
    closed: Vec<usize>,
    problem: Option<CodecError>,
}

/// What must hold where the path goes into a variant of an enum.
#[derive(Debug, Clone)]
pub(crate) struct VariantCondition {
    /// How much of the name is the innermost array above: the condition is about the same element as the path.
    pub(crate) array: usize,
    /// The name the condition is about.
    pub(crate) name: Cow<'static, str>,
    pub(crate) test: Document,
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({})", self.shown())
    }
}

impl Location {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn to_key(&self) -> Cow<'static, str> {
        self.name.clone()
    }

    /// The error of what stands here.
    pub(crate) fn locate(&self, problem: CodecError) -> CodecError {
        let Some(extras) = self.extras.as_ref().filter(|extras| !extras.keys.is_empty()) else {
            return problem.at(self.name.clone());
        };
        // From the innermost step out.
        let (mut problem, mut end) = (problem, self.name.len());
        for key in extras.keys.iter().rev() {
            if let Some(below) = self.name.get(key.end..end).map(|below| below.trim_matches('.'))
                && !below.is_empty()
            {
                problem = problem.at(below.to_owned());
            }
            problem = problem.at_key(self.name.get(key.clone()).unwrap_or_default());
            end = key.start;
        }
        match self.name.get(..end).map(|above| above.trim_end_matches('.')) {
            Some(above) if !above.is_empty() => problem.at(above.to_owned()),
            _ => problem,
        }
    }

    /// The name without the keys of maps in it, for texts.
    pub(crate) fn shown(&self) -> Cow<'_, str> {
        let keys = self.extras.as_ref().map_or(&[][..], |extras| &extras.keys);
        if keys.is_empty() {
            return redact::name(&self.name);
        }
        let (mut text, mut at) = (String::with_capacity(self.name.len()), 0);
        for key in keys {
            text.push_str(self.name.get(at..key.start).unwrap_or_default());
            text.push_str(redact::KEY);
            at = key.end;
        }
        text.push_str(self.name.get(at..).unwrap_or_default());
        Cow::Owned(text)
    }

    /// Whether the key of a map is in the name.
    pub(crate) fn has_key(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| !extras.keys.is_empty())
    }

    pub(crate) fn array_filters(&self) -> &[Document] {
        self.extras.as_ref().map_or(&[], |extras| &extras.array_filters)
    }

    /// Whether it is a name and nothing else.
    pub(crate) fn is_plain(&self) -> bool {
        self.extras.is_none()
    }

    pub(crate) fn problem(&self) -> Option<&CodecError> {
        self.extras.as_ref()?.problem.as_ref()
    }

    /// One stored name further down.
    pub(crate) fn field(&self, name: &'static str) -> Self {
        let name = if self.name.is_empty() { Cow::Borrowed(name) } else { self.joined(name) };
        self.below(name)
    }

    /// The same place, in a part of the document that declares these names. Of parts in parts, the outermost document
    /// declares the names of all.
    pub(crate) fn reserving(self, names: Reserved) -> Self {
        Self { reserved: self.reserved.or(Some(names)), ..self }
    }

    /// A position or a positional operator of the manual, `0` or `$[]`.
    pub(crate) fn position(&self, step: &str) -> Self {
        self.below(self.joined(step))
    }

    fn below(&self, name: Cow<'static, str>) -> Self {
        let mut location = Self {
            name,
            array: self.array,
            outermost: self.outermost,
            extras: self.extras.clone(),
            reserved: None,
        };
        if self.extras.as_ref().is_some_and(|extras| extras.ends_at_element) {
            location.extras_mut().ends_at_element = false;
        }
        location
    }

    /// An element of an array by its position, `0`.
    pub(crate) fn element(&self, index: u32) -> Self {
        let mut location = self.position(&index.to_string());
        // The filter does not look for the element: this is no array that it matches.
        location.outermost = 0;
        let extras = location.extras_mut();
        (extras.element, extras.ends_at_element) = (true, true);
        location
    }

    /// The same place, where such a value is stored.
    pub(crate) fn of(mut self, arrays: Arrays) -> Self {
        if arrays.is_array() && self.outermost == 0 {
            self.outermost = length(&self.name);
        }
        self
    }

    /// How much of the name is the outermost array whose elements it stands for; 0 if there is none.
    pub(crate) fn outermost(&self) -> u32 {
        self.outermost
    }

    /// How much of the name is the innermost array above; 0 if there is none.
    pub(crate) fn array(&self) -> usize {
        self.array as usize
    }

    /// Whether the server takes an array here as it is: a test is not about its elements.
    pub(crate) fn is_closed(&self) -> bool {
        self.name.is_empty() || self.extras.as_ref().is_some_and(|extras| extras.ends_at_element)
    }

    /// How much of the name is each array above that the server does not look into.
    pub(crate) fn closed(&self) -> &[usize] {
        self.extras.as_ref().map_or(&[], |extras| &extras.closed)
    }

    /// Whether the name goes through a position in an array.
    pub(crate) fn is_element(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| extras.element)
    }

    /// The same place, below which everything is in the elements of an array.
    pub(crate) fn into_array(mut self) -> Self {
        // A name opens one array, but not an array in it, nor the element that a condition is about.
        if self.name.is_empty() || self.array() == self.name.len() {
            let closed = self.name.len();
            self.extras_mut().closed.push(closed);
        }
        let length = length(&self.name);
        let outermost = if self.outermost == 0 { length } else { self.outermost };
        Self { array: length, outermost, ..self }
    }

    /// The same place, in documents that hold the variant that the sign tells of.
    pub(crate) fn narrowed(&self, test: VariantTest) -> Self {
        let (name, test) = match test {
            VariantTest::Tag(tag, value) => (self.field(tag).name, doc! { "$eq": value }),
            VariantTest::Key(key) => (self.field(key).name, doc! { "$exists": true }),
            VariantTest::Text(value) => (self.name.clone(), doc! { "$eq": value }),
            VariantTest::None => {
                let mut location = self.clone();
                location.extras_mut().untold = true;
                return location;
            }
        };
        let mut location = self.clone();
        let array = location.array();
        let extras = location.extras_mut();
        extras.variant_tests.push(VariantCondition { array, name, test });
        extras.untold = false;
        location
    }

    /// Whether a tag, a key or a text identifies the variant that the path entered last.
    pub(crate) fn is_told(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| !extras.untold && !extras.variant_tests.is_empty())
    }

    pub(crate) fn variant_tests(&self) -> &[VariantCondition] {
        self.extras.as_ref().map_or(&[], |extras| &extras.variant_tests)
    }

    /// A map's key, which is data: one that the server would read as something else, or as a declared field, is a
    /// problem that whoever sends the sentence reports.
    pub(crate) fn key(&self, key: &str) -> Self {
        let mut location = self.position(key);
        let end = location.name.len();
        location.extras_mut().keys.push(end - key.len()..end);
        if key.is_empty() || key.contains(['.', '\0']) || key.starts_with('$') {
            location.extras_mut().problem.get_or_insert_with(|| {
                let problem = CodecError::new(
                    "a map key that can be part of a path",
                    "an empty key or one with `.`, NUL or a leading `$`",
                );
                self.locate_key(problem.with_value(key).in_value())
            });
        } else if self.reserved.is_some_and(|reserved| reserved(key.as_bytes())) {
            // A declared name is no data.
            location.extras_mut().problem.get_or_insert_with(|| {
                let problem = CodecError::new(
                    "a key of the flattened map",
                    "the name of a declared field, which has a path of its own",
                );
                self.locate_key(problem.at(key.to_owned()).in_value())
            });
        }
        location
    }

    /// Whether the name goes through the element that the filter matched.
    pub(crate) fn is_matched(&self) -> bool {
        self.name.split('.').any(|step| step == "$")
    }

    /// The error of a key of the map that stands here; a map that lies flat in a whole document has no name.
    fn locate_key(&self, problem: CodecError) -> CodecError {
        if self.name.is_empty() { problem } else { self.locate(problem) }
    }

    /// The elements that an array filter picks, `$[identifier]`.
    pub(crate) fn filtered(&self, identifier: &str, filter: Result<Document, CodecError>) -> Self {
        let mut location = self.position(&format!("$[{identifier}]"));
        let extras = location.extras_mut();
        match filter {
            // Equal conditions have equal identifiers: one filter serves both.
            Ok(filter) if extras.array_filters.contains(&filter) => {}
            Ok(filter) => extras.array_filters.push(filter),
            Err(problem) => {
                extras.problem.get_or_insert(problem);
            }
        }
        location
    }

    fn joined(&self, step: &str) -> Cow<'static, str> {
        let mut name = String::with_capacity(self.name.len() + 1 + step.len());
        if !self.name.is_empty() {
            name.push_str(&self.name);
            name.push('.');
        }
        name.push_str(step);
        Cow::Owned(name)
    }

    fn extras_mut(&mut self) -> &mut Extras {
        Arc::make_mut(self.extras.get_or_insert_default())
    }
}

/// How long a name is. One that no document could have is as long as that.
fn length(name: &str) -> u32 {
    u32::try_from(name.len()).unwrap_or(u32::MAX)
}
