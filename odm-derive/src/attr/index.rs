//! The grammar of `index(..)`, on a model and on a field.

mod key;
mod option;

use proc_macro2::Span;
use syn::{ExprClosure, Ident, LitFloat, LitStr, parse::ParseStream};

pub(crate) use self::{
    key::{Key, Kind, Step},
    option::{Bounds, Collation, CollationValue, collation},
};
use super::{
    Once, flag, list,
    symbol::{self, AttributeName, AttributePosition, ContainerAttribute, FieldAttribute, IndexAttribute},
};
use crate::ctxt::Ctxt;

/// A declared index.
#[derive(Debug)]
pub(crate) struct Index {
    /// The span of the name `index`.
    pub(crate) span: Span,
    /// Some of it could not be parsed. The error is reported.
    pub(crate) broken: bool,
    pub(crate) keys: Vec<Key>,
    pub(crate) unique: Once<()>,
    pub(crate) sparse: Once<()>,
    pub(crate) hidden: Once<()>,
    /// Only in an index on a field. An index on a model has the types in its keys.
    descending: Once<()>,
    kind: Once<Kind>,
    /// In seconds.
    pub(crate) ttl: Once<u64>,
    pub(crate) name: Once<LitStr>,
    pub(crate) partial: Once<ExprClosure>,
    pub(crate) collation: Once<Collation>,
    pub(crate) weights: Once<Vec<(Key, u32)>>,
    pub(crate) default_language: Once<LitStr>,
    pub(crate) language_override: Once<LitStr>,
    pub(crate) bounds: Once<Bounds>,
    pub(crate) include: Once<Vec<Key>>,
    pub(crate) exclude: Once<Vec<Key>>,
}

/// A number, with its sign.
#[derive(Debug, Clone)]
pub(crate) struct Number {
    pub(crate) value: f64,
    pub(crate) literal: LitFloat,
}

impl Index {
    fn new(ident: &Ident) -> Self {
        Self {
            span: ident.span(),
            broken: false,
            keys: Vec::new(),
            unique: Once::default(),
            sparse: Once::default(),
            hidden: Once::default(),
            descending: Once::default(),
            kind: Once::default(),
            ttl: Once::default(),
            name: Once::default(),
            partial: Once::default(),
            collation: Once::default(),
            weights: Once::default(),
            default_language: Once::default(),
            language_override: Once::default(),
            bounds: Once::default(),
            include: Once::default(),
            exclude: Once::default(),
        }
    }

    /// Parses `index(customer, ship_to.city, placed_at = -1, unique)` on a model.
    ///
    /// A name that an option and a field share is parsed as the option. The field needs its direction, `unique = 1`.
    pub(crate) fn on_model(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let mut index = Self::new(ident);
        let mistakes = cx.count();
        list(cx, ident, input, ContainerAttribute::Index.form(), |ident, input| {
            let option = IndexAttribute::parse_at(AttributePosition::Index, ident);
            if let Some(option) = option
                && index.option(cx, option, ident, input)?
            {
                return Ok(());
            }
            let key = Key::parse(option, ident, input)?;
            index.keys.push(key);
            Ok(())
        })?;
        index.broken = cx.count() > mistakes;
        Ok(index)
    }

    /// Parses `index` or `index(unique, descending)` on the field itself.
    pub(crate) fn on_field(
        cx: &Ctxt,
        ident: &Ident,
        input: ParseStream<'_>,
        field: &Ident,
    ) -> syn::Result<Self> {
        let form = FieldAttribute::Index.form();
        let mut index = Self::new(ident);
        let mistakes = cx.count();
        if flag(ident, input, form).is_err() {
            list(cx, ident, input, form, |ident, input| {
                let option = IndexAttribute::require_at(AttributePosition::FieldIndex, ident)?;
                if index.option(cx, option, ident, input)? {
                    return Ok(());
                }
                // The form of `name` is an index on a model.
                let form = if option == IndexAttribute::Name { form } else { option.form() };
                Err(symbol::malformed(ident, form))
            })?;
        }
        let kind = match (index.kind.get(), index.descending.span()) {
            (Some(_), Some(span)) => {
                return Err(syn::Error::new(span, "`type` and `descending` are both the type of the index"));
            }
            (Some(kind), None) => *kind,
            (None, Some(_)) => Kind::Descending,
            (None, None) => Kind::Ascending,
        };
        index.keys.push(Key::of_field(field, kind));
        index.broken = cx.count() > mistakes;
        Ok(index)
    }

    /// Returns the first key of this type.
    pub(crate) fn key_of(&self, kind: Kind) -> Option<&Key> {
        self.keys.iter().find(|key| key.kind == kind)
    }
}
