//! The grammar of `schema_version` and `upgrade(..)`.

use proc_macro2::{Span, TokenStream};
use syn::{
    Ident, LitInt, LitStr, Path, Token, parenthesized, parse::ParseStream, punctuated::Punctuated, token,
};

use super::{
    Once,
    symbol::{self, AttributeName, AttributePosition, ContainerAttribute, SchemaVersionAttribute},
    text,
};

/// The `schema_version` and `upgrade` of a document.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    /// The version that is written, and the name of its element.
    pub(crate) current: Once<Current>,
    /// The attribute `schema_version` is present, even if its value could not be parsed.
    pub(crate) has_current: bool,
    /// The functions that upgrade from one version to the next.
    pub(crate) steps: Once<Vec<Step>>,
}

/// The version that is written.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) number: i32,
    pub(crate) span: Span,
    pub(crate) name: Option<LitStr>,
}

impl Current {
    /// Returns the stored name of the version.
    pub(crate) fn name(&self) -> String {
        self.name.as_ref().map_or_else(|| ContainerAttribute::SchemaVersion.text().to_owned(), LitStr::value)
    }
}

/// `1 = path::to::step`: a function that upgrades from this version to the next.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) from: i32,
    pub(crate) span: Span,
    pub(crate) function: Path,
}

impl Versions {
    /// Parses `schema_version = 3` or `schema_version(3, name = "v")`.
    pub(crate) fn current(&mut self, ident: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        self.has_current = true;
        let (number, name) = if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            parse_all(&content, |content| {
                let number = content
                    .parse()
                    .map_err(|error| mistake(&error, ContainerAttribute::SchemaVersion.form()))?;
                content.parse::<Option<Token![,]>>()?;
                Ok((number, if content.is_empty() { None } else { Some(name(content)?) }))
            })?
        } else {
            (super::value(ident, input, ContainerAttribute::SchemaVersion.form())?, None)
        };
        let current = Current { number: version(&number)?, span: number.span(), name };
        self.current.set(ident, current)
    }

    /// Parses `upgrade(1 = path::to::step, 2 = path::to::next_step)`.
    pub(crate) fn upgrade(&mut self, ident: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        if !input.peek(token::Paren) {
            return Err(symbol::malformed(ident, ContainerAttribute::Upgrade.form()));
        }
        let content;
        parenthesized!(content in input);
        let steps = parse_all(&content, |content| {
            Punctuated::<Step, Token![,]>::parse_terminated_with(content, Step::read)
        })?;
        if steps.is_empty() {
            return Err(symbol::malformed(ident, ContainerAttribute::Upgrade.form()));
        }
        self.steps.set(ident, steps.into_iter().collect())
    }
}

impl Step {
    fn read(input: ParseStream<'_>) -> syn::Result<Self> {
        let from: LitInt =
            input.parse().map_err(|error| mistake(&error, ContainerAttribute::Upgrade.form()))?;
        input.parse::<Token![=]>().map_err(|error| mistake(&error, ContainerAttribute::Upgrade.form()))?;
        let function = input.parse().map_err(|error| mistake(&error, ContainerAttribute::Upgrade.form()))?;
        Ok(Self { from: version(&from)?, span: from.span(), function })
    }
}

/// Parses the content of parentheses. After an error, skips the rest, which syn would report as another error.
fn parse_all<T>(
    content: ParseStream<'_>,
    read: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    let read = read(content);
    if read.is_err() {
        content.parse::<TokenStream>()?;
    }
    read
}

fn name(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let ident: Ident =
        input.parse().map_err(|error| mistake(&error, ContainerAttribute::SchemaVersion.form()))?;
    let attribute = SchemaVersionAttribute::require_at(AttributePosition::SchemaVersion, &ident)?;
    match attribute {
        SchemaVersionAttribute::Name => {
            let name = text(&ident, input, attribute.form())?;
            input.parse::<Option<Token![,]>>()?;
            if input.is_empty() { Ok(name) } else { Err(mistake(&input.error(""), attribute.form())) }
        }
    }
}

fn mistake(error: &syn::Error, form: &str) -> syn::Error {
    syn::Error::new(error.span(), symbol::correct(form))
}

fn version(number: &LitInt) -> syn::Result<i32> {
    match number.base10_parse() {
        Ok(version @ 1..) if number.suffix().is_empty() => Ok(version),
        _ => Err(syn::Error::new(number.span(), "a version is a whole number from 1 to 2147483647")),
    }
}
