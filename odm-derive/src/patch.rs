//! The tree of `#[derive(Patch)]`: the document that is patched, and the fields.
//!
//! The derive ignores `#[serde(..)]` on a patch: these attributes determine the names of the members of a request, and
//! stored names come from the document.

use std::collections::HashMap;

use syn::{Data, DeriveInput, Fields, Ident, Path, Type, ext::IdentExt};

use crate::{
    attr::{
        Once, odm_attributes,
        symbol::{AttributeName, AttributePosition, PatchFieldAttribute, ViewAttribute},
        value,
    },
    ctxt::Ctxt,
    derive::Derive,
};

/// The struct that has the derive.
pub(crate) struct Patch<'a> {
    pub(crate) krate: Once<Path>,
    /// The document. A missing document is an error.
    pub(crate) of: Once<Type>,
    pub(crate) fields: Vec<Field<'a>>,
}

/// A field of a patch.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    /// The field of the document.
    pub(crate) to: Ident,
}

impl<'a> Patch<'a> {
    /// Parses the struct. Reports errors to `cx` and returns a tree of what could be parsed.
    pub(crate) fn read(cx: &Ctxt, original: &'a DeriveInput) -> Self {
        let (mut krate, mut of, mut says_of) = (Once::default(), Once::default(), false);
        odm_attributes(cx, &original.attrs, |ident, input| {
            let attribute = ViewAttribute::require_at(AttributePosition::Container(Derive::Patch), ident)?;
            match attribute {
                ViewAttribute::Of => {
                    says_of = true;
                    of.set(ident, value(ident, input, attribute.form())?)
                }
                ViewAttribute::Crate => krate.set(ident, value(ident, input, attribute.form())?),
            }
        });
        let ident = &original.ident;
        if !says_of {
            let form = ViewAttribute::Of.form();
            cx.error(ident, format_args!("`{ident}` needs the type that it is a patch of: add `{form}`"));
        }
        let fields = fields(cx, original);
        let mut seen: HashMap<String, &Ident> = HashMap::new();
        for field in &fields {
            let to = field.to.unraw().to_string();
            if let Some(first) = seen.insert(to.clone(), field.ident) {
                let message = format!("`{first}` and `{}` both change `{to}`", field.ident);
                cx.push(syn::Error::new(field.ident.span(), message));
            }
        }
        Self { krate, of, fields }
    }
}

fn fields<'a>(cx: &Ctxt, original: &'a DeriveInput) -> Vec<Field<'a>> {
    let named = match &original.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => Some(fields),
            _ => None,
        },
        _ => None,
    };
    let Some(named) = named else {
        cx.error(
            &original.ident,
            "a patch is a struct with named fields, which name the fields that it changes",
        );
        return Vec::new();
    };
    let field = |field: &'a syn::Field| {
        let ident = field.ident.as_ref()?;
        let mut to = Once::default();
        odm_attributes(cx, &field.attrs, |name_ident, input| {
            let attribute =
                PatchFieldAttribute::require_at(AttributePosition::Field(Derive::Patch), name_ident)?;
            match attribute {
                PatchFieldAttribute::To => to.set(name_ident, value(name_ident, input, attribute.form())?),
            }
        });
        Some(Field { ident, ty: &field.ty, to: to.get().unwrap_or(ident).clone() })
    };
    named.named.iter().filter_map(field).collect()
}
