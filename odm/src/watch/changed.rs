//! `Change::changed`: the updates that touch a field.

use mongodb::bson::{Bson, Document, doc};

use super::Change;
use crate::{filter::Filter, model::Model, path::Path};

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
        Filter::raw(touches(field.name()))
    }
}

/// Returns the filter of the updates that touch this name.
fn touches(name: &str) -> Document {
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
    use super::*;

    #[test]
    fn what_is_above_and_below_a_field_touches_it() {
        let pattern = regex::Regex::new(&pattern("lines.item.na+me")).unwrap();
        for touching in [
            "lines",
            "lines.3",
            "lines.item",
            "lines.3.item",
            "lines.3.item.na+me",
            "lines.3.2.item.0.na+me",
            "lines.item.na+me.inner.0",
        ] {
            assert!(pattern.is_match(touching), "{touching}");
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
            assert!(!pattern.is_match(other), "{other}");
        }
    }
}
