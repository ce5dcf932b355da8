//! The grammar of `validator` and `validator(..)`.

use syn::{Ident, LitStr, parse::ParseStream, token};

use super::{
    Once, flag, list,
    symbol::{ContainerWord, Position, ValidatorWord, Word},
    text,
};
use crate::ctxt::Ctxt;

/// The validator of a collection.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // each is an option of the attribute
pub(crate) struct Validator {
    pub(crate) moderate: bool,
    pub(crate) warn: bool,
    pub(crate) deny_unknown_fields: bool,
    pub(crate) exact_types: bool,
}

impl Validator {
    /// Parses what follows the name of the attribute.
    pub(crate) fn parse(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let form = ContainerWord::Validator.form();
        let mut validator = Self::default();
        if !input.peek(token::Paren) {
            flag(ident, input, form)?;
            return Ok(validator);
        }
        let (mut level, mut action) = (Once::default(), Once::default());
        list(cx, ident, input, form, |ident, input| {
            let word = ValidatorWord::require_at(Position::Validator, ident)?;
            match word {
                ValidatorWord::Level => {
                    validator.moderate = choice(ident, input, word, ["strict", "moderate"])?;
                    level.set(ident, ())
                }
                ValidatorWord::Action => {
                    validator.warn = choice(ident, input, word, ["error", "warn"])?;
                    action.set(ident, ())
                }
                ValidatorWord::DenyUnknownFields => {
                    flag(ident, input, word.form())?;
                    validator.deny_unknown_fields = true;
                    Ok(())
                }
                ValidatorWord::ExactTypes => {
                    flag(ident, input, word.form())?;
                    validator.exact_types = true;
                    Ok(())
                }
            }
        })?;
        Ok(validator)
    }
}

/// Parses the string of an option, which is one of two. Returns whether it is the second.
fn choice(
    ident: &Ident,
    input: ParseStream<'_>,
    word: ValidatorWord,
    [first, second]: [&str; 2],
) -> syn::Result<bool> {
    let chosen: LitStr = text(ident, input, word.form())?;
    match chosen.value() {
        value if value == first => Ok(false),
        value if value == second => Ok(true),
        _ => Err(syn::Error::new(
            chosen.span(),
            format_args!("`{ident}` of a validator is \"{first}\" or \"{second}\""),
        )),
    }
}
