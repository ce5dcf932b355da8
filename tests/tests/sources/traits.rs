//! Checks that every public trait has its own error message for types that do not implement it, and that rustc does
//! not suggest implementations for every type.
#![allow(clippy::unwrap_used)] // in functions that tests share

use std::{
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, GenericParam, ItemImpl, ItemTrait, Type, Visibility,
    visit::{self, Visit},
};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../odm/src");

/// Public traits that are never reported as unimplemented, with the reason.
const NOT_REPORTED: &[(&str, &str)] = &[
    ("AutoKey", "rustc reports `Slot` instead"),
    ("BaseProduces", "a helper of `Produces`, for the fields of a document"),
    ("Context", "the contexts are the crate's own"),
    ("Encoding", "rustc reports `StoredAsBinary` and `StoredInUnit` instead"),
    ("FieldAccess", "for every document with the field: rustc reports `HasField` instead"),
    ("Filled", "for every value: rustc reports `FillsField` instead"),
    ("FlattenedAccess", "for every document with the flattened field: rustc reports `HasFlattened` instead"),
    ("FromOther", "a helper of `FromField`, for fields that serde stores or that are nested"),
    ("Key", "the derives implement it for every field"),
    ("Layer", "the derives implement it for every document"),
    ("LinkPath", "the paths to links are the crate's own"),
    ("Multiplicity", "the multiplicities are the crate's own"),
    ("OnDangling", "the crate's own: optional and required"),
    ("ReadsAs", "the actions that read are the crate's own"),
    ("RowPosition", "the positions are the crate's own; rustc reports `NotInArray` instead"),
    ("Sealed", "not nameable outside of the crate"),
    ("Span", "rustc reports `StoredInUnit` instead"),
    ("Unit", "only the derive uses the units"),
    ("UntaggedAccess", "for every enum with the variant: rustc reports `HasField` instead"),
    ("VariableKind", "the kinds are the crate's own"),
    ("VariantAccess", "for every enum with the variant: rustc reports `HasFlattened` instead"),
    ("Wrap", "the wraps are the crate's own; rustc reports `Single` instead"),
];

/// The traits and implementations found in the sources.
#[derive(Default)]
struct Found {
    file: String,
    traits: usize,
    silent: Vec<String>,
    blankets: usize,
    proposed: Vec<String>,
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        visit::visit_item_trait(self, item);
        if !matches!(item.vis, Visibility::Public(_)) {
            return;
        }
        self.traits += 1;
        if !has(&item.attrs, "on_unimplemented") {
            self.silent.push(item.ident.to_string());
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        visit::visit_item_impl(self, item);
        let (Some((of, _)), Some(parameter)) = (&item.trait_, parameter(item)) else { return };
        self.blankets += 1;
        if !has(&item.attrs, "do_not_recommend") {
            let of = of.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
            self.proposed.push(format!("{}: impl {of} for {parameter}", self.file));
        }
    }
}

/// Returns the type parameter that an implementation is for, if it is for every type.
fn parameter(item: &ItemImpl) -> Option<String> {
    let target = match &*item.self_ty {
        Type::Reference(reference) => &*reference.elem,
        target => target,
    };
    let Type::Path(path) = target else { return None };
    let name = path.path.get_ident()?;
    let is_it = |parameter: &GenericParam| matches!(parameter, GenericParam::Type(it) if it.ident == *name);
    item.generics.params.iter().any(is_it).then(|| name.to_string())
}

fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        path.segments.len() == 2 && path.segments[0].ident == "diagnostic" && path.segments[1].ident == name
    })
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn found() -> Found {
    let mut files = Vec::new();
    sources(Path::new(SOURCES), &mut files);
    let mut found = Found::default();
    for file in files {
        found.file = file.strip_prefix(SOURCES).unwrap().display().to_string();
        found.visit_file(&syn::parse_file(&fs::read_to_string(&file).unwrap()).unwrap());
    }
    found
}

#[test]
fn every_public_trait_has_on_unimplemented() {
    let mut found = found();
    found.silent.sort();
    let listed: Vec<_> = NOT_REPORTED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(found.silent, listed, "traits without `#[diagnostic::on_unimplemented]`, and those listed");
    assert!(found.traits > 60, "only {} traits were seen", found.traits);
}

#[test]
fn every_blanket_implementation_has_do_not_recommend() {
    let found = found();
    assert!(found.proposed.is_empty(), "without `#[diagnostic::do_not_recommend]`: {:#?}", found.proposed);
    assert!(found.blankets > 20, "only {} were seen", found.blankets);
}
