//! `Update::between`: the smallest update that turns one state of a document into another.
//!
//! It changes only what differs, so fields that the model does not declare, and changes that others have made to other
//! fields, are kept. It descends into documents and maps. It does not descend into what must stay consistent as a whole:
//! enums, values of any type, documents with a version of their own, fields that are also read from other names, and
//! default values, which the stored document may not contain.

use std::collections::HashSet;

use mongodb::bson::{Bson, Document, doc};

use super::{Update, changes::Changes, positional::identifier};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::{DocumentMeta, FieldMeta, TypeMeta},
    value::{Doc, Raw, Value, Writer},
};

const ID: &str = "_id";

impl<M: Doc> Update<M> {
    /// Returns the smallest update that turns the document `before` into `after`. It is empty if they are equal.
    ///
    /// `{ $set: { "shipTo.city": "Oslo", "prices.NOK": 5 }, $unset: { note: "" } }`
    ///
    /// It sets the fields that differ, also inside of embedded documents and maps. A field that `after` does not store, by
    /// `skip_serializing_if`, is removed. An enum is set as a whole, and so is a field whose value before is its default
    /// (`#[serde(default)]`), because the stored document may not contain it.
    ///
    /// An array is set as a whole, unless its elements are documents with an `_id`. For these, changed elements are
    /// selected by their `_id` (`lines.$[name].qty` with an array filter), elements at the end are added (`$push`), and
    /// missing elements are removed (`$pull`). An update can do only one of these to an array: several of them, or another
    /// order of the elements, set the array as a whole.
    ///
    /// Fields that the model does not declare are kept, and so are changes that others have made to other fields.
    /// [`save_changes`](crate::Collection::save_changes) sends the update to the document.
    ///
    /// If the models have different ids, the update cannot be sent. Methods that receive it return an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true.
    ///
    /// ```
    /// # use odm::{Embedded, Id, Model, Update};
    /// # #[derive(Clone, Model)]
    /// # #[odm(collection = "books")]
    /// # struct Book { id: Id<Book>, title: String, shelf: Option<Shelf>, pages: u32 }
    /// # #[derive(Clone, Embedded)]
    /// # struct Shelf { room: String, row: u32 }
    /// # let shelf = Some(Shelf { room: "A".into(), row: 3 });
    /// let before = Book { id: Id::new(), title: "Rust".into(), shelf, pages: 300 };
    /// let mut after = before.clone();
    /// after.pages = 310;
    /// after.shelf.as_mut().unwrap().row = 4;
    /// let update = Update::between(&before, &after);
    /// assert_eq!(update.to_string(), r#"{ "$set": { "shelf.row": 4, "pages": 310 } }"#);
    /// assert!(Update::between(&before, &before).is_empty());
    /// ```
    #[doc(alias = "diff")]
    pub fn between(before: &M, after: &M) -> Self {
        Self::of(match difference(M::META, encoded(before), encoded(after)) {
            Ok(difference) => difference.into_changes(),
            Err(problem) => Changes::wrong(problem),
        })
    }
}

fn encoded<D: Doc>(document: &D) -> CodecResult<Document> {
    let mut writer = Writer::new();
    document.encode(&mut writer)?;
    Document::decode(Raw::document(&writer.into_bytes()))
}

fn difference(
    model: &'static DocumentMeta,
    before: CodecResult<Document>,
    after: CodecResult<Document>,
) -> CodecResult<Difference> {
    let (before, after) = (before?, after?);
    if !same(before.get(ID), after.get(ID)) {
        return Err(CodecError::new("two states of one document", "another `_id`").at(ID));
    }
    let mut difference = Difference::default();
    if let Some(name) = after.keys().chain(before.keys()).find(|name| !is_nameable(name))
        && !same(before.get(name), after.get(name))
    {
        let expected = "a name that an update can use as a path";
        let found = "a name that is empty, holds `.` or starts with `$`; `save` stores it";
        return Err(CodecError::new(expected, found).with_value(name));
    }
    difference.documents(&Names::Declared(model), "", &before, &after);
    Ok(difference)
}

