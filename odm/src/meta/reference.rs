//! The references of a document: the ids of other models in it.

use std::any::TypeId;

use super::{ContentMeta, DocumentMeta, EnumMeta, FieldMeta, IdMeta, Tagging, TypeIdentity, TypeMeta};

/// What happens to a document when the document that it refers to is deleted: `#[odm(on_delete = "..")]`.
///
/// [`Database::references`](crate::Database::references) deletes by these rules. Other deletes do not know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnDelete {
    /// The other document is not deleted: `Error::is_restricted`.
    Restrict,
    /// This document is deleted too.
    Cascade,
    /// The reference is removed: an `Option` becomes null, and an element is removed from a list.
    Nullify,
}

/// A reference, as declared: an [`Id`](crate::Id) of a model in a field of a document.
#[derive(Debug, Clone)]
pub struct ReferenceMeta {
    path: String,
    steps: Vec<ReferenceStep>,
    target: &'static IdMeta,
    is_nullable: bool,
    on_delete: Option<OnDelete>,
}

/// One step from a document to a reference in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReferenceStep {
    /// Into the field with this stored name.
    Field(&'static str),
    /// Into each element of an array.
    Items,
    /// Into each value of a map.
    Values,
    /// Into the variant of an enum whose tag has this name and value.
    Tagged(&'static str, &'static str),
    /// Into the variant of an enum that is stored as a document with this one name.
    Named(&'static str),
    /// Into the content of a variant whose name is not stored: that of an untagged enum, or an untagged variant.
    Untagged,
}

impl ReferenceMeta {
    /// Returns the dotted stored name, such as `lines.product`. An array adds nothing to it, a map `*`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the way from the document to the reference.
    pub fn steps(&self) -> &[ReferenceStep] {
        &self.steps
    }

    /// Returns the description of the id that is stored, which specifies the model: [`IdMeta::model`] is the
    /// [`type_id`](crate::model::ModelMeta::type_id) of it.
    pub fn target(&self) -> &'static IdMeta {
        self.target
    }

    /// Returns whether a document can contain several such references: the way to them leads through an array or a map.
    pub fn is_many(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, ReferenceStep::Items | ReferenceStep::Values))
    }

    /// Returns whether the id itself may be null.
    pub fn is_nullable(&self) -> bool {
        self.is_nullable
    }

    /// Returns the delete rule of the field that contains the reference: of the innermost field that declares one.
    pub fn on_delete(&self) -> Option<OnDelete> {
        self.on_delete
    }
}

impl DocumentMeta {
    /// Returns the references in the document, in declared order, those in embedded documents and variants included.
    ///
    /// The id of a model is one of them, because the document does not know its model:
    /// [`ModelMeta::references`](crate::model::ModelMeta::references) leaves it out. A document inside itself is not
    /// searched again.
    ///
    /// ```
    /// use odm::{Doc, Id, Model, meta::OnDelete};
    ///
    /// #[derive(Model)]
    /// #[odm(collection = "comments")]
    /// struct Comment {
    ///     id: Id<Comment>,
    ///     #[odm(on_delete = "cascade")]
    ///     post: Id<Post>,
    ///     likes: Vec<Id<User>>,
    /// }
    /// # #[derive(Model)]
    /// # #[odm(collection = "posts")]
    /// # struct Post { id: Id<Post> }
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User> }
    ///
    /// let references = Comment::MODEL.references();
    /// assert_eq!(references[0].path(), "post");
    /// assert_eq!(references[0].target().model(), Post::MODEL.type_id());
    /// assert_eq!(references[0].on_delete(), Some(OnDelete::Cascade));
    /// assert!(references[1].is_many());
    /// ```
    pub fn references(&self) -> Vec<ReferenceMeta> {
        let mut walk = Walk::default();
        walk.document(self);
        walk.found
    }
}

/// The search for references.
#[derive(Default)]
struct Walk {
    steps: Vec<ReferenceStep>,
    /// The rule of the innermost field that has one.
    on_delete: Option<OnDelete>,
    /// The types around the current one.
    open: Vec<TypeIdentity>,
    found: Vec<ReferenceMeta>,
    /// The dotted names of fields that have a rule and contain no reference.
    unused: Vec<String>,
}

impl Walk {
    fn document(&mut self, document: &DocumentMeta) {
        self.inside(document.identity(), |walk| {
            if let Some(variants) = document.variants() {
                walk.variants(variants);
            }
            walk.fields(document.fields());
        });
    }

