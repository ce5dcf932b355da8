//! Attributes at a position where they are not valid: why, and what to do instead.

use syn::Ident;

use super::{AttributeName, AttributePosition, ContainerAttribute, FieldAttribute, IndexAttribute};
use crate::derive::Derive::{self, Embedded, Model, Patch, Shape, Value, View};

// The messages of several attributes.
const NO_INDEXES: &str = "an embedded document has no indexes of its own: index it from the model that holds it, \
                          `#[odm(index(address.city))]`";
const NO_SEARCH_INDEXES: &str = "an embedded document has no search indexes of its own: declare its fields on the model that \
                                 holds it, `#[odm(search_index(field(address.city)))]`";
const NEVER_WRITTEN: &str = "a view is read and never written: put it on its parent";
const ON_THE_DOCUMENT: &str =
    "a patch changes fields as their document declares them: put it on the document, or on its field";
const NOTHING_OF_ITS_OWN: &str =
    "a value has no rules, indexes or id of its own: put it on the field that holds it";

/// Returns why an attribute of another position is not valid at this one, and what to do instead.
pub(super) fn elsewhere(position: AttributePosition, ident: &Ident) -> Option<String> {
    let (derive, on_container) = match position {
        AttributePosition::Container(derive) => (derive, true),
        AttributePosition::Field(derive)
        | AttributePosition::VariantField(derive)
        | AttributePosition::VariantValue(derive) => (derive, false),
        AttributePosition::Variant => (Value, false),
        AttributePosition::Index
        | AttributePosition::FieldIndex
        | AttributePosition::Collation
        | AttributePosition::Bounds
        | AttributePosition::FieldRules
        | AttributePosition::DocumentRules
        | AttributePosition::Length
        | AttributePosition::Range
        | AttributePosition::Validator
        | AttributePosition::Capped
        | AttributePosition::TimeSeries
        | AttributePosition::Clustered
        | AttributePosition::ViewSource
        | AttributePosition::MaterializedView
        | AttributePosition::SearchIndex
        | AttributePosition::SearchField
        | AttributePosition::VectorSearchIndex
        | AttributePosition::Vector
        | AttributePosition::SchemaVersion => return None,
    };
    if let Some(attribute) = ContainerAttribute::parse(ident) {
        container_attribute(attribute, derive)
    } else if let Some(attribute) = FieldAttribute::parse(ident) {
        let in_variant =
            matches!(position, AttributePosition::VariantField(_) | AttributePosition::VariantValue(_));
        field_attribute(attribute, derive, on_container, in_variant)
    } else {
        index_attribute(IndexAttribute::parse(ident)?, derive, on_container)
    }
}