/// The parts of an update.
#[derive(Default)]
struct Difference {
    set: Document,
    unset: Document,
    push: Document,
    pull: Document,
    array_filters: Vec<Document>,
}

/// The names that a document may contain.
enum Names {
    Declared(&'static DocumentMeta),
    /// Any, with values of one type.
    Any(&'static TypeMeta),
}

impl Names {
    /// Returns the type of the value with this name, if an update may change a part of it.
    fn parts(&self, name: &str, before: &Bson) -> Option<&'static TypeMeta> {
        match self {
            Self::Any(values) => Some(values),
            Self::Declared(document) => {
                let field = declared(document, name)?;
                // The stored document may have no such field, and the value may be its default. A change of a part would
                // store this part alone.
                let may_be_missing =
                    field.default_value().is_some_and(|default| same(Some(&default), Some(before)));
                (field.aliases().is_empty() && !may_be_missing).then(|| field.stored_as())
            }
        }
    }

    /// Returns the other names that the value with this name is read from.
    fn aliases(&self, name: &str) -> &'static [&'static str] {
        match self {
            Self::Any(_) => &[],
            Self::Declared(document) => declared(document, name).map_or(&[], FieldMeta::aliases),
        }
    }
}

/// Returns the field that is stored with this name, also if a flattened document declares it.
fn declared(document: &DocumentMeta, name: &str) -> Option<&'static FieldMeta> {
    document.field(name).or_else(|| {
        let flattened = document.fields().iter().filter(|field| field.is_flattened());
        flattened.map(|field| resolved(field.stored_as())).find_map(|stored| match stored {
            TypeMeta::Document(inside) => declared(inside, name),
            _ => None,
        })
    })
}

