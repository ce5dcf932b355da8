//! `#[odm(..)]` on a field.

use proc_macro2::Span;
use syn::{Ident, LitStr, parenthesized, parse::ParseStream, token};

use super::{
    Once, flag,
    index::Index,
    odm_words,
    rule::{self, Rule},
    symbol::{self, FieldWord, Position, SerdeWord, Word},
    text,
};
use crate::{ast::Derive, ctxt::Ctxt};

/// A policy of the model that maintains a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    CreatedAt,
    UpdatedAt,
    Version,
    DeletedAt,
    Tenant,
}

impl Policy {
    /// Returns the attribute that declares the policy.
    pub(crate) fn word(self) -> &'static str {
        let word = match self {
            Self::CreatedAt => FieldWord::CreatedAt,
            Self::UpdatedAt => FieldWord::UpdatedAt,
            Self::Version => FieldWord::Version,
            Self::DeletedAt => FieldWord::DeletedAt,
            Self::Tenant => FieldWord::Tenant,
        };
        word.text()
    }
}

/// The `#[odm(..)]` attributes of a field.
#[derive(Debug, Default)]
pub(crate) struct FieldAttrs {
    pub(crate) id: Once<()>,
    pub(crate) rename: Once<LitStr>,
    /// `serde`. The value is `true` for `serde(ordered)`.
    pub(crate) serde: Once<bool>,
    pub(crate) binary: Once<()>,
    pub(crate) unit: Once<&'static str>,
    /// An attribute that specifies the encoding, or a misspelling of one, is wrong.
    pub(crate) mistaken_encoding: bool,
    /// The name of the variant of `OnDelete` in `odm`.
    pub(crate) on_delete: Once<&'static str>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) rules: Vec<Rule>,
    /// The policies that maintain the field, each with the span of its attribute.
    pub(crate) policies: Vec<(Policy, Span)>,
}

impl FieldAttrs {
    /// Parses the attributes. `in_variant` is whether the field belongs to a variant.
    pub(crate) fn read(cx: &Ctxt, field: &syn::Field, derive: Derive, in_variant: bool) -> Self {
        let name = field.ident.as_ref();
        let position = Position::field(derive, in_variant, name.is_some());
        let mut attrs = Self::default();
        odm_words(cx, &field.attrs, |ident, input| {
            let word = FieldWord::require_at(position, ident).inspect_err(|_| {
                let meant = FieldWord::closest(position, ident);
                attrs.mistaken_encoding |= meant.is_some_and(FieldWord::is_encoding);
            })?;
            let read = match word {
                FieldWord::Id => flag(ident, input, word.form()).and_then(|()| attrs.id.set(ident, ())),
                FieldWord::Index => match name {
                    Some(name) => {
                        Index::on_field(cx, ident, input, name).map(|index| attrs.indexes.push(index))
                    }
                    None => Err(FieldWord::unknown(position, ident)),
                },
                FieldWord::Rename => {
                    text(ident, input, word.form()).and_then(|name| attrs.rename.set(ident, name))
                }
                FieldWord::Serde => ordered(ident, input).and_then(|ordered| attrs.serde.set(ident, ordered)),
                FieldWord::Binary => {
                    flag(ident, input, word.form()).and_then(|()| attrs.binary.set(ident, ()))
                }
                FieldWord::Unit => text(ident, input, word.form())
                    .and_then(|text| unit(&text))
                    .and_then(|unit| attrs.unit.set(ident, unit)),
                FieldWord::OnDelete => text(ident, input, word.form())
                    .and_then(|text| on_delete(&text))
                    .and_then(|rule| attrs.on_delete.set(ident, rule)),
                FieldWord::Validate => rule::of_field(cx, ident, input, &mut attrs.rules),
                FieldWord::CreatedAt => attrs.policy(Policy::CreatedAt, word, ident, input),
                FieldWord::UpdatedAt => attrs.policy(Policy::UpdatedAt, word, ident, input),
                FieldWord::Version => attrs.policy(Policy::Version, word, ident, input),
                FieldWord::DeletedAt => attrs.policy(Policy::DeletedAt, word, ident, input),
                FieldWord::Tenant => attrs.policy(Policy::Tenant, word, ident, input),
            };
            attrs.mistaken_encoding |= word.is_encoding() && read.is_err();
            read
        });
        attrs
    }

    fn policy(
        &mut self,
        policy: Policy,
        word: FieldWord,
        ident: &Ident,
        input: ParseStream<'_>,
    ) -> syn::Result<()> {
        flag(ident, input, word.form())?;
        self.policies.push((policy, ident.span()));
        Ok(())
    }
}

impl FieldWord {
    /// Returns whether the attribute specifies the encoding of the field.
    fn is_encoding(self) -> bool {
        match self {
            Self::Serde | Self::Binary | Self::Unit => true,
            Self::Id
            | Self::Index
            | Self::Rename
            | Self::Validate
            | Self::OnDelete
            | Self::CreatedAt
            | Self::UpdatedAt
            | Self::Version
            | Self::DeletedAt
            | Self::Tenant => false,
        }
    }
}

/// Returns whether `(ordered)` follows `serde`.
fn ordered(ident: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
    let form = FieldWord::Serde.form();
    if !input.peek(token::Paren) {
        return flag(ident, input, form).map(|()| false);
    }
    let content;
    parenthesized!(content in input);
    let option: syn::Result<Ident> = content.parse();
    match option.ok().filter(|_| content.is_empty()).and_then(|option| SerdeWord::parse(&option)) {
        Some(SerdeWord::Ordered) => Ok(true),
        None => {
            content.parse::<proc_macro2::TokenStream>()?;
            Err(symbol::malformed(ident, form))
        }
    }
}

/// Returns the name of the variant of `OnDelete` in `odm`.
fn on_delete(text: &LitStr) -> syn::Result<&'static str> {
    Ok(match text.value().as_str() {
        "restrict" => "Restrict",
        "cascade" => "Cascade",
        "nullify" => "Nullify",
        other => {
            let message = format!("`{other}` is not a delete rule: write `restrict`, `cascade` or `nullify`");
            return Err(syn::Error::new(text.span(), message));
        }
    })
}

/// Returns the name of the unit's type in `odm`.
fn unit(text: &LitStr) -> syn::Result<&'static str> {
    Ok(match text.value().as_str() {
        "ns" => "Nanos",
        "us" => "Micros",
        "ms" => "Millis",
        "s" => "Seconds",
        "m" => "Minutes",
        "h" => "Hours",
        "d" => "Days",
        other => {
            let message =
                format!("`{other}` is not a unit of time: write `ns`, `us`, `ms`, `s`, `m`, `h` or `d`");
            return Err(syn::Error::new(text.span(), message));
        }
    })
}
