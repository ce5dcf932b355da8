//! The updates that touch a field: `Change::changed` as a filter, `touches` for one change, and `sets` for the new value.

use mongodb::bson::{Bson, Document, RawDocument, doc, spec::ElementType};

use super::{Change, Event, UpdateDescription};
use crate::{
    error::{Error, Result, codec::CodecResult},
    filter::Filter,
    model::Model,
    path::Path,
    value::{Raw, Value},
};

impl<M: Model> Change<M> {
    /// Matches the updates that change, remove or shorten this field, a field inside of it, or the document that it
    /// is part of. Inserts, replacements and deletes do not match.
    ///
    /// An element of an array on the way to the field may be any: `lines.qty` is touched by an update of `lines.3.qty`.
    ///
    /// `{ operationType: "update", $expr: { $anyElementTrue: [{ $map: { input: .., in: { $regexMatch: .. } } }] } }`
    ///
    /// ```
    /// # use odm::{Collection, Id, Model, watch::Change};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, status: String, total: i32 }
    /// # fn f(orders: Collection<Order>) {
    /// let o = Order::fields();
    /// let watch = orders.watch().pipeline(|changes| {
    ///     changes.matching(|_| Change::changed(&o.status()) | Change::changed(&o.total()))
    /// });
    /// # }
    /// ```
    pub fn changed<V, R>(field: &Path<M, V, R>) -> Filter<Self> {
        Filter::raw(update_of(field.name()))
    }

    /// Returns whether this is an update that changes, removes or shortens this field, a field inside of it, or the
    /// document that it is part of: what [`changed`](Self::changed) selects.
    ///
    /// ```
    /// # use odm::{Id, Model, watch::Change};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, status: String, total: i32 }
    /// # fn f(change: Change<Order>) {
    /// let o = Order::fields();
    /// if change.touches(&o.status()) {
    ///     println!("the status of {:?} has changed", change.id());
    /// }
    /// # }
    /// ```
    pub fn touches<V, R>(&self, field: &Path<M, V, R>) -> bool {
        self.delta().is_some_and(|delta| {
            let all = delta.updated_fields.keys().chain(&delta.removed_fields);
            let all = all.chain(delta.truncated_arrays.iter().map(|array| &array.field));
            all.into_iter().any(|changed| relation(changed, field.name()).is_some())
        })
    }

    /// Returns whether this is an update that removes this field, or the document that it is part of.
    pub fn removes<V, R>(&self, field: &Path<M, V, R>) -> bool {
        self.delta().is_some_and(|delta| {
            let is_removed = |removed: &String| {
                matches!(relation(removed, field.name()), Some(Relation::Above | Relation::Same))
            };
            delta.removed_fields.iter().any(is_removed)
        })
    }

    /// Returns the new length of the array in this field, if this is an update that shortens it. An array inside of
    /// another one may be shortened several times: this is the first length.
    pub fn truncates<V, R>(&self, field: &Path<M, V, R>) -> Option<u32> {
        let mut arrays = self.delta()?.truncated_arrays.iter();
        let of_field = arrays.find(|array| relation(&array.field, field.name()) == Some(Relation::Same))?;
        Some(of_field.new_size)
    }

