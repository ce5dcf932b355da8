//! The `#[serde(..)]` attributes, parsed by serde's own parser. Nothing else in this crate reads serde's attributes.
//!
//! `serde_derive_internals` is an unstable crate: its version is pinned, and only this file uses it.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use serde_derive_internals::{
    Ctxt as SerdeCtxt, Derive, ast, attr,
    attr::{Default as SerdeDefault, Identifier, TagType},
    name::MultiName,
};
use syn::{Attribute, DeriveInput, ExprPath, Meta};

use crate::ctxt::Ctxt;

pub(crate) use serde_derive_internals::replace_receiver;

/// The serde attributes of a struct or enum.
#[derive(Debug, Default)]
pub(crate) struct Container {
    pub(crate) default: Default,
    pub(crate) deny_unknown_fields: bool,
    pub(crate) transparent: Option<Span>,
    pub(crate) tagging: Tagging,
    /// The name of the type, which is the value of a struct's tag.
    pub(crate) name: String,
    /// The span of `from` or `try_from`: the type is read as another.
    pub(crate) from: Option<Span>,
    /// The span of `into`: the type is written as another.
    pub(crate) into: Option<Span>,
    /// In the order of the source.
    pub(crate) fields: Vec<Field>,
    /// In the order of the source.
    pub(crate) variants: Vec<Variant>,
}

/// The serde attributes of a field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// The span of the string that specifies the name, or of the field's own name.
    pub(crate) name_span: Span,
    /// Additional names that are read.
    pub(crate) aliases: Vec<String>,
    pub(crate) default: Default,
    pub(crate) skip_serializing: bool,
    pub(crate) skip_deserializing: bool,
    pub(crate) skip_serializing_if: Option<ExprPath>,
    pub(crate) serialize_with: Option<ExprPath>,
    pub(crate) deserialize_with: Option<ExprPath>,
    /// The span of `flatten`.
    pub(crate) flatten: Option<Span>,
    /// The one field that `transparent` stores.
    pub(crate) transparent: bool,
}

/// How an enum stores the name of its variant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Tagging {
    /// The variant's name is the only key of a document.
    #[default]
    External,
    /// An element among the variant's fields.
    Internal { tag: String },
    /// An element beside the variant's content.
    Adjacent { tag: String, content: String },
    /// The name is not stored.
    Untagged,
}

/// The serde attributes of a variant.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // each is an attribute of serde
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) skip_serializing: bool,
    pub(crate) skip_deserializing: bool,
    /// Every unknown name is read as this variant.
    pub(crate) other: bool,
    pub(crate) untagged: bool,
    pub(crate) serialize_with: Option<ExprPath>,
    pub(crate) deserialize_with: Option<ExprPath>,
    /// The span of `with`, `serialize_with` or `deserialize_with`.
    pub(crate) with: Option<Span>,
    /// In the order of the source.
    pub(crate) fields: Vec<Field>,
}

/// The value of a missing field.
#[derive(Debug, Clone, Default)]
pub(crate) enum Default {
    /// An error, unless the type has a value for a missing field.
    #[default]
    None,
    /// `Default::default()`.
    Trait,
    /// The result of this function.
    Path(ExprPath),
}

impl Container {
    /// Parses every `#[serde(..)]` of the item. Reports what odm does not support, with an alternative.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Self {
        if matches!(input.data, syn::Data::Union(_)) {
            return Self::default();
        }
        let serde_cx = SerdeCtxt::new();
        // The name of serde's private module, which only its own expansions need.
        let private = Ident::new("__private", Span::call_site());
        let container = ast::Container::from_ast(&serde_cx, input, Derive::Deserialize, &private);
        if let Err(errors) = serde_cx.check() {
            errors.into_iter().filter(|error| !is_reported_by_check(error)).for_each(|error| cx.push(error));
        }
        let Some(container) = container else { return Self::default() };
        refuse_on_container(cx, input, &container.attrs);
        let mut this = Self {
            default: container.attrs.default().into(),
            deny_unknown_fields: container.attrs.deny_unknown_fields(),
            transparent: container.attrs.transparent().then(|| span_of(&input.attrs, "transparent")),
            tagging: container.attrs.tag().into(),
            name: container.attrs.name().serialize_name().value.clone(),
            from: from_span(&container.attrs, input),
            into: container.attrs.type_into().map(|_| span_of(&input.attrs, "into")),
            fields: Vec::new(),
            variants: Vec::new(),
        };
        match container.data {
            ast::Data::Struct(_, fields) => {
                this.fields = fields.iter().map(|field| Field::new(cx, field)).collect();
            }
            ast::Data::Enum(variants) => {
                this.variants = variants.iter().map(|variant| Variant::new(cx, variant)).collect();
            }
        }
        this
    }
}

impl Field {
    fn new(cx: &Ctxt, field: &ast::Field<'_>) -> Self {
        let attributes = &field.original.attrs;
        if field.attrs.getter().is_some() {
            refuse(cx, span_of(attributes, "getter"), "getter", "derive for a type of your own");
        }
        let (name, name_span, aliases) = name(cx, attributes, field.attrs.name(), field.attrs.aliases());
        Self {
            name,
            name_span,
            aliases,
            default: field.attrs.default().into(),
            skip_serializing: field.attrs.skip_serializing(),
            skip_deserializing: field.attrs.skip_deserializing(),
            skip_serializing_if: field.attrs.skip_serializing_if().cloned(),
            serialize_with: field.attrs.serialize_with().cloned(),
            deserialize_with: field.attrs.deserialize_with().cloned(),
            flatten: field.attrs.flatten().then(|| span_of(attributes, "flatten")),
            transparent: field.attrs.transparent(),
        }
    }
}

