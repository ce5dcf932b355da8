//! Checks of a model: its collection and its id.

use proc_macro2::TokenStream;
use syn::{DeriveInput, GenericArgument, PathArguments, PathSegment, Type, parse_quote, visit::Visit};

use crate::{
    ast::{self, Codec, Container, Content, Data, Field},
    ctxt::Ctxt,
    derive::Derive,
};

/// Refuses a model without a valid name of a collection.
pub(super) fn collection(cx: &Ctxt, container: &Container<'_>) {
    let Some(name) = container.attrs.collection.get() else {
        if container.attrs.has_collection {
            return;
        }
        let ident = &container.original.ident;
        let message =
            format!("`{ident}` needs the name of its collection: add `#[odm(collection = \"..\")]`");
        cx.error(ident, message);
        return;
    };
    let text = name.value();
    let problem = if text.is_empty() {
        "it is empty"
    } else if text.contains('\0') {
        "it contains NUL"
    } else if text.contains('$') {
        "it contains `$`"
    } else if text.starts_with("system.") {
        "names that start with `system.` belong to the server"
    } else {
        return;
    };
    cx.error(name, format_args!("{text:?} cannot be the name of a collection: {problem}"));
}

/// Refuses a model without an id that every document has.
pub(super) fn id(cx: &Ctxt, container: &Container<'_>) {
    let ident = &container.original.ident;
    match &container.data {
        Data::Document(fields) => match ast::id(fields) {
            Some(field) => usable_id(cx, ident, field),
            None => no_id(cx, ident, ident),
        },
        Data::Enum(_, variants) => {
            for variant in variants {
                match &variant.content {
                    Content::Document(fields) => match ast::id(fields) {
                        Some(field) => usable_id(cx, ident, field),
                        None => no_id(cx, &variant.original.ident, ident),
                    },
                    // rustc checks that the type inside has an id.
                    Content::Newtype(_) => {}
                    Content::Unit | Content::Tuple(_) => no_id(cx, &variant.original.ident, ident),
                }
            }
        }
        _ => {}
    }
}

fn no_id(cx: &Ctxt, place: &syn::Ident, model: &syn::Ident) {
    cx.error(
        place,
        format_args!(
            "`{place}` has no id: add a field `id: odm::Id<{model}>`, or mark the field that is the id \
             with `#[odm(id)]`"
        ),
    );
}

fn usable_id(cx: &Ctxt, ident: &syn::Ident, field: &Field<'_>) {
    if !matches!(field.codec, Codec::Value | Codec::Invalid) {
        let message = match field.codec {
            Codec::Binary | Codec::Unit(_) => {
                "the id is stored as its type stores it: put the attribute on a newtype that derives `odm::Value`"
            }
            _ => "the id cannot be stored through serde: its type must be an odm `Value`",
        };
        cx.error(field.ty, message);
    }
    if last_segment(field.ty).is_some_and(|segment| segment == "Option") {
        cx.error(
            field.ty,
            format_args!(
                "every stored document has an `_id`, so it cannot be an `Option`: declare it `odm::Id<{ident}>` \
                 and make new ones with `Id::new()`"
            ),
        );
    }
    if is_array(field.ty) {
        cx.error(
            field.ty,
            "the server takes no array as `_id`: declare another id and keep the array in a field of its own",
        );
    }
    if field.skip_serializing || field.skip_deserializing {
        cx.error(&field.member, "the id cannot be skipped: documents are found by their id");
    }
    if field.skip_serializing_if.is_some() {
        cx.error(
            &field.member,
            "the id cannot be left out, or the server stores one that the program does not know: remove \
             `skip_serializing_if`, and make new ids with `Id::new()`",
        );
    }
    for index in &field.attrs.indexes {
        cx.push(syn::Error::new(index.span, "`_id` always has an index: remove this one"));
    }
}

/// Returns whether the type looks like one that is stored as an array.
fn is_array(ty: &Type) -> bool {
    const SEQUENCES: [&str; 6] = ["Vec", "VecDeque", "LinkedList", "HashSet", "BTreeSet", "BinaryHeap"];
    match ty {
        Type::Array(_) | Type::Slice(_) => true,
        Type::Tuple(tuple) => !tuple.elems.is_empty(),
        Type::Group(group) => is_array(&group.elem),
        Type::Paren(paren) => is_array(&paren.elem),
        _ => last_segment(ty).is_some_and(|segment| SEQUENCES.iter().any(|sequence| segment == sequence)),
    }
}

/// Returns the last name of a path type.
pub(crate) fn last_segment(ty: &Type) -> Option<&syn::Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// Refuses an `Id` of a key, such as `Id<String>`: the parameter of `Id` is a model.
pub(super) fn ids_of_models(cx: &Ctxt, container: &Container<'_>) {
    let model = &container.original.ident;
    for field in container.all_fields().filter(|field| matches!(field.codec, Codec::Value)) {
        let mut found = IdsOfKeys::default();
        found.visit_type(field.ty);
        let is_id = container.derive == Derive::Model && field.stored == "_id";
        for key in found.0 {
            let name = key.to_string();
            let message = if is_id {
                let on_model = if name == "ObjectId" {
                    String::new()
                } else {
                    format!(", and `#[odm(key = {name})]` on it")
                };
                format!(
                    "the parameter of `Id` is a model, not a key: write `Id<{model}>` for the id of \
                     `{model}`{on_model}"
                )
            } else {
                format!(
                    "the parameter of `Id` is a model, not a key: write the model that the id refers to, as in \
                     `Id<Customer>`, or the key alone, `{name}`"
                )
            };
            cx.error(key, message);
        }
    }
}

/// Returns the item with an `ObjectId` in place of each field that [`ids_of_models`] refuses, if there is one. rustc
/// reports the type of such a field in the item, and would report it again in each implementation.
pub(crate) fn without_ids_of_keys(container: &Container<'_>, odm: &TokenStream) -> Option<DeriveInput> {
    let is_refused = |ty: &Type| {
        let mut found = IdsOfKeys::default();
        found.visit_type(ty);
        !found.0.is_empty()
    };
    if !container.all_fields().any(|field| matches!(field.codec, Codec::Value) && is_refused(field.ty)) {
        return None;
    }
    let mut item = container.original.clone();
    let fields: Vec<&mut syn::Field> = match &mut item.data {
        syn::Data::Struct(data) => data.fields.iter_mut().collect(),
        syn::Data::Enum(data) => data.variants.iter_mut().flat_map(|variant| &mut variant.fields).collect(),
        syn::Data::Union(_) => Vec::new(),
    };
    for field in fields {
        if is_refused(&field.ty) {
            field.ty = parse_quote!(#odm::__private::ObjectId);
        }
    }
    Some(item)
}

/// The keys that are parameters of an `Id<..>` anywhere in a type.
#[derive(Default)]
struct IdsOfKeys<'ast>(Vec<&'ast syn::Ident>);

impl<'ast> Visit<'ast> for IdsOfKeys<'ast> {
    fn visit_path_segment(&mut self, segment: &'ast PathSegment) {
        const KEYS: [&str; 8] = ["String", "str", "ObjectId", "Uuid", "i32", "i64", "u32", "u64"];
        if segment.ident == "Id"
            && let PathArguments::AngleBracketed(arguments) = &segment.arguments
            && let Some(GenericArgument::Type(of)) = arguments.args.first()
            && let Some(key) = last_segment(of).filter(|key| KEYS.iter().any(|name| key == name))
        {
            self.0.push(key);
        }
        syn::visit::visit_path_segment(self, segment);
    }
}
