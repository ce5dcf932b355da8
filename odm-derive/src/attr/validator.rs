//! The grammar of `validator` and `validator(..)`.

use syn::{Ident, LitStr, parse::ParseStream, token};

use super::{
    Once, flag, list,
    symbol::{AttributeName, AttributePosition, ContainerAttribute, ValidatorAttribute},
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
        let form = ContainerAttribute::Validator.form();
        let mut validator = Self::default();
        if !input.peek(token::Paren) {
            flag(ident, input, form)?;
            return Ok(validator);
        }
        let (mut level, mut action) = (Once::default(), Once::default());
        list(cx, ident, input, form, |ident, input| {
            let attribute = ValidatorAttribute::require_at(AttributePosition::Validator, ident)?;
            match attribute {
                ValidatorAttribute::Level => {
                    validator.moderate = choice(ident, input, attribute, ["strict", "moderate"])?;
                    level.set(ident, ())
                }
                ValidatorAttribute::Action => {
                    validator.warn = choice(ident, input, attribute, ["error", "warn"])?;
                    action.set(ident, ())
                }
                ValidatorAttribute::DenyUnknownFields => {
                    flag(ident, input, attribute.form())?;
                    validator.deny_unknown_fields = true;
                    Ok(())
                }
                ValidatorAttribute::ExactTypes => {
                    flag(ident, input, attribute.form())?;
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
    attribute: ValidatorAttribute,
    [first, second]: [&str; 2],
) -> syn::Result<bool> {
    let chosen: LitStr = text(ident, input, attribute.form())?;
    match chosen.value() {
        value if value == first => Ok(false),
        value if value == second => Ok(true),
        _ => Err(syn::Error::new(
            chosen.span(),
            format_args!("`{ident}` of a validator is \"{first}\" or \"{second}\""),
        )),
    }
}
