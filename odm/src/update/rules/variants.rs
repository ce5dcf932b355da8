//! The rules of what the variants of an enum hold.

use mongodb::bson::{Bson, Document};

use super::{fields, value};
use crate::{
    error::invalid::Violations,
    meta::{ContentMeta, EnumMeta, Tagging, VariantMeta},
};

/// Checks the value of an enum. The variant of an untagged enum is not stored, so its content is not checked.
pub(super) fn value_of(meta: &'static EnumMeta, given: &Bson, found: &mut Violations) {
    if let Bson::Document(document) = given {
        elements(meta, document, found);
    }
}

/// Checks the elements of an enum, which are those of a document, or among them.
pub(super) fn elements(meta: &'static EnumMeta, given: &Document, found: &mut Violations) {
    let named =
        |name: &str| meta.variants().iter().find(|variant| !variant.is_untagged() && variant.name() == name);
    match meta.tagging() {
        Tagging::External => {
            for (name, inside) in given {
                if let Some(variant) = named(name) {
                    within(variant, name, inside, found);
                }
            }
        }
        Tagging::Internal { tag } => {
            let Some(variant) = given.get_str(tag).ok().and_then(named) else { return };
            match variant.content() {
                ContentMeta::Document(declared) => fields(declared, given, found),
                ContentMeta::Single(stored) => value(stored, None, &Bson::Document(given.clone()), found),
                ContentMeta::Unit | ContentMeta::Tuple(_) => {}
            }
        }
        Tagging::Adjacent { tag, content } => {
            let variant = given.get_str(tag).ok().and_then(named);
            if let (Some(variant), Some(inside)) = (variant, given.get(content)) {
                within(variant, content, inside, found);
            }
        }
        Tagging::Untagged => {}
    }
}

/// Checks the content of a variant, which is stored under this name.
fn within(variant: &'static VariantMeta, name: &str, given: &Bson, found: &mut Violations) {
    let from = found.len();
    match (variant.content(), given) {
        (ContentMeta::Document(declared), Bson::Document(given)) => fields(declared, given, found),
        (ContentMeta::Single(stored), given) => value(stored, None, given, found),
        (ContentMeta::Tuple(items), Bson::Array(given)) => super::items(items, given, found),
        _ => {}
    }
    found.nest(from, name);
}
