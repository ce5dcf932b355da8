//! The ids that a hop requests, and where they are in the documents that refer to them.

use std::{
    collections::{HashMap, hash_map::Entry},
    ops::Range,
};

use mongodb::bson::{Bson, RawDocumentBuf, spec::ElementType};

use crate::{
    error::codec::{CodecError, CodecResult},
    path::VariantTest,
    value::{Id, Keyed, Raw, Value, Writer},
};

/// The ids of a model, each once, in the order in which they were added.
#[derive(Debug, Default)]
pub struct Keys {
    positions: HashMap<Box<[u8]>, usize>,
    ids: Vec<Bson>,
    /// The number of bytes of each id.
    sizes: Vec<usize>,
}

impl Keys {
    /// Adds an id of `M`, and returns its position.
    pub(super) fn add<M: Keyed>(&mut self, raw: Raw<'_>) -> CodecResult<usize> {
        self.insert(canonical::<M>(raw)?)
    }

    /// Returns the position of an id of `M`, if it was added.
    pub(super) fn position<M: Keyed>(&self, raw: Raw<'_>) -> CodecResult<Option<usize>> {
        Ok(self.positions.get(&*canonical::<M>(raw)?).copied())
    }

    /// Returns the number of ids.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Returns the id at this position.
    pub(super) fn id(&self, position: usize) -> Option<&Bson> {
        self.ids.get(position)
    }

    /// Returns the ids at these positions.
    pub(super) fn ids(&self, positions: &Range<usize>) -> &[Bson] {
        self.ids.get(positions.clone()).unwrap_or_default()
    }

    /// Splits the positions into ranges of at most `count` ids and about `bytes` bytes.
    pub(super) fn chunks(&self, count: usize, bytes: usize) -> Vec<Range<usize>> {
        let (mut chunks, mut start, mut size) = (Vec::new(), 0, 0);
        for (at, of_id) in self.sizes.iter().enumerate() {
            if at > start && (at - start >= count.max(1) || size + of_id > bytes) {
                chunks.push(start..at);
                (start, size) = (at, 0);
            }
            size += of_id;
        }
        if start < self.ids.len() {
            chunks.push(start..self.ids.len());
        }
        chunks
    }

    fn insert(&mut self, key: Vec<u8>) -> CodecResult<usize> {
        let (position, size) = (self.ids.len(), key.len());
        match self.positions.entry(key.into_boxed_slice()) {
            Entry::Occupied(entry) => Ok(*entry.get()),
            Entry::Vacant(entry) => {
                self.ids.push(split(entry.key())?.to_bson()?);
                self.sizes.push(size);
                entry.insert(position);
                Ok(position)
            }
        }
    }
}

/// Returns an id as its model writes it, after its BSON type. The server regards `5`, `5.0` and a long `5` as one id,
/// so ids are compared in the form in which they are written.
fn canonical<M: Keyed>(raw: Raw<'_>) -> CodecResult<Vec<u8>> {
    if raw.is(ElementType::ObjectId) {
        // The most common key has one form. Another type of key refuses it here.
        Id::<M>::decode(raw)?;
        return Ok(joined(ElementType::ObjectId, raw.bytes()));
    }
    let mut writer = Writer::short();
    let element_type = Id::<M>::decode(raw)?.encode(&mut writer)?;
    Ok(joined(element_type, writer.as_bytes()))
}

fn joined(element_type: ElementType, bytes: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(bytes.len() + 1);
    key.push(element_type as u8);
    key.extend_from_slice(bytes);
    key
}

fn split(key: &[u8]) -> CodecResult<Raw<'_>> {
    let (tag, bytes) = key.split_first().ok_or_else(CodecError::malformed)?;
    let element_type = ElementType::from(*tag).ok_or_else(CodecError::malformed)?;
    Ok(Raw::new(element_type, bytes))
}

/// Returns the id of `M` from its BSON.
pub(super) fn id_of<M: Keyed>(id: &Bson) -> CodecResult<Id<M>> {
    let mut writer = Writer::short();
    let element_type = id.encode(&mut writer)?;
    Id::decode(Raw::new(element_type, writer.as_bytes()))
}

/// The positions of the ids at one place of a document, in the shape of that place.
#[derive(Debug, PartialEq)]
pub enum Tree {
    /// No id: an `Option` without a value, or another variant of an enum.
    Missing,
    /// An id, by its position in the [`Keys`].
    Key(usize),
    /// The elements of an array.
    List(Vec<Tree>),
    /// The values of a map.
    Map(Vec<(String, Tree)>),
}

/// One step from a document to a reference below it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Field(&'static str, &'static [&'static str]),
    Items,
    Maybe,
    Variant(VariantTest),
}

