//! What policies add to an update, as operators or as stages.

use mongodb::bson::{Bson, Document, doc};

use super::{Update, changes::Changes, on_insert::is_named};

impl<M> Update<M> {
    /// Returns whether the update is an aggregation pipeline, and not a document of operators.
    pub fn is_pipeline(&self) -> bool {
        self.changes.stages_of_pipeline().is_some()
    }

    /// Returns whether the update writes this field, or something inside it.
    pub(crate) fn names(&self, field: &str) -> bool {
        match self.changes.stages_of_pipeline() {
            None => is_named(self.changes.operators(), field),
            Some(stages) => stages.iter().any(|stage| writes(stage, field)),
        }
    }

    /// Removes the changes of fields with these names.
    pub(crate) fn without(self, names: impl Iterator<Item = &'static str>) -> Self {
        Self::of(self.changes.without(names))
    }

    /// Adds a change of a field that the update does not write.
    pub(crate) fn with_change(self, operator: &'static str, field: &str, value: Bson) -> Self {
        Self::of(self.changes.and(Changes::field(operator, field, value)))
    }

    /// Joins the update with another. The stages of a pipeline run after those of this one.
    pub(crate) fn followed_by(self, more: Self) -> Self {
        match more.changes.stages_of_pipeline() {
            Some(stages) if self.is_pipeline() => stages.iter().cloned().fold(self, Self::with_stage),
            _ => Self::of(self.changes.and(more.changes)),
        }
    }

    /// Adds a stage to a pipeline.
    pub(crate) fn with_stage(self, stage: Document) -> Self {
        Self::of(self.changes.with_stage(stage))
    }

    /// Changes the stages that replace or project the document, so that the document keeps these fields.
    pub(crate) fn keeping(self, fields: &[&'static str]) -> Self {
        Self::of(self.changes.with_each_stage(|stage| keep(stage, fields)))
    }
}

/// Returns whether a stage of an update writes this field, or something inside it.
fn writes(stage: &Document, field: &str) -> bool {
    let is_at =
        |name: &str| name.strip_prefix(field).is_some_and(|below| below.is_empty() || below.starts_with('.'));
    stage.iter().any(|(stage, argument)| match (stage.as_str(), argument) {
        ("$set" | "$addFields", Bson::Document(fields)) => fields.keys().any(|name| is_at(name)),
        ("$unset", Bson::String(name)) => is_at(name),
        ("$unset", Bson::Array(names)) => names.iter().filter_map(Bson::as_str).any(is_at),
        ("$project", Bson::Document(fields)) => {
            fields.iter().any(|(name, value)| is_at(name) && number(value).is_none_or(|number| number == 0.0))
        }
        _ => false,
    })
}

/// Changes a stage so that the document keeps these fields.
fn keep(stage: &mut Document, fields: &[&'static str]) {
    for (name, argument) in stage.iter_mut() {
        match (name.as_str(), argument) {
            ("$replaceWith", document) => keep_in(document, fields),
            ("$replaceRoot", Bson::Document(root)) => {
                if let Some(document) = root.get_mut("newRoot") {
                    keep_in(document, fields);
                }
            }
            ("$project", Bson::Document(projection)) if includes(projection) => {
                for field in fields {
                    let below = format!("{field}.");
                    if !projection.keys().any(|name| name == field || name.starts_with(&below)) {
                        projection.insert(*field, 1);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Adds the stored values of the fields to the document that replaces the stored one. A field that the stored document
/// does not have is not in the literal of a document either.
fn keep_in(document: &mut Bson, fields: &[&'static str]) {
    let kept: Document = fields.iter().map(|name| ((*name).to_owned(), format!("${name}").into())).collect();
    let given = std::mem::replace(document, Bson::Null);
    *document = doc! { "$mergeObjects": [given, kept] }.into();
}

/// Returns whether the projection lists the fields that remain.
fn includes(projection: &Document) -> bool {
    let mut others = projection.iter().filter(|(name, _)| *name != "_id").map(|(_, value)| value).peekable();
    if others.peek().is_none() {
        return projection.get("_id").is_some_and(|value| number(value) != Some(0.0));
    }
    others.all(|value| number(value) != Some(0.0))
}

fn number(value: &Bson) -> Option<f64> {
    match value {
        Bson::Boolean(value) => Some(f64::from(u8::from(*value))),
        Bson::Int32(value) => Some(f64::from(*value)),
        #[allow(clippy::cast_precision_loss)] // only zero matters
        Bson::Int64(value) => Some(*value as f64),
        Bson::Double(value) => Some(*value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_stages_write_a_field() {
        for (stage, expected) in [
            (doc! { "$set": { "v": 1 } }, true),
            (doc! { "$addFields": { "v.x": 1 } }, true),
            (doc! { "$set": { "version": 1 } }, false),
            (doc! { "$unset": "v" }, true),
            (doc! { "$unset": ["a", "v"] }, true),
            (doc! { "$project": { "v": 0 } }, true),
            (doc! { "$project": { "v": "$a" } }, true),
            (doc! { "$project": { "v": 1, "a": true } }, false),
            (doc! { "$replaceWith": { "v": 1 } }, false),
        ] {
            assert_eq!(writes(&stage, "v"), expected, "{stage}");
        }
    }

    #[test]
    fn fields_are_kept_by_every_stage() {
        let kept = |mut stage: Document| {
            keep(&mut stage, &["v"]);
            stage
        };
        for (stage, expected) in [
            (
                doc! { "$replaceWith": { "a": 1 } },
                doc! { "$replaceWith": { "$mergeObjects": [{ "a": 1 }, { "v": "$v" }] } },
            ),
            (
                doc! { "$replaceRoot": { "newRoot": "$a" } },
                doc! { "$replaceRoot": { "newRoot": { "$mergeObjects": ["$a", { "v": "$v" }] } } },
            ),
            (doc! { "$project": { "a": 1 } }, doc! { "$project": { "a": 1, "v": 1 } }),
            (
                doc! { "$project": { "_id": 0, "a": "$b" } },
                doc! { "$project": { "_id": 0, "a": "$b", "v": 1 } },
            ),
            (doc! { "$project": { "_id": 1 } }, doc! { "$project": { "_id": 1, "v": 1 } }),
            (doc! { "$project": { "a": 0 } }, doc! { "$project": { "a": 0 } }),
            (doc! { "$project": { "_id": 0 } }, doc! { "$project": { "_id": 0 } }),
            (doc! { "$set": { "a": 1 } }, doc! { "$set": { "a": 1 } }),
        ] {
            assert_eq!(kept(stage), expected);
        }
    }
}
