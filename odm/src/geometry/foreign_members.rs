//! The data of a geometry that queries do not use. It is stored again as it was read.

use mongodb::bson::{Bson, Document, spec::ElementType};

use super::Position;
use crate::{
    error::codec::{CodecError, CodecResult},
    value::{Raw, Value, Writer, duplicate, utf8_key},
};

/// The data of one geometry. Most geometries have none, so it is boxed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ForeignMembers(Option<Box<Held>>);

#[derive(Debug, Clone, PartialEq, Default)]
struct Held {
    /// The members other than the type and the coordinates or geometries.
    members: Document,
    /// The numbers of each position after longitude and latitude, in the order of the positions. Empty if no position
    /// has any.
    further: Vec<Vec<f64>>,
}

impl ForeignMembers {
    /// Returns the data of a geometry with these numbers after the first two of each position.
    pub(super) fn further(further: Vec<Vec<f64>>) -> Self {
        Self(Some(Box::new(Held { further, ..Held::default() })))
    }

    pub(super) fn members(&self) -> Option<&Document> {
        self.0.as_ref().map(|held| &held.members).filter(|members| !members.is_empty())
    }

    /// Returns the numbers after the first two of this position.
    pub(super) fn numbers_after(&self, position: usize) -> &[f64] {
        self.all_further().get(position).map(Vec::as_slice).unwrap_or_default()
    }

    fn all_further(&self) -> &[Vec<f64>] {
        self.0.as_ref().map(|held| held.further.as_slice()).unwrap_or_default()
    }

    /// Writes a geometry: its type, the member that `own` writes, and the other members.
    pub(super) fn write(
        &self,
        kind: &str,
        writer: &mut Writer,
        own: impl FnOnce(&[Vec<f64>], &mut Writer) -> CodecResult<()>,
    ) -> CodecResult<ElementType> {
        writer.document(|writer| {
            writer.text_at("type", kind)?;
            own(self.all_further(), writer)?;
            for (name, value) in self.members().into_iter().flatten() {
                writer.element_with(name, |writer| value.encode(writer))?;
            }
            Ok(())
        })
    }

    /// Reads the coordinates, and keeps the numbers after the first two of each position.
    pub(super) fn read_coordinates<C: Coordinates>(&mut self, raw: Raw<'_>) -> CodecResult<C> {
        let mut further = Vec::new();
        let coordinates = C::read(raw, &mut further).map_err(|error| error.at("coordinates"))?;
        if further.iter().any(|numbers| !numbers.is_empty()) {
            self.0.get_or_insert_default().further = further;
        }
        Ok(coordinates)
    }
}

/// Reads a stored geometry. Returns its type, its member with the name `own`, and the other members.
pub(super) fn read<'de>(
    raw: Raw<'de>,
    own: &'static str,
) -> CodecResult<(&'de str, CodecResult<Raw<'de>>, ForeignMembers)> {
    let (mut kind, mut held, mut members) = (None, None, Document::new());
    let mut elements = raw.elements()?;
    while let Some((key, value)) = elements.next()? {
        let (slot, name) = match key {
            b"type" => (&mut kind, "type"),
            key if key == own.as_bytes() => (&mut held, own),
            key => {
                let key = utf8_key(key)?;
                let value = Bson::decode(value).map_err(|error| error.at_key(key))?;
                if members.insert(key, value).is_some() {
                    return Err(CodecError::new("one element of this name", "two").at_key(key));
                }
                continue;
            }
        };
        if slot.replace(value).is_some() {
            return Err(duplicate(name));
        }
    }
    let kind = kind.ok_or_else(|| CodecError::missing("type"))?;
    let kind = kind.str().map_err(|error| error.at("type"))?;
    let foreign = if members.is_empty() {
        ForeignMembers::default()
    } else {
        ForeignMembers(Some(Box::new(Held { members, ..Held::default() })))
    };
    Ok((kind, held.ok_or_else(|| CodecError::missing(own)), foreign))
}

/// A position, or an array of them.
pub(super) trait Coordinates: Value {
    /// Reads the positions, and appends the numbers after the first two of each position to `further`.
    fn read(raw: Raw<'_>, further: &mut Vec<Vec<f64>>) -> CodecResult<Self>;

    /// Writes the positions, each with the next numbers of `further`.
    fn write(
        &self,
        further: &mut dyn Iterator<Item = &Vec<f64>>,
        writer: &mut Writer,
    ) -> CodecResult<ElementType>;

    /// Writes the positions with all numbers of `further`.
    fn write_all(&self, further: &[Vec<f64>], writer: &mut Writer) -> CodecResult<ElementType> {
        if further.is_empty() { self.encode(writer) } else { self.write(&mut further.iter(), writer) }
    }
}

impl Coordinates for Position {
    fn read(raw: Raw<'_>, further: &mut Vec<Vec<f64>>) -> CodecResult<Self> {
        let mut numbers = Vec::<f64>::decode(raw)?;
        let [longitude, latitude, ..] = *numbers else {
            let found = format!("an array of {}", numbers.len());
            return Err(CodecError::new("a longitude and a latitude", found));
        };
        further.push(numbers.split_off(2));
        Ok([longitude, latitude])
    }

    fn write(
        &self,
        further: &mut dyn Iterator<Item = &Vec<f64>>,
        writer: &mut Writer,
    ) -> CodecResult<ElementType> {
        writer.array(self.iter().chain(further.next().into_iter().flatten()))
    }
}

impl<C: Coordinates> Coordinates for Vec<C> {
    fn read(raw: Raw<'_>, further: &mut Vec<Vec<f64>>) -> CodecResult<Self> {
        let (mut items, mut all) = (raw.items()?, Self::new());
        while let Some((_, item)) = items.next()? {
            all.push(C::read(item, further).map_err(|error| error.at(all.len().to_string()))?);
        }
        Ok(all)
    }

    fn write(
        &self,
        further: &mut dyn Iterator<Item = &Vec<f64>>,
        writer: &mut Writer,
    ) -> CodecResult<ElementType> {
        writer.tuple(|writer| {
            self.iter().enumerate().try_for_each(|(index, item)| {
                writer.element_with(&index.to_string(), |writer| item.write(further, writer))
            })
        })
    }
}
