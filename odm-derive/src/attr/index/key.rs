//! The keys of an index: paths, with the type of the index.

use proc_macro2::{Span, TokenStream};
use syn::{Ident, LitInt, LitStr, Token, ext::IdentExt as _, parenthesized, parse::ParseStream, token};

use crate::attr::symbol::{self, AttributeName, AttributePosition, IndexAttribute};

/// One field of an index.
#[derive(Debug)]
pub(crate) struct Key {
    /// Rust names, outermost first: `ship_to.city`. Empty for every field.
    pub(crate) path: Vec<Step>,
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// One step of a path: an accessor, with its arguments if it has any, `attributes.key("color")`.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: Ident,
    pub(crate) arguments: TokenStream,
}

/// The type of an index on a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ascending,
    Descending,
    Text,
    Geo2dSphere,
    Geo2d,
    Hashed,
    Wildcard,
}

/// The strings of the types that are not numbers.
const NAMES: [(Kind, &str); 5] = [
    (Kind::Text, "text"),
    (Kind::Geo2dSphere, "2dsphere"),
    (Kind::Geo2d, "2d"),
    (Kind::Hashed, "hashed"),
    (Kind::Wildcard, "wildcard"),
];

impl Kind {
    /// Returns the name of the variant in `odm`.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Ascending => "Ascending",
            Self::Descending => "Descending",
            Self::Text => "Text",
            Self::Geo2dSphere => "Geo2dSphere",
            Self::Geo2d => "Geo2d",
            Self::Hashed => "Hashed",
            Self::Wildcard => "Wildcard",
        }
    }

    /// Returns the string of the type in an attribute.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Ascending => "1",
            Self::Descending => "-1",
            named => NAMES.iter().find(|(kind, _)| *kind == named).map_or("", |(_, text)| *text),
        }
    }

    /// Returns whether the index has the order of the values.
    pub(crate) fn is_ordered(self) -> bool {
        matches!(self, Self::Ascending | Self::Descending)
    }

    pub(super) fn of_text(text: &LitStr) -> Option<Self> {
        let text = text.value();
        NAMES.iter().find(|(_, name)| text == *name).map(|(kind, _)| *kind)
    }
}

impl Key {
    pub(super) fn of_field(field: &Ident, kind: Kind) -> Self {
        let step = Step { name: field.clone(), arguments: TokenStream::new() };
        Self { path: vec![step], kind, span: field.span() }
    }

    pub(super) fn every_field(attribute: &Ident, kind: Kind) -> Self {
        Self { path: Vec::new(), kind, span: attribute.span() }
    }

    /// Parses `ship_to.city` or `ship_to.city = -1`. `option` is the option with the name of the field.
    pub(crate) fn parse(
        option: Option<IndexAttribute>,
        ident: &Ident,
        input: ParseStream<'_>,
    ) -> syn::Result<Self> {
        let path = path(ident, input)?;
        if input.peek(token::Paren) {
            return Err(match option {
                Some(option) => symbol::malformed(ident, option.form()),
                None => IndexAttribute::unknown(AttributePosition::Index, ident),
            });
        }
        Ok(Self { path, kind: kind(option, input)?, span: ident.span() })
    }

    /// Parses a field without a type, in a list of fields.
    pub(crate) fn parse_field(ident: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self { path: path(ident, input)?, kind: Kind::Ascending, span: ident.span() })
    }

    /// Returns the steps, joined with dots.
    pub(crate) fn dotted(&self) -> String {
        let step = |step: &Step| {
            let name = &step.name;
            if step.arguments.is_empty() { name.to_string() } else { format!("{name}({})", step.arguments) }
        };
        self.path.iter().map(step).collect::<Vec<_>>().join(".")
    }
}

/// Parses the steps after the first. Only these can have arguments.
fn path(first: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<Step>> {
    let mut path = vec![Step { name: first.clone(), arguments: TokenStream::new() }];
    while input.parse::<Option<Token![.]>>()?.is_some() {
        let name = Ident::parse_any(input)?;
        let mut arguments = TokenStream::new();
        if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            arguments = content.parse()?;
        }
        path.push(Step { name, arguments });
    }
    Ok(path)
}

/// Parses `= 1`, `= -1` or `= "text"` after a field. The default is ascending.
fn kind(option: Option<IndexAttribute>, input: ParseStream<'_>) -> syn::Result<Kind> {
    if input.parse::<Option<Token![=]>>()?.is_none() {
        return Ok(Kind::Ascending);
    }
    let wrong = |span| {
        let message = match option {
            Some(option) if option.has_value() => symbol::correct(option.form()),
            _ => "the type of a key is `1` (ascending), `-1` (descending), `\"text\"`, `\"2dsphere\"`, `\"2d\"`, \
                  `\"hashed\"` or `\"wildcard\"`"
                .to_owned(),
        };
        syn::Error::new(span, message)
    };
    if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        return Kind::of_text(&text).ok_or_else(|| wrong(text.span()));
    }
    let descending = input.parse::<Option<Token![-]>>()?.is_some();
    let number: LitInt = input.parse().map_err(|error: syn::Error| wrong(error.span()))?;
    match (number.base10_digits(), descending) {
        ("1", false) => Ok(Kind::Ascending),
        ("1", true) => Ok(Kind::Descending),
        _ => Err(wrong(number.span())),
    }
}