impl Variant {
    fn new(cx: &Ctxt, variant: &ast::Variant<'_>) -> Self {
        let attributes = &variant.original.attrs;
        let with = ["with", "serialize_with", "deserialize_with"];
        let (name, _, aliases) = name(cx, attributes, variant.attrs.name(), variant.attrs.aliases());
        Self {
            name,
            aliases,
            skip_serializing: variant.attrs.skip_serializing(),
            skip_deserializing: variant.attrs.skip_deserializing(),
            other: variant.attrs.other(),
            untagged: variant.attrs.untagged(),
            serialize_with: variant.attrs.serialize_with().cloned(),
            deserialize_with: variant.attrs.deserialize_with().cloned(),
            with: with.iter().find_map(|name| find(attributes, name)),
            fields: variant.fields.iter().map(|field| Field::new(cx, field)).collect(),
        }
    }
}

impl From<&TagType> for Tagging {
    fn from(tag: &TagType) -> Self {
        match tag {
            TagType::External => Self::External,
            TagType::Internal { tag } => Self::Internal { tag: tag.clone() },
            TagType::Adjacent { tag, content } => {
                Self::Adjacent { tag: tag.clone(), content: content.clone() }
            }
            TagType::None => Self::Untagged,
        }
    }
}

impl From<&SerdeDefault> for Default {
    fn from(default: &SerdeDefault) -> Self {
        match default {
            SerdeDefault::None => Self::None,
            SerdeDefault::Default => Self::Trait,
            SerdeDefault::Path(path) => Self::Path(path.clone()),
        }
    }
}

/// Returns the stored name, its span, and the additional names that are read.
fn name(
    cx: &Ctxt,
    attributes: &[Attribute],
    name: &MultiName,
    aliases: &std::collections::BTreeSet<serde_derive_internals::name::Name>,
) -> (String, Span, Vec<String>) {
    let (writes, reads) = (name.serialize_name(), name.deserialize_name());
    if writes.value != reads.value {
        refuse_two_names(cx, find(attributes, "rename").unwrap_or(writes.span));
    }
    let aliases = aliases.iter().map(|alias| alias.value.clone()).filter(|alias| *alias != reads.value);
    (writes.value.clone(), writes.span, aliases.collect())
}

/// Returns whether the error is a field with the name of the tag. serde reports it at the whole enum, but `check`
/// reports it at the field.
fn is_reported_by_check(error: &syn::Error) -> bool {
    let text = error.to_string();
    text.starts_with("variant field name `") && text.ends_with("conflicts with internal tag")
}

fn refuse_two_names(cx: &Ctxt, span: Span) {
    cx.push(syn::Error::new(
        span,
        "odm stores a field under one name for writing and reading; to read an old name too, \
         use `#[serde(alias = \"..\")]`",
    ));
}

fn from_span(attrs: &attr::Container, input: &DeriveInput) -> Option<Span> {
    let name = match (attrs.type_from(), attrs.type_try_from()) {
        (Some(_), _) => "from",
        (None, Some(_)) => "try_from",
        (None, None) => return None,
    };
    Some(span_of(&input.attrs, name))
}

fn refuse_on_container(cx: &Ctxt, input: &DeriveInput, attrs: &attr::Container) {
    let through_serde = "store the fields that hold this type through serde: `#[odm(serde)]` on those fields";
    let identifiers = [
        ("field_identifier", matches!(attrs.identifier(), Identifier::Field)),
        ("variant_identifier", matches!(attrs.identifier(), Identifier::Variant)),
    ];
    for name in given(&identifiers) {
        refuse(cx, span_of(&input.attrs, name), name, through_serde);
    }
    if attrs.remote().is_some() {
        let out = "derive for a type of your own, or mark the field of the foreign type `#[odm(serde)]` \
                   together with a local wrapper";
        refuse(cx, span_of(&input.attrs, "remote"), "remote", out);
    }
}

fn given<'w>(names: &[(&'w str, bool)]) -> Vec<&'w str> {
    names.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect()
}

fn refuse(cx: &Ctxt, span: Span, name: &str, instead: &str) {
    cx.push(syn::Error::new(span, format_args!("odm does not support `#[serde({name})]` here; {instead}")));
}

/// Returns the span of an attribute in `#[serde(..)]`, for messages about it. serde's tree does not contain these
/// spans.
fn find(attributes: &[Attribute], name: &str) -> Option<Span> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("serde")).find_map(|attribute| {
        match &attribute.meta {
            Meta::List(list) => find_name(list.tokens.clone(), name),
            _ => None,
        }
    })
}

fn find_name(tokens: TokenStream, name: &str) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == name => Some(ident.span()),
        _ => None,
    })
}

fn span_of(attributes: &[Attribute], name: &str) -> Span {
    find(attributes, name).unwrap_or_else(Span::call_site)
}