/// How the reference at the end of the steps is read. It depends on the type of the field.
#[derive(Clone, Copy)]
pub(super) struct Leaf {
    pub(super) read: fn(Raw<'_>, &mut Keys) -> CodecResult<Tree>,
    pub(super) absent: fn() -> Option<Tree>,
}

/// Adds the ids in a document to the keys, and returns where they are.
pub(super) fn read(
    document: &RawDocumentBuf,
    steps: &[Step],
    leaf: Leaf,
    keys: &mut Keys,
) -> CodecResult<Tree> {
    below(Raw::document(document.as_bytes()), steps, leaf, keys)
}

fn below(value: Raw<'_>, steps: &[Step], leaf: Leaf, keys: &mut Keys) -> CodecResult<Tree> {
    let Some((step, rest)) = steps.split_first() else { return (leaf.read)(value, keys) };
    match *step {
        Step::Field(name, aliases) => match field(value, name, aliases)? {
            Some(value) => below(value, rest, leaf, keys),
            None => absent(rest, leaf).ok_or_else(|| CodecError::missing("")),
        }
        .map_err(|error| error.at(name)),
        Step::Items => {
            let (mut items, mut trees) = (value.items()?, Vec::new());
            while let Some((_, item)) = items.next()? {
                let tree = below(item, rest, leaf, keys);
                trees.push(tree.map_err(|error| error.at(trees.len().to_string()))?);
            }
            Ok(Tree::List(trees))
        }
        Step::Maybe if value.is(ElementType::Null) => Ok(Tree::Missing),
        Step::Maybe => below(value, rest, leaf, keys),
        Step::Variant(test) => {
            if is_variant(value, test)? {
                below(value, rest, leaf, keys)
            } else {
                Ok(Tree::Missing)
            }
        }
    }
}

/// Returns what a missing field stands for.
fn absent(rest: &[Step], leaf: Leaf) -> Option<Tree> {
    match rest.first() {
        None => (leaf.absent)(),
        Some(Step::Maybe | Step::Variant(_)) => Some(Tree::Missing),
        Some(Step::Items) => Some(Tree::List(Vec::new())),
        Some(Step::Field(..)) => None,
    }
}

fn field<'d>(document: Raw<'d>, name: &str, aliases: &[&str]) -> CodecResult<Option<Raw<'d>>> {
    let mut elements = document.elements()?;
    while let Some((key, value)) = elements.next()? {
        if key == name.as_bytes() || aliases.iter().any(|alias| alias.as_bytes() == key) {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

fn is_variant(value: Raw<'_>, test: VariantTest) -> CodecResult<bool> {
    if !value.is(ElementType::EmbeddedDocument) {
        return Ok(false);
    }
    Ok(match test {
        VariantTest::Tag(tag, name) => {
            field(value, tag, &[])?.is_some_and(|tag| tag.str().ok() == Some(name))
        }
        VariantTest::Key(key) => field(value, key, &[])?.is_some(),
        // A variant without content, and one that nothing identifies.
        VariantTest::Text(_) | VariantTest::None => false,
    })
}

/// Calls `found` with each value at a dotted name, as a filter finds them: also in the elements of arrays.
pub(super) fn everywhere<'d>(
    value: Raw<'d>,
    name: &str,
    found: &mut dyn FnMut(Raw<'d>) -> CodecResult<()>,
) -> CodecResult<()> {
    if value.is(ElementType::Array) {
        let mut items = value.items()?;
        while let Some((_, item)) = items.next()? {
            everywhere(item, name, found)?;
        }
        return Ok(());
    }
    if name.is_empty() {
        return if value.is(ElementType::Null) { Ok(()) } else { found(value) };
    }
    if !value.is(ElementType::EmbeddedDocument) {
        return Ok(());
    }
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    match field(value, first, &[])? {
        Some(value) => everywhere(value, rest, found),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{oid::ObjectId, rawdoc};

    use super::*;

    struct Numbered;
    impl Keyed for Numbered {
        type Key = i64;
    }

    struct Plain;
    impl Keyed for Plain {
        type Key = ObjectId;
    }

    fn keys(ids: &[i64]) -> Keys {
        let mut keys = Keys::default();
        for id in ids {
            keys.add::<Numbered>(Raw::new(ElementType::Int64, &id.to_le_bytes())).unwrap();
        }
        keys
    }

    #[test]
    fn an_id_has_one_position_whatever_the_type_of_its_number_is() {
        let mut keys = keys(&[7, 5, 7]);
        assert_eq!(keys.len(), 2);
        assert_eq!(keys.add::<Numbered>(Raw::new(ElementType::Int32, &5_i32.to_le_bytes())).unwrap(), 1);
        assert_eq!(
            keys.position::<Numbered>(Raw::new(ElementType::Double, &7_f64.to_le_bytes())).unwrap(),
            Some(0)
        );
        assert_eq!(
            keys.position::<Numbered>(Raw::new(ElementType::Int32, &6_i32.to_le_bytes())).unwrap(),
            None
        );
        assert_eq!(id_of::<Numbered>(keys.id(1).unwrap()).unwrap().into_key(), 5);
    }

    #[test]
    fn an_id_of_another_type_is_an_error() {
        let mut keys = Keys::default();
        let error = keys.add::<Plain>(Raw::new(ElementType::Int32, &5_i32.to_le_bytes())).unwrap_err();
        assert_eq!(error.expected(), "an ObjectId");
    }

    #[test]
    fn chunks_have_at_most_so_many_ids_and_bytes() {
        let lengths = |count, bytes| {
            keys(&[1, 2, 3, 4, 5])
                .chunks(count, bytes)
                .into_iter()
                .map(|chunk| chunk.len())
                .collect::<Vec<_>>()
        };
        assert_eq!(lengths(10, 1000), [5]);
        assert_eq!(lengths(5, 1000), [5]);
        assert_eq!(lengths(2, 1000), [2, 2, 1]);
        // Each id has 9 bytes.
        assert_eq!(lengths(10, 27), [3, 2]);
        // An id is never left out.
        assert_eq!(lengths(10, 1), [1, 1, 1, 1, 1]);
        assert_eq!(lengths(0, 1), [1, 1, 1, 1, 1]);
        assert!(keys(&[]).chunks(10, 10).is_empty());
    }

    #[test]
    fn values_at_a_name_are_found_as_a_filter_finds_them() {
        let document = rawdoc! {
            "a": [{ "b": 1 }, { "b": [2, 3] }, { "c": 4 }, 5, [{ "b": 6 }], { "b": null }],
        };
        let mut found = Vec::new();
        everywhere(Raw::document(document.as_bytes()), "a.b", &mut |value| {
            found.push(i32::decode(value)?);
            Ok(())
        })
        .unwrap();
        assert_eq!(found, [1, 2, 3, 6]);
    }
}
