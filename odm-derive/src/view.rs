//! The tree of `#[derive(View)]`: the parent, the fields, and the checks of a view.
//!
//! The derive ignores `#[serde(..)]` on a view, because stored names come from the parent.

use std::collections::HashMap;

use syn::{Data, DeriveInput, Fields, GenericParam, Ident, Lifetime, Path, Token, Type, ext::IdentExt};

use crate::{
    attr::{
        Once, flag, odm_attributes,
        symbol::{AttributeName, AttributePosition, ViewAttribute, ViewFieldAttribute},
        value,
    },
    ctxt::Ctxt,
    derive::Derive,
};

/// The struct that has the derive.
pub(crate) struct View<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) krate: Once<Path>,
    /// The parent. A missing parent is an error.
    pub(crate) of: Once<Type>,
    pub(crate) lifetime: Option<&'a Lifetime>,
    pub(crate) fields: Vec<Field<'a>>,
}

/// A field of a view.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) source: Source,
}

/// The source of a field of a view.
pub(crate) enum Source {
    /// A field of the parent.
    Field(Ident),
    /// The score of the text search.
    TextScore,
}

impl<'a> View<'a> {
    /// Parses the struct. Reports errors to `cx` and returns a tree of what could be parsed.
    pub(crate) fn read(cx: &Ctxt, original: &'a DeriveInput) -> Self {
        let (mut krate, mut of, mut says_of) = (Once::default(), Once::default(), false);
        odm_attributes(cx, &original.attrs, |ident, input| {
            let attribute = ViewAttribute::require_at(AttributePosition::Container(Derive::View), ident)?;
            match attribute {
                ViewAttribute::Of => {
                    says_of = true;
                    of.set(ident, value(ident, input, attribute.form())?)
                }
                ViewAttribute::Crate => krate.set(ident, value(ident, input, attribute.form())?),
            }
        });
        if !says_of {
            let ident = &original.ident;
            cx.error(
                ident,
                format_args!(
                    "`{ident}` needs the type that it is a view of: add `{}`",
                    ViewAttribute::Of.form()
                ),
            );
        }
        let view =
            Self { original, krate, of, lifetime: lifetime(cx, original), fields: fields(cx, original) };
        view.distinct(cx);
        view
    }

    /// Reports two fields with the same source: the server refuses a projection that contains a field twice.
    fn distinct(&self, cx: &Ctxt) {
        let mut seen: HashMap<String, &Field<'_>> = HashMap::new();
        for field in &self.fields {
            let from = match &field.source {
                Source::Field(from) => format!("`{}`", from.unraw()),
                Source::TextScore => "the score of the text search".to_owned(),
            };
            if let Some(first) = seen.insert(from.clone(), field) {
                let message = format!("`{}` and `{}` are both read from {from}", first.ident, field.ident);
                cx.push(syn::Error::new(field.ident.span(), message));
            }
        }
    }
}

fn fields<'a>(cx: &Ctxt, original: &'a DeriveInput) -> Vec<Field<'a>> {
    let ident = &original.ident;
    let Data::Struct(data) = &original.data else {
        cx.error(ident, "a view is a struct with named fields, which name fields of its parent");
        return Vec::new();
    };
    match &data.fields {
        Fields::Unnamed(_) => {
            cx.error(ident, "a view is a struct with named fields, which name fields of its parent");
            Vec::new()
        }
        fields if fields.is_empty() => {
            cx.error(ident, "a view without fields reads nothing: name the fields it is to read");
            Vec::new()
        }
        fields => fields.iter().filter_map(|field| self::field(cx, field)).collect(),
    }
}

fn field<'a>(cx: &Ctxt, original: &'a syn::Field) -> Option<Field<'a>> {
    let name = original.ident.as_ref()?;
    let (mut from, mut score) = (Once::default(), Once::default());
    odm_attributes(cx, &original.attrs, |ident, input| {
        let attribute = ViewFieldAttribute::require_at(AttributePosition::Field(Derive::View), ident)?;
        match attribute {
            ViewFieldAttribute::From => {
                from.set(ident, value(ident, input, attribute.form())?)?;
                if input.peek(Token![.]) {
                    let message = "a field of a view is read from one field of its parent: to read the fields inside it, \
                                   declare a view of that document";
                    return Err(input.error(message));
                }
                Ok(())
            }
            ViewFieldAttribute::TextScore => {
                flag(ident, input, attribute.form())?;
                score.set(ident, ())
            }
        }
    });
    if let (Some(from), Some(())) = (from.get(), score.get()) {
        cx.error(
            from,
            "a field is read from its parent's field or is the score of the text search, not both",
        );
    }
    let source = match score.get() {
        Some(()) => Source::TextScore,
        None => Source::Field(from.get().unwrap_or(name).clone()),
    };
    Some(Field { ident: name, ty: &original.ty, source })
}

/// Returns the lifetime of the view. A view borrows from one document, so it has at most one.
fn lifetime<'a>(cx: &Ctxt, original: &'a DeriveInput) -> Option<&'a Lifetime> {
    let mut lifetimes = original.generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Lifetime(parameter) => Some(parameter),
        _ => None,
    });
    let first = lifetimes.next()?;
    for other in lifetimes {
        cx.error(other, "a view borrows from one document, so it has one lifetime");
    }
    Some(&first.lifetime)
}
