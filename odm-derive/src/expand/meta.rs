//! The declarations as data: `Doc::META` of a document, `Value::STORED_AS` and `Value::VARIANTS` of an enum.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;

use super::{Scope, span::about, variants::is_flattened};
use crate::{
    ast::{Content, Data, Field, Variant, member_name},
    attr::serde::{Default, Tagging},
};

/// Returns `Doc::META` of a struct or of a model that is an enum.
pub(crate) fn of_document(scope: &Scope<'_>) -> TokenStream {
    let (runtime, name, container) = (&scope.runtime, scope.ident.unraw().to_string(), scope.container);
    let meta = match &container.data {
        Data::Enum(..) => quote!(#runtime::enum_document_meta::<Self>(#name)),
        _ => {
            let fields = fields(scope, container.fields(), &container.default);
            let tag = container.tag.as_ref().map(|(tag, value)| quote!(.with_tag(#tag, #value)));
            let denying = container.deny_unknown_fields.then(|| quote!(.denying_unknown_fields()));
            quote!(#runtime::document_meta::<Self>(#name, &[#fields]) #tag #denying)
        }
    };
    quote!(const META: &'static #runtime::DocumentMeta = &#meta;)
}

/// Returns `Value::STORED_AS` of a document.
pub(crate) fn stored_document(scope: &Scope<'_>) -> TokenStream {
    let runtime = &scope.runtime;
    quote!(const STORED_AS: &'static #runtime::TypeMeta = &#runtime::stored_document::<Self>();)
}

/// Returns `Value::STORED_AS` of an array of such fields.
pub(crate) fn stored_tuple(scope: &Scope<'_>, fields: &[Field<'_>]) -> TokenStream {
    let (runtime, items) = (&scope.runtime, items(scope, fields));
    quote! {
        const STORED_AS: &'static #runtime::TypeMeta =
            &#runtime::TypeMeta::Tuple(#runtime::Deferred::new(|| const { &[#items] }));
    }
}

/// Returns `Value::STORED_AS` and `Value::VARIANTS` of an enum.
pub(crate) fn of_enum(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    if scope.failed {
        return TokenStream::new();
    }
    let (runtime, name) = (&scope.runtime, scope.ident.unraw().to_string());
    let stored = variants.iter().filter(|variant| variant.is_stored());
    let variants = stored.map(|variant| self::variant(scope, tagging, variant));
    let tagging = match tagging {
        Tagging::External => quote!(External),
        Tagging::Internal { tag } => quote!(Internal { tag: #tag }),
        Tagging::Adjacent { tag, content } => quote!(Adjacent { tag: #tag, content: #content }),
        Tagging::Untagged => quote!(Untagged),
    };
    let denying = scope.container.deny_unknown_fields.then(|| quote!(.denying_unknown_fields()));
    quote! {
        const STORED_AS: &'static #runtime::TypeMeta = &#runtime::stored_enum::<Self>();
        const VARIANTS: &'static #runtime::EnumMeta =
            &#runtime::enum_meta::<Self>(#name, #runtime::Tagging::#tagging, &[#(#variants),*]) #denying;
    }
}

fn variant(scope: &Scope<'_>, tagging: &Tagging, variant: &Variant<'_>) -> TokenStream {
    let (runtime, name, aliases) = (&scope.runtime, &variant.stored, &variant.aliases);
    let rust_name = variant.original.ident.unraw().to_string();
    let content = match &variant.content {
        Content::Unit => quote!(Unit),
        Content::Newtype(field) => {
            let key = scope.key(field);
            let function = if is_flattened(tagging, variant) {
                quote!(flattened_content_meta)
            } else {
                quote!(content_meta)
            };
            quote!(Single(#runtime::#function::<Self, #key>()))
        }
        Content::Tuple(fields) => {
            let items = items(scope, fields);
            quote!(Tuple(&[#items]))
        }
        Content::Document(fields) => {
            let fields = self::fields(scope, fields, &Default::None);
            quote!(Document(&[#fields]))
        }
    };
    let untagged = variant.untagged.then(|| quote!(.untagged()));
    let other = variant.other.then(|| quote!(.other()));
    let (written, read) = (unwritten(variant.skip_serializing), unread(variant.skip_deserializing));
    quote! {
        #runtime::VariantMeta::new(#name, &[#(#aliases),*], #rust_name, #runtime::ContentMeta::#content)
        #untagged #other #written #read
    }
}

/// Returns the descriptions of the stored fields of a document. `default` is the default of the whole document.
fn fields(scope: &Scope<'_>, fields: &[Field<'_>], default: &Default) -> TokenStream {
    let stored = fields.iter().filter(|field| field.is_stored() && !scope.failed);
    let fields = stored.map(|field| {
        let (runtime, key, rust_name) = (&scope.runtime, scope.key(field), member_name(&field.member));
        let owner = if field.variant.is_some() { scope.owner(field) } else { quote!(Self) };
        let function = if field.flatten.is_some() { quote!(flattened_meta) } else { quote!(field_meta) };
        let has_default = !matches!((&field.default, default), (Default::None, Default::None));
        let default = has_default.then(|| {
            if field.flatten.is_some() || field.variant.is_some() {
                quote!(.with_default(#runtime::flattened_default))
            } else {
                quote!(.with_default(#runtime::default_of::<#owner, #key>))
            }
        });
        let skip_if = field.skip_serializing_if.is_some().then(|| quote!(.sometimes_written()));
        let (written, read) = (unwritten(field.skip_serializing), unread(field.skip_deserializing));
        let on_delete = field.attrs.on_delete.get().map(|rule| {
            let rule = format_ident!("{rule}");
            quote!(.with_on_delete(#runtime::OnDelete::#rule))
        });
        let meta = quote! {
            #runtime::#function::<#owner, #key>(#rust_name) #default #skip_if #written #read #on_delete
        };
        about(field, meta)
    });
    quote!(#(#fields),*)
}

/// Returns the descriptions of the stored elements of an array.
fn items(scope: &Scope<'_>, fields: &[Field<'_>]) -> TokenStream {
    let items = fields.iter().filter(|field| field.is_stored() && !scope.failed).map(|field| {
        let (runtime, key) = (&scope.runtime, scope.key(field));
        quote!(#runtime::content_meta::<Self, #key>())
    });
    quote!(#(#items),*)
}

fn unwritten(skipped: bool) -> Option<TokenStream> {
    skipped.then(|| quote!(.never_written()))
}

fn unread(skipped: bool) -> Option<TokenStream> {
    skipped.then(|| quote!(.never_read()))
}
