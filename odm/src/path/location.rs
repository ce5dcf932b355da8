//! `Location`: the untyped part of a path.

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

use mongodb::bson::{Document, doc};

use super::{VariantTest, declared};
use crate::{
    error::{codec::CodecError, redact},
    value::{Arrays, Reserved},
};

/// A dotted name, the array filters that its `$[name]` steps need, and the first error in it.
#[derive(Clone, Default)]
pub struct Location {
    name: Cow<'static, str>,
    /// The length of the prefix of the name that is the innermost array above; 0 if there is none.
    array: u32,
    /// The length of the prefix that is the outermost array whose elements the name refers to; 0 if there is none.
    outermost: u32,
    extras: Option<Arc<Extras>>,
    /// The names that the document declares, if this is the location of a document that is flattened into it. A key
    /// of a map cannot be one of them.
    reserved: Option<Reserved>,
}

/// Data that only few paths have. It is stored separately so that the other paths are cheap to clone.
#[derive(Debug, Clone, Default)]
struct Extras {
    array_filters: Vec<Document>,
    variant_tests: Vec<VariantCondition>,
    /// Nothing stored identifies the variant that the path entered last.
    unidentified: bool,
    /// The path goes through a position in an array.
    element: bool,
    /// The ranges of the name that are keys of maps. Keys are data, so messages do not show them.
    keys: Vec<Range<usize>>,
    /// The path ends at a position in an array.
    ends_at_element: bool,
    /// The lengths of the prefixes that are arrays which the server does not traverse for a name: an array directly
    /// inside another array, and an array that is itself the element that a condition tests.
    untraversed: Vec<usize>,
    problem: Option<CodecError>,
}

/// The condition that an enum above is the variant that the path enters.
#[derive(Debug, Clone)]
pub(crate) struct VariantCondition {
    /// The length of the prefix that is the innermost array above: the condition tests the same element as the path.
    pub(crate) array: usize,
    /// The name that the condition tests.
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

    /// Returns the error of a value at this location, with the location added.
    pub(crate) fn locate(&self, problem: CodecError) -> CodecError {
        let Some(extras) = self.extras.as_ref().filter(|extras| !extras.keys.is_empty()) else {
            return problem.at(self.name.clone());
        };
        // From the innermost step to the outermost.
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

    /// Returns the name for messages, with the keys of maps redacted.
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

    /// Returns whether the name contains a key of a map.
    pub(crate) fn has_key(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| !extras.keys.is_empty())
    }

    pub(crate) fn array_filters(&self) -> &[Document] {
        self.extras.as_ref().map_or(&[], |extras| &extras.array_filters)
    }

    /// Returns whether the location is only a name.
    pub(crate) fn is_plain(&self) -> bool {
        self.extras.is_none()
    }

    pub(crate) fn problem(&self) -> Option<&CodecError> {
        self.extras.as_ref()?.problem.as_ref()
    }

    /// Returns the location of a field of the document here.
    #[inline]
    pub(crate) fn field(&self, name: &'static str) -> Self {
        if self.name.is_empty() && self.extras.is_none() {
            // A field of the document itself. rustc then computes most of the path.
            let (array, outermost) = (self.array, self.outermost);
            return Self { name: Cow::Borrowed(name), array, outermost, extras: None, reserved: None };
        }
        self.nested_field(name)
    }

    fn nested_field(&self, name: &'static str) -> Self {
        let joined = match self.name {
            Cow::Borrowed("") => Some(name),
            Cow::Borrowed(above) => declared::joined(above, name),
            Cow::Owned(_) => None,
        };
        self.below(joined.map_or_else(|| self.joined(name), Cow::Borrowed))
    }

    /// Returns the same location, of a document that is flattened into one that declares these names. If flattened
    /// documents are nested, the outermost document declares the names of all.
    pub(crate) fn reserving(self, names: Reserved) -> Self {
        Self { reserved: self.reserved.or(Some(names)), ..self }
    }

    /// Returns the location below a position or a positional operator, `0` or `$[]`.
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

    /// Returns the location of an array element by its position, `0`.
    pub(crate) fn element(&self, index: u32) -> Self {
        let mut location = self.position(&index.to_string());
        // A filter tests this element and does not search the array, so `$` cannot refer to the array.
        location.outermost = 0;
        let extras = location.extras_mut();
        (extras.element, extras.ends_at_element) = (true, true);
        location
    }