    /// Searches a type, unless it is inside itself.
    fn inside(&mut self, of: TypeIdentity, search: impl FnOnce(&mut Self)) {
        if self.open.contains(&of) {
            return;
        }
        self.open.push(of);
        search(self);
        self.open.pop();
    }

    fn fields(&mut self, fields: &'static [FieldMeta]) {
        for field in fields {
            let (outer, before) = (self.on_delete, self.found.len());
            self.on_delete = field.on_delete().or(outer);
            if field.is_flattened() {
                self.stored(field.stored_as(), false);
            } else {
                self.step(ReferenceStep::Field(field.name()), field.stored_as());
            }
            self.on_delete = outer;
            if field.on_delete().is_some() && self.found.len() == before {
                self.unused.push(self.name(Some(field.name())));
            }
        }
    }

    fn step(&mut self, step: ReferenceStep, stored: &'static TypeMeta) {
        self.steps.push(step);
        self.stored(stored, false);
        self.steps.pop();
    }

    fn stored(&mut self, stored: &'static TypeMeta, is_nullable: bool) {
        match stored {
            TypeMeta::Nullable(inside) => self.stored(inside, true),
            TypeMeta::Array { items, .. } => self.step(ReferenceStep::Items, items),
            TypeMeta::Map { values } => self.step(ReferenceStep::Values, values),
            TypeMeta::Document(document) => self.document(document.get()),
            TypeMeta::Enum(of) => {
                let of = of.get();
                self.inside(of.identity(), |walk| walk.variants(of));
            }
            TypeMeta::Id(target) => self.id(target, is_nullable),
            TypeMeta::Recursive(same) => {
                let same = same.get();
                self.inside(TypeMeta::newtype_identity(same), |walk| walk.stored(same, is_nullable));
            }
            _ => {}
        }
    }

    fn variants(&mut self, of: &'static EnumMeta) {
        for variant in of.variants() {
            let depth = self.steps.len();
            let content_name = match of.tagging() {
                _ if variant.is_untagged() => {
                    self.steps.push(ReferenceStep::Untagged);
                    None
                }
                Tagging::External => {
                    self.steps.push(ReferenceStep::Named(variant.name()));
                    Some(variant.name())
                }
                Tagging::Internal { tag } => {
                    self.steps.push(ReferenceStep::Tagged(tag, variant.name()));
                    None
                }
                Tagging::Adjacent { tag, content } => {
                    self.steps.push(ReferenceStep::Tagged(tag, variant.name()));
                    Some(content)
                }
                Tagging::Untagged => {
                    self.steps.push(ReferenceStep::Untagged);
                    None
                }
            };
            self.steps.extend(content_name.map(ReferenceStep::Field));
            match variant.content() {
                ContentMeta::Single(value) => self.stored(value, false),
                ContentMeta::Document(fields) => self.fields(fields),
                // The positions of a tuple are not names.
                ContentMeta::Tuple(_) | ContentMeta::Unit => {}
            }
            self.steps.truncate(depth);
        }
    }

    fn id(&mut self, target: &'static IdMeta, is_nullable: bool) {
        let (path, steps) = (self.name(None), self.steps.clone());
        self.found.push(ReferenceMeta { path, steps, target, is_nullable, on_delete: self.on_delete });
    }
}

impl Walk {
    fn name(&self, last: Option<&'static str>) -> String {
        let names = self.steps.iter().filter_map(|step| match step {
            ReferenceStep::Field(name) => Some(*name),
            ReferenceStep::Values => Some("*"),
            _ => None,
        });
        names.chain(last).collect::<Vec<_>>().join(".")
    }
}

/// Returns the dotted names of the fields that have a delete rule and contain no reference.
pub(crate) fn unused_rules(document: &DocumentMeta) -> Vec<String> {
    let mut walk = Walk::default();
    walk.document(document);
    walk.unused
}

/// Removes the id of the model itself from the references.
pub(crate) fn of_model(document: &DocumentMeta, model: TypeId) -> Vec<ReferenceMeta> {
    let mut references = document.references();
    references.retain(|reference| {
        let last = reference.steps.last();
        !(last == Some(&ReferenceStep::Field("_id"))
            && !reference.is_many()
            && reference.target.model() == model)
    });
    references
}
