//! `#[odm(..)]` on a field.

use proc_macro2::Span;
use syn::{Ident, LitStr, parenthesized, parse::ParseStream, token};

use super::{
    Once, flag,
    index::Index,
    odm_attributes,
    rule::{self, Rule},
    symbol::{self, AttributeName, AttributePosition, Elsewhere, FieldAttribute, SerdeAttribute},
    text,
};
use crate::{ctxt::Ctxt, derive::Derive};

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
    pub(crate) fn attribute(self) -> &'static str {
        let attribute = match self {
            Self::CreatedAt => FieldAttribute::CreatedAt,
            Self::UpdatedAt => FieldAttribute::UpdatedAt,
            Self::Version => FieldAttribute::Version,
            Self::DeletedAt => FieldAttribute::DeletedAt,
            Self::Tenant => FieldAttribute::Tenant,
        };
        attribute.text()
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
        let position = AttributePosition::field(derive, in_variant, name.is_some());
        let mut attrs = Self::default();
        odm_attributes(cx, &field.attrs, |ident, input| {
            let attribute = FieldAttribute::require_at(position, ident).inspect_err(|_| {
                let meant = FieldAttribute::closest(position, ident);
                attrs.mistaken_encoding |= meant.is_some_and(FieldAttribute::is_encoding);
            })?;
            let read = match attribute {
                FieldAttribute::Id => {
                    flag(ident, input, attribute.form()).and_then(|()| attrs.id.set(ident, ()))
                }
                FieldAttribute::Index => match name {
                    Some(name) => {
                        Index::on_field(cx, ident, input, name).map(|index| attrs.indexes.push(index))
                    }
                    None => Err(FieldAttribute::unknown(position, ident)),
                },
                FieldAttribute::Rename => {
                    text(ident, input, attribute.form()).and_then(|name| attrs.rename.set(ident, name))
                }
                FieldAttribute::Serde => {
                    ordered(ident, input).and_then(|ordered| attrs.serde.set(ident, ordered))
                }
                FieldAttribute::Binary => {
                    flag(ident, input, attribute.form()).and_then(|()| attrs.binary.set(ident, ()))
                }
                FieldAttribute::Unit => text(ident, input, attribute.form())
                    .and_then(|text| unit(&text))
                    .and_then(|unit| attrs.unit.set(ident, unit)),
                FieldAttribute::OnDelete => text(ident, input, attribute.form())
                    .and_then(|text| on_delete(&text))
                    .and_then(|rule| attrs.on_delete.set(ident, rule)),
                FieldAttribute::Validate => rule::of_field(cx, ident, input, &mut attrs.rules),
                FieldAttribute::CreatedAt => attrs.policy(Policy::CreatedAt, attribute, ident, input),
                FieldAttribute::UpdatedAt => attrs.policy(Policy::UpdatedAt, attribute, ident, input),
                FieldAttribute::Version => attrs.policy(Policy::Version, attribute, ident, input),
                FieldAttribute::DeletedAt => attrs.policy(Policy::DeletedAt, attribute, ident, input),
                FieldAttribute::Tenant => attrs.policy(Policy::Tenant, attribute, ident, input),
            };
            attrs.mistaken_encoding |= attribute.is_encoding() && read.is_err();
            read
        });
        attrs
    }

    fn policy(
        &mut self,
        policy: Policy,
        attribute: FieldAttribute,
        ident: &Ident,
        input: ParseStream<'_>,
    ) -> syn::Result<()> {
        flag(ident, input, attribute.form())?;
        self.policies.push((policy, ident.span()));
        Ok(())
    }
}

impl FieldAttribute {
    /// Returns whether the attribute specifies the encoding of the field.
    fn is_encoding(self) -> bool {
        self.elsewhere() == Some(Elsewhere::Encoding)
    }
}

/// Returns whether `(ordered)` follows `serde`.
fn ordered(ident: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
    let form = FieldAttribute::Serde.form();
    if !input.peek(token::Paren) {
        return flag(ident, input, form).map(|()| false);
    }
    let content;
    parenthesized!(content in input);
    let option: syn::Result<Ident> = content.parse();
    match option.ok().filter(|_| content.is_empty()).and_then(|option| SerdeAttribute::parse(&option)) {
        Some(SerdeAttribute::Ordered) => Ok(true),
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