    /// Returns the value that this update sets this field to.
    ///
    /// If the update sets a document or an array that the field is part of, this is the value inside of it. Returns `None`
    /// if the change is not an update, and if the update
    ///
    /// - does not set the field, or removes it,
    /// - sets a document that the field is part of to one without the field, or
    /// - changes only what is inside of the field, such as `address.city` of `address`, or an element of an array: then
    ///   the event does not contain the whole value, and [`touches`](Self::touches) is true. The
    ///   [`document`](Self::document) contains it, if the stream requests the document.
    ///
    /// For an element of an array, specify its position: `&o.lines().at(3).qty()`.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_decode`](crate::Error::is_decode) is true if the value does not fit the type of the
    /// field.
    ///
    /// ```
    /// # use odm::{Id, Model, watch::Change};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, status: String, total: i32 }
    /// # fn f(change: Change<Order>) -> odm::Result<()> {
    /// let o = Order::fields();
    /// if let Some(status) = change.sets(&o.status()).transpose()? {
    ///     println!("the status of {:?} is now {status}", change.id());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn sets<V: Value>(&self, field: &Path<M, V>) -> Option<Result<V>> {
        self.delta()?;
        let value = set_to(self.raw(), field.name()).transpose()?;
        let decoded = value.and_then(V::decode).map_err(|cause| field.location().locate(cause));
        Some(decoded.map_err(|cause| Error::decode_event(self.raw().to_owned(), cause)))
    }

    fn delta(&self) -> Option<&UpdateDescription> {
        match self.event() {
            Event::Update { update_description, .. } => Some(update_description),
            _ => None,
        }
    }
}

/// Returns the value that an event of an update contains for a field.
fn set_to<'e>(event: &'e RawDocument, field: &str) -> CodecResult<Option<Raw<'e>>> {
    let description = event.get_document("updateDescription");
    let Ok(set) = description.and_then(|description| description.get_document("updatedFields")) else {
        return Ok(None);
    };
    let mut elements = Raw::document(set.as_bytes()).elements()?;
    while let Some((changed, value)) = elements.next()? {
        let inside = std::str::from_utf8(changed).ok().and_then(|changed| field.strip_prefix(changed));
        match inside {
            Some("") => return Ok(Some(value)),
            Some(inside) if inside.starts_with('.') => return value_in(value, inside.split('.').skip(1)),
            _ => {}
        }
    }
    Ok(None)
}

/// Returns the value at these names and positions inside of a value.
fn value_in<'v, 'n>(value: Raw<'v>, names: impl Iterator<Item = &'n str>) -> CodecResult<Option<Raw<'v>>> {
    let mut value = value;
    for name in names {
        let mut elements = match value.element_type() {
            Some(ElementType::EmbeddedDocument) => value.elements()?,
            Some(ElementType::Array) => value.items()?,
            _ => return Ok(None),
        };
        value = loop {
            match elements.next()? {
                Some((key, inside)) if key == name.as_bytes() => break inside,
                Some(_) => {}
                None => return Ok(None),
            }
        };
    }
    Ok(Some(value))
}

/// How a changed path is related to a field that it touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// It is a document that the field is part of.
    Above,
    Same,
    /// It is inside of the field.
    Below,
}

/// Returns how the changed path touches the field, if it does. Between the names, it may have positions in arrays.
fn relation(changed: &str, field: &str) -> Option<Relation> {
    fn walk(changed: &[&str], field: &[&str], is_first: bool) -> Option<Relation> {
        let is_position = |part: &str| !is_first && part.bytes().all(|byte| byte.is_ascii_digit());
        match (changed.split_first(), field.split_first()) {
            (None, None) => Some(Relation::Same),
            (None, Some(_)) => Some(Relation::Above),
            (Some(_), None) => Some(Relation::Below),
            (Some((part, rest)), Some((name, names))) => {
                let same = if part == name { walk(rest, names, false) } else { None };
                same.or_else(|| if is_position(part) { walk(rest, field, false) } else { None })
            }
        }
    }
    let (changed, field): (Vec<&str>, Vec<&str>) = (changed.split('.').collect(), field.split('.').collect());
    walk(&changed, &field, true)
}