/// The messages of an attribute at the positions where it is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// The same message everywhere.
    Always(&'static str),
    /// On a container, those of something that only a model has. The message is that of other items.
    OfModels(&'static str),
    /// On a container, those of an option of a collection.
    OfCollections,
    /// On a container, those of the versions of a document.
    OfDocuments,
    Index,
    SearchIndex,
    Validate,
    Id,
    Rename,
    /// On a field, those of an encoding.
    Encoding,
    /// On a field, those of a policy.
    Policy,
    /// On a field, those of something that only stored fields have. The message is that of a shape.
    OfStored(&'static str),
}

fn container_attribute(attribute: ContainerAttribute, derive: Derive) -> Option<String> {
    use Elsewhere::{
        Always, Encoding, Id, Index, OfCollections, OfDocuments, OfModels, OfStored, Policy, Rename,
        SearchIndex, Validate as Rules,
    };

    let reason = match (attribute.elsewhere()?, derive) {
        (Always(reason), _) | (OfModels(reason), Embedded | Shape | Value) => reason,
        (Index, _) | (SearchIndex, Shape | View | Patch | Value) => return index(derive),
        (Rules, _) => return validate(derive),
        (SearchIndex | OfModels(_) | OfCollections | OfDocuments, Model) | (OfDocuments, Embedded) => {
            return Some(not_on_a_field(attribute));
        }
        (SearchIndex, Embedded) => NO_SEARCH_INDEXES,
        (OfModels(_) | OfDocuments, View) => NEVER_WRITTEN,
        (OfModels(_) | OfDocuments, Patch) => ON_THE_DOCUMENT,
        (OfCollections, View | Patch | Embedded | Shape | Value) => {
            "this is an option of a collection: put it on the model"
        }
        (OfDocuments, Shape) => {
            "a shape is stored nowhere, so it has no older versions: put it on the model or the embedded document"
        }
        (OfDocuments, Value) => {
            "a value cannot have a version of its own: put it on the document that holds it"
        }
        (Id | Rename | Encoding | Policy | OfStored(_), _) => return None,
    };
    Some(reason.to_owned())
}

fn field_attribute(
    attribute: FieldAttribute,
    derive: Derive,
    on_container: bool,
    in_variant: bool,
) -> Option<String> {
    use Elsewhere::{
        Always, Encoding, Id, Index, OfCollections, OfDocuments, OfModels, OfStored, Policy, Rename,
        SearchIndex, Validate as Rules,
    };

    let reason = match (attribute.elsewhere()?, derive) {
        (Always(reason), _) | (OfStored(reason), Shape) => reason,
        (Index, _) => return index(derive),
        (Rules, _) => return validate(derive),
        (Id | Rename | Encoding | OfStored(_) | Policy, Model) if on_container => {
            return Some(format!("`{}` belongs on a field, not on the model", attribute.text()));
        }
        (Id, Embedded) => {
            "an embedded document has no id of its own: rename the field with \
             `#[odm(rename = \"_id\")]` if it is to be stored as `_id`"
        }
        (Id | OfStored(_), Value) => NOTHING_OF_ITS_OWN,
        (OfStored(_), View) => NEVER_WRITTEN,
        (Rename, View) => {
            "a view reads a field under the stored name of its parent's field: to give it another Rust name, \
             specify the parent's field, `#[odm(from = parents_field)]`"
        }
        (Rename, Patch) => {
            "a patch sets a field under its stored name: to give it another Rust name, specify the document's field, \
             `#[odm(to = documents_field)]`, and another name in the request, `#[serde(rename = \"name\")]`"
        }
        (Id | Encoding | OfStored(_) | Policy, Patch) => ON_THE_DOCUMENT,
        (Id | Encoding, View) => "a view reads a field as its parent stores it: put it on the parent's field",
        (Policy, Model) if in_variant => {
            "the variants of a model share their policies, so a field of one variant cannot have one: \
             make a struct the model, with the enum in a flattened field"
        }
        (Policy, Embedded | Shape | View | Value) => {
            "a policy is about whole documents of a collection: put it on a field of the model"
        }
        (Id | Policy, Model)
        | (Id, Shape)
        | (Rename | Encoding, Model | Embedded | Shape | Value)
        | (OfStored(_), Model | Embedded)
        | (SearchIndex | OfModels(_) | OfCollections | OfDocuments, _) => return None,
    };
    Some(reason.to_owned())
}

fn index_attribute(attribute: IndexAttribute, derive: Derive, on_container: bool) -> Option<String> {
    use IndexAttribute::{
        Bounds, Collation, DefaultLanguage, Descending, EveryField, Exclude, Hidden, Include,
        LanguageOverride, Name, Partial, Sparse, Ttl, Type, Unique, Weights,
    };

    let value = match (derive, attribute) {
        (Model, Unique | Sparse | Hidden | Descending) => "",
        (Model, Ttl) => " = \"90d\"",
        (Model, Partial) => " = |order| ..",
        (Embedded, Unique | Sparse | Ttl) => return Some(NO_INDEXES.to_owned()),
        (
            Model,
            Name | Type | EveryField | Collation | Weights | DefaultLanguage | LanguageOverride | Bounds
            | Include | Exclude,
        )
        | (Embedded | Shape | View | Patch | Value, _) => return None,
    };
    let (attribute, on_model) = (attribute.text(), if on_container { "field, " } else { "" });
    Some(format!("`{attribute}` is an option of an index: write `index({on_model}{attribute}{value})`"))
}

fn index(derive: Derive) -> Option<String> {
    let reason = match derive {
        Model => return None,
        Embedded => NO_INDEXES,
        Shape => "a shape has no collection, so no indexes: declare them on the model",
        View => NEVER_WRITTEN,
        Patch => ON_THE_DOCUMENT,
        Value => NOTHING_OF_ITS_OWN,
    };
    Some(reason.to_owned())
}

fn validate(derive: Derive) -> Option<String> {
    let reason = match derive {
        Model | Embedded => return None,
        Shape => "a shape is read and never written, so it has nothing to validate",
        View => NEVER_WRITTEN,
        Patch => ON_THE_DOCUMENT,
        Value => NOTHING_OF_ITS_OWN,
    };
    Some(reason.to_owned())
}

fn not_on_a_field(attribute: ContainerAttribute) -> String {
    format!("`{}` belongs on the struct, not on a field", attribute.text())
}
