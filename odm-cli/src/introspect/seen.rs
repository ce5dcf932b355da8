//! What the documents of a collection contain. The memory does not grow with the number of documents.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use odm::bson::{RawBsonRef, RawDocument, spec::ElementType};

/// Documents that nest deeper are read as `Bson`.
const MAX_DEPTH: usize = 16;
/// An embedded document with more names is a map.
const MAX_NAMES: usize = 100;
/// The names of the document itself that are kept.
const MAX_ROOT_NAMES: usize = 2000;
/// The distinct strings that are kept.
const MAX_TEXTS: usize = 8;
/// The largest integer that a double holds exactly.
const EXACT: u64 = 1 << 53;

/// The values of one field.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How many values there are, also null.
    pub(super) count: u64,
    pub(super) nulls: u64,
    /// The types of the values that are neither null, nor documents, nor arrays.
    pub(super) scalars: BTreeMap<u8, ElementType>,
    /// The distinct strings, or `None` if there are many or long ones.
    pub(super) texts: Option<BTreeSet<String>>,
    pub(super) many_texts: bool,
    /// Whether there are integers that a double does not hold exactly.
    pub(super) large: bool,
    /// Whether there are documents that nest too deep.
    pub(super) deep: bool,
    pub(super) document: Option<Box<Fields>>,
    pub(super) items: Option<Box<Seen>>,
}

impl Seen {
    fn add(&mut self, value: RawBsonRef<'_>, depth: usize) {
        self.count += 1;
        match value {
            RawBsonRef::Null => self.nulls += 1,
            RawBsonRef::Document(_) | RawBsonRef::Array(_) if depth == MAX_DEPTH => self.deep = true,
            RawBsonRef::Document(document) => {
                self.document.get_or_insert_default().add_at(document, depth + 1);
            }
            RawBsonRef::Array(array) => {
                let items = self.items.get_or_insert_default();
                for item in array.into_iter().flatten() {
                    items.add(item, depth + 1);
                }
            }
            scalar => {
                self.scalars.insert(scalar.element_type() as u8, scalar.element_type());
                match scalar {
                    RawBsonRef::String(text) => self.add_text(text),
                    RawBsonRef::Int64(number) => self.large |= number.unsigned_abs() > EXACT,
                    _ => {}
                }
            }
        }
    }

    fn add_text(&mut self, text: &str) {
        if self.many_texts {
            return;
        }
        let texts = self.texts.get_or_insert_default();
        if text.len() > 30 || (texts.len() == MAX_TEXTS && !texts.contains(text)) {
            self.texts = None;
            self.many_texts = true;
        } else if !texts.contains(text) {
            texts.insert(text.to_owned());
        }
    }

    /// Adds the values of another field, as if they were of this one.
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.nulls += other.nulls;
        self.scalars.extend(other.scalars);
        self.many_texts |= other.many_texts;
        for text in other.texts.unwrap_or_default() {
            self.add_text(&text);
        }
        if self.many_texts {
            self.texts = None;
        }
        self.large |= other.large;
        self.deep |= other.deep;
        if let Some(document) = other.document {
            self.document.get_or_insert_default().merge(*document);
        }
        if let Some(items) = other.items {
            self.items.get_or_insert_default().merge(*items);
        }
    }
}

/// The fields of documents.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(super) documents: u64,
    /// In the order in which the names appeared.
    pub(super) named: Vec<(String, Seen)>,
    positions: HashMap<String, usize>,
    /// The values of all names, if the documents are a map.
    pub(super) map: Option<Box<Seen>>,
    /// Whether there are names that were not kept.
    pub(super) incomplete: bool,
    /// Whether a document has a name twice, which servers store.
    pub(super) repeats: bool,
    /// Whether the documents have their names in different orders.
    reordered: bool,
}

impl Fields {
    /// Adds a document of the collection.
    pub(crate) fn add(&mut self, document: &RawDocument) {
        self.add_at(document, 0);
    }

    /// Returns how many documents were added.
    pub(crate) fn documents(&self) -> u64 {
        self.documents
    }

