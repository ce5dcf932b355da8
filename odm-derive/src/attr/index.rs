//! The grammar of `index(..)`, on a model and on a field.

use proc_macro2::Span;
use syn::{Ident, LitInt, LitStr, Token, parse::ParseStream, token};

use super::{Once, duration, flag, list, symbol, symbol::form, text};
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

/// The words of `index(..)` on a model that are not fields.
pub(crate) const OPTIONS: &[&str] = &[symbol::UNIQUE, symbol::SPARSE, symbol::TTL, symbol::NAME];
const FIELD_OPTIONS: &[&str] =
    &[symbol::UNIQUE, symbol::SPARSE, symbol::DESCENDING, symbol::TTL, symbol::NAME];

impl Index {
    fn new(word: &Ident) -> Self {
        Self {
            span: word.span(),
            broken: false,
            keys: Vec::new(),
            unique: Once::default(),
            sparse: Once::default(),
            ttl: Once::default(),
            name: Once::default(),
        }
    }

    /// Parses `index(customer, ship_to.city, placed_at = -1, unique)` on a model.
    ///
    /// A name that an option and a field share is parsed as the option. The field needs its direction, `unique = 1`.
    pub(crate) fn on_model(cx: &Ctxt, word: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let mut index = Self::new(word);
        let mistakes = cx.count();
        list(cx, word, input, form::INDEX, |word, input| {
            if index.option(word, input)? {
                return Ok(());
            }
            let mut path = vec![word.clone()];
            while input.parse::<Option<Token![.]>>()?.is_some() {
                path.push(input.parse()?);
            }
            if input.peek(token::Paren) {
                if word == symbol::PARTIAL {
                    return Err(symbol::partial(word));
                }
                return Err(symbol::unknown(word, OPTIONS, "in `index(..)`"));
            }
            let descending = direction(word, input)?;
            index.keys.push(Key { path, descending });
            Ok(())
        })?;
        index.broken = cx.count() > mistakes;
        Ok(index)
    }

    /// Parses `index` or `index(unique, descending)` on the field itself.
    pub(crate) fn on_field(
        cx: &Ctxt,
        word: &Ident,
        input: ParseStream<'_>,
        field: &Ident,
    ) -> syn::Result<Self> {
        let mut index = Self::new(word);
        let mut descending = Once::default();
        if flag(word, input, form::FIELD_INDEX).is_err() {
            list(cx, word, input, form::FIELD_INDEX, |word, input| {
                if index.option(word, input)? {
                    return Ok(());
                }
                if word == symbol::DESCENDING {
                    flag(word, input, "#[odm(index(descending))]")?;
                    return descending.set(word, ());
                }
                if FIELD_OPTIONS.iter().any(|option| word == option) {
                    return Err(symbol::malformed(
                        word,
                        if word == symbol::TTL { form::TTL } else { form::FIELD_INDEX },
                    ));
                }
                if word == symbol::PARTIAL {
                    return Err(symbol::partial(word));
                }
                Err(symbol::unknown(word, FIELD_OPTIONS, "in a field's `index(..)`"))
            })?;
        }
        index.keys.push(Key { path: vec![field.clone()], descending: descending.get().is_some() });
        Ok(index)
    }

    /// Parses an option that is valid on models and on fields. Returns `false` if the word is not such an option.
    fn option(&mut self, word: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
        let is_text = input.peek(Token![=]) && input.peek2(LitStr);
        let is_bare = input.is_empty() || input.peek(Token![,]);
        if word == symbol::UNIQUE && is_bare {
            self.unique.set(word, ())?;
        } else if word == symbol::SPARSE && is_bare {
            self.sparse.set(word, ())?;
        } else if word == symbol::TTL && is_text {
            let text = text(word, input, form::TTL)?;
            self.ttl.set(word, duration::seconds(&text)?)?;
        } else if word == symbol::NAME && is_text {
            let name = text(word, input, form::INDEX_NAME)?;
            if name.value().is_empty() || name.value().contains(['\0', '$']) {
                return Err(syn::Error::new(name.span(), "an index name is a text without `$` and NUL"));
            }
            self.name.set(word, name)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

/// Parses `= 1` or `= -1` after a field. Returns whether the direction is descending; the default is ascending.
fn direction(word: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
    if input.parse::<Option<Token![=]>>()?.is_none() {
        return Ok(false);
    }
    let wrong = |span| {
        let message = "the direction of an index is `1` (ascending) or `-1` (descending)";
        if word == symbol::TTL {
            return syn::Error::new(span, symbol::correct(form::TTL));
        }
        syn::Error::new(span, message)
    };
    let descending = input.parse::<Option<Token![-]>>()?.is_some();
    let number: LitInt = input.parse().map_err(|error: syn::Error| {
        if word == symbol::PARTIAL {
            return symbol::partial(word);
        }
        if word == symbol::NAME {
            return syn::Error::new(error.span(), symbol::correct(form::INDEX_NAME));
        }
        wrong(error.span())
    })?;
    if number.base10_digits() == "1" { Ok(descending) } else { Err(wrong(number.span())) }
}