/// Returns the filter of the updates that touch this name.
fn update_of(name: &str) -> Document {
    let pattern = pattern(name);
    let any = |names: Bson, key: &str| {
        doc! { "$anyElementTrue": [{ "$map": {
            "input": names,
            "in": { "$regexMatch": { "input": key, "regex": { "$literal": &pattern } } },
        } }] }
    };
    let list = |path: &str| Bson::Document(doc! { "$ifNull": [path, []] });
    let fields = doc! { "$objectToArray": { "$ifNull": ["$updateDescription.updatedFields", {}] } };
    doc! {
        "operationType": "update",
        "$expr": { "$or": [
            any(fields.into(), "$$this.k"),
            any(list("$updateDescription.removedFields"), "$$this"),
            any(list("$updateDescription.truncatedArrays"), "$$this.field"),
        ] },
    }
}

/// Returns the pattern of the paths that touch this name: those of each document that it is part of, its own, and
/// those of what is inside of it. Between names, there may be positions in arrays.
fn pattern(name: &str) -> String {
    const POSITIONS: &str = "(\\.[0-9]+)*";
    let mut above = String::new();
    let mut alternatives = Vec::new();
    let mut parts = name.split('.').peekable();
    while let Some(part) = parts.next() {
        if !above.is_empty() {
            above.push_str("\\.");
        }
        above.push_str(&regex::escape(part));
        if parts.peek().is_some() {
            above.push_str(POSITIONS);
            alternatives.push(above.clone());
        } else {
            alternatives.push(format!("{above}(\\..*)?"));
        }
    }
    format!("^({})$", alternatives.join("|"))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::rawdoc;

    use super::*;

    #[test]
    fn what_is_above_and_below_a_field_touches_it() {
        let field = "lines.item.na+me";
        let pattern = regex::Regex::new(&pattern(field)).unwrap();
        for touching in [
            "lines",
            "lines.3",
            "lines.item",
            "lines.3.item",
            "lines.3.item.na+me",
            "lines.3.2.item.0.na+me",
            "lines.item.na+me.inner.0",
        ] {
            assert!(pattern.is_match(touching) && relation(touching, field).is_some(), "{touching}");
        }
        for other in [
            "line",
            "lines2",
            "lines.qty",
            "lines.3.items",
            "lines.item.name",
            "x.lines",
            "lines.item.na+mes",
        ] {
            assert!(!pattern.is_match(other) && relation(other, field).is_none(), "{other}");
        }
    }

    #[test]
    fn the_value_of_a_field_is_found_inside_of_what_was_set() {
        let event = rawdoc! { "updateDescription": { "updatedFields": {
            "status": "paid", "ship": { "city": { "name": "Oslo" } }, "lines.2": { "qty": 5 }, "tags": ["a", "b"], "a.b": 1,
        } } };
        let found = |field| set_to(&event, field).unwrap().map(|value| value.to_bson().unwrap());
        assert_eq!(found("status"), Some("paid".into()));
        assert_eq!(found("ship.city"), Some(doc! { "name": "Oslo" }.into()));
        assert_eq!(found("ship.city.name"), Some("Oslo".into()));
        assert_eq!(found("lines.2.qty"), Some(5.into()));
        assert_eq!(found("tags.1"), Some("b".into()));
        assert_eq!(found("a.b"), Some(1.into()));
        for field in
            ["stat", "statuses", "status.x", "ship.zip", "lines", "lines.qty", "lines.1.qty", "tags.2", "a"]
        {
            assert_eq!(found(field), None, "{field}");
        }
        assert!(set_to(&rawdoc! { "operationType": "insert" }, "a").unwrap().is_none());
    }

    #[test]
    fn a_changed_path_is_above_or_below_a_field_or_the_field() {
        for (changed, field, expected) in [
            ("lines.3", "lines.qty", Relation::Above),
            ("lines.3.qty", "lines.qty", Relation::Same),
            ("prefs.0", "prefs.0", Relation::Same),
            ("lines.3.qty.x", "lines.qty", Relation::Below),
            ("tags.1", "tags", Relation::Below),
        ] {
            assert_eq!(relation(changed, field), Some(expected), "{changed} {field}");
        }
        assert_eq!(relation("0.a", "a"), None);
    }
}