/// Returns the type behind null and newtypes.
fn resolved(mut stored: &'static TypeMeta) -> &'static TypeMeta {
    // A newtype may contain itself.
    for _ in 0..100 {
        stored = match stored {
            TypeMeta::Nullable(inside) => inside,
            TypeMeta::Recursive(same) => same.get(),
            other => return other,
        };
    }
    &TypeMeta::Any
}

impl Difference {
    fn documents(&mut self, names: &Names, at: &str, before: &Document, after: &Document) {
        for (name, value) in after {
            let old = before.get(name);
            if same(old, Some(value)) {
                continue;
            }
            let path = joined(at, name);
            // The document may contain the field with another name, which would remain beside the new one.
            for alias in names.aliases(name) {
                self.unset.insert(joined(at, alias), "");
            }
            match old.and_then(|old| Some((old, names.parts(name, old)?))) {
                Some((old, stored_as)) => self.values(stored_as, path, old, value),
                None => drop(self.set.insert(path, value.clone())),
            }
        }
        for name in before.keys().filter(|name| !after.contains_key(name)) {
            for name in names.aliases(name).iter().copied().chain([name.as_str()]) {
                self.unset.insert(joined(at, name), "");
            }
        }
    }

    fn values(&mut self, stored_as: &'static TypeMeta, path: String, before: &Bson, after: &Bson) {
        let names = match (resolved(stored_as), before, after) {
            (TypeMeta::Document(document), Bson::Document(_), Bson::Document(_))
                if document.version().is_none() =>
            {
                Some(Names::Declared(document.get()))
            }
            (TypeMeta::Map { values }, Bson::Document(_), Bson::Document(_)) => Some(Names::Any(values)),
            (TypeMeta::Array { items, .. }, Bson::Array(before), Bson::Array(after)) => {
                if self.elements(items, &path, before, after) {
                    return;
                }
                None
            }
            _ => None,
        };
        match (names, before, after) {
            (Some(names), Bson::Document(before), Bson::Document(after))
                if after.keys().chain(before.keys()).all(|name| is_nameable(name)) =>
            {
                self.documents(&names, &path, before, after);
            }
            _ => drop(self.set.insert(path, after.clone())),
        }
    }

    /// Changes elements that have an `_id`. Returns `false` if the array must be set as a whole.
    fn elements(&mut self, items: &'static TypeMeta, path: &str, before: &[Bson], after: &[Bson]) -> bool {
        let TypeMeta::Document(item) = resolved(items) else { return false };
        let (Some(old), Some(new)) = (ids(before), ids(after)) else { return false };
        if item.field(ID).is_none() || item.version().is_some() {
            return false;
        }
        let is_equal = |one: &[Bson], other: &[Bson]| {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(Some(one), Some(other)))
        };
        if new.len() > old.len() && is_equal(before, &after[..before.len()]) {
            self.push.insert(path, doc! { "$each": after[before.len()..].to_vec() });
            return true;
        }
        if new.len() < old.len() {
            let remaining: HashSet<_> = new.iter().map(|id| bytes(id)).collect();
            let is_kept = |id: &Bson| remaining.contains(&bytes(id));
            let (kept, removed): (Vec<_>, Vec<_>) = before.iter().zip(old).partition(|(_, id)| is_kept(id));
            let kept: Vec<Bson> = kept.into_iter().map(|(element, _)| element.clone()).collect();
            if !is_equal(&kept, after) {
                return false;
            }
            let removed: Vec<Bson> = removed.into_iter().map(|(_, id)| id.clone()).collect();
            self.pull.insert(path, doc! { ID: { "$in": removed } });
            return true;
        }
        if new.len() != old.len() || !old.iter().zip(&new).all(|(old, new)| same(Some(old), Some(new))) {
            return false;
        }
        for ((before, after), id) in before.iter().zip(after).zip(new) {
            if !same(Some(before), Some(after)) {
                let name = identifier(&doc! { path: id.clone() });
                self.array_filters.push(doc! { format!("{name}.{ID}"): { "$eq": id.clone() } });
                self.values(items, format!("{path}.$[{name}]"), before, after);
            }
        }
        true
    }

    fn into_changes(self) -> Changes {
        let Self { set, unset, push, pull, array_filters } = self;
        let operators = [("$set", set), ("$unset", unset), ("$push", push), ("$pull", pull)];
        Changes::of_fields(operators, array_filters)
    }
}

/// Returns the `_id` of each element, if all elements have one that identifies it.
fn ids(elements: &[Bson]) -> Option<Vec<&Bson>> {
    let (mut ids, mut known) = (Vec::with_capacity(elements.len()), HashSet::new());
    for element in elements {
        let id = element.as_document()?.get(ID)?;
        let identifies = !matches!(
            id,
            Bson::Null | Bson::Undefined | Bson::Array(_) | Bson::Document(_) | Bson::RegularExpression(_)
        );
        if !identifies || !known.insert(bytes(id)?) {
            return None;
        }
        ids.push(id);
    }
    Some(ids)
}

/// Returns whether both values are stored as the same bytes. Unlike `==`, NaN is equal to itself, and the order of names
/// matters.
fn same(one: Option<&Bson>, other: Option<&Bson>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => bytes(one) == bytes(other),
        (None, None) => true,
        _ => false,
    }
}

/// Returns the type and the bytes of a value as it is stored.
fn bytes(value: &Bson) -> Option<(u8, Vec<u8>)> {
    let mut writer = Writer::new();
    let element_type = value.encode(&mut writer).ok()?;
    Some((element_type as u8, writer.into_bytes()))
}

/// Returns whether an update reads the name as one step of a path.
fn is_nameable(name: &str) -> bool {
    !name.is_empty() && !name.contains('.') && !name.starts_with('$')
}

fn joined(above: &str, name: &str) -> String {
    if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") }
}
