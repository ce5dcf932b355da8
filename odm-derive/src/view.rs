//! The tree of `#[derive(View)]`: which fields of which parent, and the rules of a view.
//!
//! What `#[serde(..)]` says on a view is serde's alone: stored names come from the parent.

use std::collections::HashMap;

use syn::{Data, DeriveInput, Fields, GenericParam, Ident, Lifetime, Path, Token, Type, ext::IdentExt};

use crate::{
    ast::Derive,
    attr::{
        Once, flag, odm_words,
        symbol::{self, Position, form},
        value,
    },
    ctxt::Ctxt,
};

/// The struct the derive stands on.
pub(crate) struct View<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) krate: Once<Path>,
    /// The type it is a part of; `None` if it is not told, which is a mistake.
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

/// What a field of a view is read from.
pub(crate) enum Source {
    /// The parent's field.
    Field(Ident),
    /// The score of the text search.
    TextScore,
}

impl<'a> View<'a> {
    /// Reads the struct. Mistakes go to `cx`; the tree holds what could be read.
    pub(crate) fn read(cx: &Ctxt, original: &'a DeriveInput) -> Self {
        let (mut krate, mut of, mut says_of) = (Once::default(), Once::default(), false);
        let position = Position::container(Derive::View);
        odm_words(cx, &original.attrs, |word, input| {
            if word == symbol::OF {
                says_of = true;
                of.set(word, value(word, input, form::OF)?)
            } else if word == symbol::CRATE {
                krate.set(word, value(word, input, form::CRATE)?)
            } else {
                Err(position.unknown(word))
            }
        });
        if !says_of {
            let ident = &original.ident;
            cx.error(
                ident,
                format_args!("`{ident}` needs the type that it is a view of: add `{}`", form::OF),
            );
        }
        let view =
            Self { original, krate, of, lifetime: lifetime(cx, original), fields: fields(cx, original) };
        view.distinct(cx);
        view
    }

    /// The server refuses a projection that names a field twice.
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
    let ident = original.ident.as_ref()?;
    let (mut from, mut score) = (Once::default(), Once::default());
    odm_words(cx, &original.attrs, |word, input| {
        if word == symbol::FROM {
            from.set(word, value(word, input, form::FROM)?)?;
            if input.peek(Token![.]) {
                let message = "a field of a view is read from one field of its parent: what lies inside is read by a \
                               view of the document there";
                return Err(input.error(message));
            }
            Ok(())
        } else if word == symbol::TEXT_SCORE {
            flag(word, input, form::TEXT_SCORE)?;
            score.set(word, ())
        } else {
            Err(Position::field(Derive::View, false, true).unknown(word))
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
        None => Source::Field(from.get().unwrap_or(ident).clone()),
    };
    Some(Field { ident, ty: &original.ty, source })
}

/// What a view borrows from is one document.
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