    /// Returns the same location, of a value that may be an array as `arrays` describes.
    #[inline]
    pub(crate) fn of(mut self, arrays: Arrays) -> Self {
        if arrays.is_array() && self.outermost == 0 {
            self.outermost = length(&self.name);
        }
        self
    }

    /// Returns the length of the prefix that is the outermost array whose elements the name refers to; 0 if there is
    /// none.
    pub(crate) fn outermost(&self) -> u32 {
        self.outermost
    }

    /// Returns the length of the prefix that is the innermost array above; 0 if there is none.
    pub(crate) fn array(&self) -> usize {
        self.array as usize
    }

    /// Returns whether the server tests an array here only as a whole, and not its elements.
    pub(crate) fn is_untraversed(&self) -> bool {
        self.name.is_empty() || self.extras.as_ref().is_some_and(|extras| extras.ends_at_element)
    }

    /// Returns the lengths of the prefixes that are arrays which the server does not traverse for a name.
    pub(crate) fn untraversed(&self) -> &[usize] {
        self.extras.as_ref().map_or(&[], |extras| &extras.untraversed)
    }

    /// Returns whether the name goes through a position in an array.
    pub(crate) fn is_element(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| extras.element)
    }

    /// Returns the location of the elements of the array here.
    pub(crate) fn into_array(mut self) -> Self {
        // For a name, the server traverses one array, but not an array inside it, nor the element that a condition
        // tests.
        if self.name.is_empty() || self.array() == self.name.len() {
            let untraversed = self.name.len();
            self.extras_mut().untraversed.push(untraversed);
        }
        let length = length(&self.name);
        let outermost = if self.outermost == 0 { length } else { self.outermost };
        Self { array: length, outermost, ..self }
    }

    /// Returns the same location, in documents whose enum is the variant that `test` identifies.
    pub(crate) fn narrowed(&self, test: VariantTest) -> Self {
        let (name, test) = match test {
            VariantTest::Tag(tag, value) => (self.field(tag).name, doc! { "$eq": value }),
            VariantTest::Key(key) => (self.field(key).name, doc! { "$exists": true }),
            VariantTest::Text(value) => (self.name.clone(), doc! { "$eq": value }),
            VariantTest::None => {
                let mut location = self.clone();
                location.extras_mut().unidentified = true;
                return location;
            }
        };
        let mut location = self.clone();
        let array = location.array();
        let extras = location.extras_mut();
        extras.variant_tests.push(VariantCondition { array, name, test });
        extras.unidentified = false;
        location
    }

    /// Returns whether a tag, a key or a string identifies the variant that the path entered last.
    pub(crate) fn is_identified(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| !extras.unidentified && !extras.variant_tests.is_empty())
    }

    pub(crate) fn variant_tests(&self) -> &[VariantCondition] {
        self.extras.as_ref().map_or(&[], |extras| &extras.variant_tests)
    }

    /// Returns the location of the value under a key of the map here. If the server would read the key as something
    /// else, or if it is the name of a declared field, the location stores an error; the action returns it.
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
            // A declared name is not data, so the message may contain it.
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

    /// Returns whether the name goes through the element that the filter matched, `$`.
    pub(crate) fn is_matched(&self) -> bool {
        self.name.split('.').any(|step| step == "$")
    }

    /// Returns the error of a key of the map here. A map that is flattened into the root document has no name.
    fn locate_key(&self, problem: CodecError) -> CodecError {
        if self.name.is_empty() { problem } else { self.locate(problem) }
    }

    /// Returns the location of the elements that an array filter selects, `$[identifier]`.
    pub(crate) fn filtered(&self, identifier: &str, filter: Result<Document, CodecError>) -> Self {
        let mut location = self.position(&format!("$[{identifier}]"));
        let extras = location.extras_mut();
        match filter {
            // Equal conditions have equal identifiers: they share one filter.
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

/// Returns the length of a name. A longer name than `u32::MAX` fits in no document.
fn length(name: &str) -> u32 {
    u32::try_from(name.len()).unwrap_or(u32::MAX)
}