    fn add_at(&mut self, document: &RawDocument, depth: usize) {
        self.documents += 1;
        let (mut names, mut last) = (HashSet::new(), None);
        for (name, value) in document.into_iter().flatten() {
            self.repeats |= !names.insert(name);
            if depth > 0 && self.map.is_none() && self.named.len() >= MAX_NAMES {
                self.become_map();
            }
            match &mut self.map {
                Some(values) => values.add(value, depth),
                None => {
                    if let Some(position) = self.position(name.as_str()) {
                        self.reordered |= last > Some(position);
                        last = Some(position);
                        self.named[position].1.add(value, depth);
                    }
                }
            }
        }
    }

    /// Returns the position of a name, which is added if it is new.
    fn position(&mut self, name: &str) -> Option<usize> {
        if let Some(position) = self.positions.get(name) {
            return Some(*position);
        }
        if self.named.len() == MAX_ROOT_NAMES {
            self.incomplete = true;
            return None;
        }
        self.positions.insert(name.to_owned(), self.named.len());
        self.named.push((name.to_owned(), Seen::default()));
        Some(self.named.len() - 1)
    }

    fn become_map(&mut self) {
        let mut values = Seen::default();
        for (_, seen) in std::mem::take(&mut self.named) {
            values.merge(seen);
        }
        self.positions.clear();
        self.map = Some(Box::new(values));
    }

    fn merge(&mut self, mut other: Self) {
        self.documents += other.documents;
        self.incomplete |= other.incomplete;
        self.repeats |= other.repeats;
        self.reordered = true;
        if self.map.is_some() || other.map.is_some() {
            if self.map.is_none() {
                self.become_map();
            }
            if other.map.is_none() {
                other.become_map();
            }
            if let (Some(values), Some(others)) = (&mut self.map, other.map) {
                values.merge(*others);
            }
            return;
        }
        for (name, seen) in other.named {
            if let Some(position) = self.position(&name) {
                self.named[position].1.merge(seen);
            }
        }
    }

    /// Turns embedded documents whose names look like keys into maps.
    pub(crate) fn find_maps(&mut self) {
        for (_, seen) in &mut self.named {
            seen.find_maps();
        }
        if let Some(values) = &mut self.map {
            values.find_maps();
        }
    }

    fn looks_like_map(&self) -> bool {
        let names = self.named.len();
        let total: u64 = self.named.iter().map(|(_, seen)| seen.count).sum();
        let count = u64::try_from(names).unwrap_or(u64::MAX);
        // Many names, each in few documents.
        let rare = names >= 20 && total < self.documents.saturating_mul(count) / 4;
        names > 0 && (rare || self.named.iter().all(|(name, _)| looks_like_key(name)))
    }
}

impl Seen {
    fn find_maps(&mut self) {
        if let Some(document) = &mut self.document {
            if document.map.is_none() && document.looks_like_map() {
                document.become_map();
            }
            document.find_maps();
        }
        if let Some(items) = &mut self.items {
            items.find_maps();
        }
    }
}

impl Seen {
    /// Returns whether the type that is declared for the values writes each as it is stored, also the order of the names
    /// in documents.
    pub(super) fn is_written_as_stored(&self) -> bool {
        self.document.as_ref().is_none_or(|document| document.is_written_as_stored())
            && self.items.as_ref().is_none_or(|items| items.is_written_as_stored())
    }
}

impl Fields {
    fn is_written_as_stored(&self) -> bool {
        let is_same = |(name, seen): &(String, Seen)| {
            is_declarable(name) && seen.count == self.documents && seen.is_written_as_stored()
        };
        self.map.is_none() && !self.reordered && !self.repeats && self.named.iter().all(is_same)
    }
}

/// Returns whether a name is a number, a UUID or a long hexadecimal number.
fn looks_like_key(name: &str) -> bool {
    let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let is_hex = name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_number || (is_hex && name.len() >= 16 && name.bytes().any(|byte| byte.is_ascii_digit()))
}

/// Returns whether a field can have this stored name.
pub(super) fn is_declarable(name: &str) -> bool {
    !name.is_empty() && !name.contains(['\0', '.']) && !name.starts_with('$')
}
