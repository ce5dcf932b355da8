//! The grammar of `index(..)`, on a model and on a field.

use proc_macro2::Span;
use syn::{Ident, LitInt, LitStr, Token, parse::ParseStream, token};

use super::{
    Once, duration, flag, list,
    symbol::{self, ContainerWord, FieldWord, IndexWord, Position, Word},
    text,
};
use crate::ctxt::Ctxt;

/// A declared index.
#[derive(Debug)]
pub(crate) struct Index {
    /// The span of the word `index`.
    pub(crate) span: Span,
    /// Some of it could not be parsed. The error is reported.
    pub(crate) broken: bool,
    pub(crate) keys: Vec<Key>,
    pub(crate) unique: Once<()>,
    pub(crate) sparse: Once<()>,
    /// Only in an index on a field. An index on a model has the directions in its keys.
    descending: Once<()>,
    /// In seconds.
    pub(crate) ttl: Once<u64>,
    pub(crate) name: Once<LitStr>,
}

/// One field of an index.
#[derive(Debug)]
pub(crate) struct Key {
    /// Rust names, outermost first: `ship_to.city`.
    pub(crate) path: Vec<Ident>,
    pub(crate) descending: bool,
}

impl Key {
    /// Returns the names, joined with dots.
    pub(crate) fn dotted(&self) -> String {
        self.path.iter().map(Ident::to_string).collect::<Vec<_>>().join(".")
    }
}

impl Index {
    fn new(ident: &Ident) -> Self {
        Self {
            span: ident.span(),
            broken: false,
            keys: Vec::new(),
            unique: Once::default(),
            sparse: Once::default(),
            descending: Once::default(),
            ttl: Once::default(),
            name: Once::default(),
        }
    }

    /// Parses `index(customer, ship_to.city, placed_at = -1, unique)` on a model.
    ///
    /// A name that an option and a field share is parsed as the option. The field needs its direction, `unique = 1`.
    pub(crate) fn on_model(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let mut index = Self::new(ident);
        let mistakes = cx.count();
        list(cx, ident, input, ContainerWord::Index.form(), |ident, input| {
            let option = IndexWord::parse_at(Position::Index, ident);
            if let Some(option) = option
                && index.option(option, ident, input)?
            {
                return Ok(());
            }
            let mut path = vec![ident.clone()];
            while input.parse::<Option<Token![.]>>()?.is_some() {
                path.push(input.parse()?);
            }
            if input.peek(token::Paren) {
                return Err(unknown(Position::Index, ident));
            }
            let descending = direction(option, ident, input)?;
            index.keys.push(Key { path, descending });
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
        let form = FieldWord::Index.form();
        let mut index = Self::new(ident);
        if flag(ident, input, form).is_err() {
            list(cx, ident, input, form, |ident, input| {
                let Some(option) = IndexWord::parse_at(Position::FieldIndex, ident) else {
                    return Err(unknown(Position::FieldIndex, ident));
                };
                if index.option(option, ident, input)? {
                    return Ok(());
                }
                let form = match option {
                    IndexWord::Unique | IndexWord::Sparse | IndexWord::Descending | IndexWord::Ttl => {
                        option.form()
                    }
                    // The form of `name` is an index on a model.
                    IndexWord::Name => form,
                };
                Err(symbol::malformed(ident, form))
            })?;
        }
        let descending = index.descending.get().is_some();
        index.keys.push(Key { path: vec![field.clone()], descending });
        Ok(index)
    }

    /// Parses an option. Returns `false` if the word is not followed by what the option needs.
    fn option(&mut self, option: IndexWord, ident: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
        let is_complete = match option {
            IndexWord::Unique | IndexWord::Sparse | IndexWord::Descending => {
                input.is_empty() || input.peek(Token![,])
            }
            IndexWord::Ttl | IndexWord::Name => input.peek(Token![=]) && input.peek2(LitStr),
        };
        if !is_complete {
            return Ok(false);
        }
        match option {
            IndexWord::Unique => self.unique.set(ident, ())?,
            IndexWord::Sparse => self.sparse.set(ident, ())?,
            IndexWord::Descending => self.descending.set(ident, ())?,
            IndexWord::Ttl => {
                let text = text(ident, input, option.form())?;
                self.ttl.set(ident, duration::seconds(&text)?)?;
            }
            IndexWord::Name => {
                let name = text(ident, input, option.form())?;
                if name.value().is_empty() || name.value().contains(['\0', '$']) {
                    return Err(syn::Error::new(name.span(), "an index name is a text without `$` and NUL"));
                }
                self.name.set(ident, name)?;
            }
        }
        Ok(true)
    }
}

/// Parses `= 1` or `= -1` after a field. Returns whether the direction is descending; the default is ascending.
///
/// `option` is the option with the name of the field.
fn direction(option: Option<IndexWord>, ident: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
    if input.parse::<Option<Token![=]>>()?.is_none() {
        return Ok(false);
    }
    let wrong = |span| {
        let message = "the direction of an index is `1` (ascending) or `-1` (descending)";
        match option {
            Some(IndexWord::Ttl) => syn::Error::new(span, symbol::correct(IndexWord::Ttl.form())),
            Some(IndexWord::Unique | IndexWord::Sparse | IndexWord::Descending | IndexWord::Name) | None => {
                syn::Error::new(span, message)
            }
        }
    };
    let descending = input.parse::<Option<Token![-]>>()?.is_some();
    let number: LitInt = input.parse().map_err(|error: syn::Error| match option {
        Some(IndexWord::Name) => syn::Error::new(error.span(), symbol::correct(IndexWord::Name.form())),
        None if is_partial(ident) => partial(ident),
        Some(IndexWord::Unique | IndexWord::Sparse | IndexWord::Descending | IndexWord::Ttl) | None => {
            wrong(error.span())
        }
    })?;
    if number.base10_digits() == "1" { Ok(descending) } else { Err(wrong(number.span())) }
}

/// Returns the error for a word that is not an option.
fn unknown(position: Position, ident: &Ident) -> syn::Error {
    if is_partial(ident) { partial(ident) } else { IndexWord::unknown(position, ident) }
}

/// Returns whether the word is MongoDB's option for a partial index, which is not a word of the attribute.
fn is_partial(ident: &Ident) -> bool {
    ident == "partial"
}

/// Returns the error for a partial index, which a model cannot declare.
fn partial(ident: &Ident) -> syn::Error {
    let message = "a model declares no partial indexes: create this one through the driver, \
                   `collection.driver().create_index(..)`";
    syn::Error::new(ident.span(), message)
}
