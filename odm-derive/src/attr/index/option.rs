//! The options of an index.

use proc_macro2::Ident as Name;
use quote::ToTokens as _;
use syn::{
    Ident, Lit, LitBool, LitFloat, LitInt, LitStr, Token, UnOp, parse::ParseStream, spanned::Spanned as _,
    token,
};

use super::{Index, Key, Kind, Number};
use crate::{
    attr::{
        Once, duration, list,
        symbol::{
            self, AttributeName, AttributePosition, BoundsAttribute, CollationAttribute, IndexAttribute,
        },
        text, value,
    },
    ctxt::Ctxt,
};

/// The rules by which an index compares strings.
#[derive(Debug)]
pub(crate) struct Collation {
    pub(crate) locale: LitStr,
    /// The setters of the driver's builder, with their arguments.
    pub(crate) options: Vec<(CollationAttribute, CollationValue)>,
}

/// The value of an option of a collation.
#[derive(Debug)]
pub(crate) enum CollationValue {
    Flag(LitBool),
    /// A variant of the driver's enum.
    Variant(&'static str),
}

/// The bounds and the precision of a `2d` index.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) min: Option<Number>,
    pub(crate) max: Option<Number>,
    pub(crate) bits: Option<u32>,
}

impl IndexAttribute {
    /// Returns whether the option is `name = value`.
    pub(super) fn has_value(self) -> bool {
        match self {
            Self::Ttl
            | Self::Name
            | Self::Type
            | Self::EveryField
            | Self::Partial
            | Self::DefaultLanguage
            | Self::LanguageOverride => true,
            Self::Unique
            | Self::Sparse
            | Self::Hidden
            | Self::Descending
            | Self::Collation
            | Self::Weights
            | Self::Include
            | Self::Exclude
            | Self::Bounds => false,
        }
    }

    /// Returns whether what follows is an option, and not the type of a field with this name.
    fn is_option(self, input: ParseStream<'_>) -> bool {
        match self {
            Self::Unique | Self::Sparse | Self::Hidden | Self::Descending => {
                input.is_empty() || input.peek(Token![,])
            }
            // `ttl = "2d"` is two days.
            Self::Ttl | Self::Type | Self::EveryField => input.peek(Token![=]) && input.peek2(LitStr),
            Self::Name | Self::DefaultLanguage | Self::LanguageOverride => {
                let ahead = input.fork();
                ahead.parse::<Token![=]>().is_ok()
                    && ahead.parse::<LitStr>().is_ok_and(|text| Kind::of_text(&text).is_none())
            }
            Self::Partial => {
                input.peek(Token![=])
                    && (input.peek2(Token![|]) || input.peek2(Token![||]) || input.peek2(Token![move]))
            }
            Self::Collation | Self::Weights | Self::Include | Self::Exclude | Self::Bounds => {
                input.peek(token::Paren)
            }
        }
    }
}

impl Index {
    /// Parses an option. Returns `false` if the name of the option is not followed by what the option needs.
    pub(super) fn option(
        &mut self,
        cx: &Ctxt,
        option: IndexAttribute,
        ident: &Ident,
        input: ParseStream<'_>,
    ) -> syn::Result<bool> {
        if !option.is_option(input) {
            return Ok(false);
        }
        let form = option.form();
        match option {
            IndexAttribute::Unique => self.unique.set(ident, ())?,
            IndexAttribute::Sparse => self.sparse.set(ident, ())?,
            IndexAttribute::Hidden => self.hidden.set(ident, ())?,
            IndexAttribute::Descending => self.descending.set(ident, ())?,
            IndexAttribute::Type => {
                let text = text(ident, input, form)?;
                let kind = Kind::of_text(&text)
                    .ok_or_else(|| syn::Error::new(text.span(), symbol::correct(form)))?;
                self.kind.set(ident, kind)?;
            }
            IndexAttribute::EveryField => {
                let text = text(ident, input, form)?;
                let kind = Kind::of_text(&text).filter(|kind| matches!(kind, Kind::Text | Kind::Wildcard));
                let kind = kind.ok_or_else(|| syn::Error::new(text.span(), symbol::correct(form)))?;
                self.keys.push(Key::every_field(ident, kind));
            }
            IndexAttribute::Ttl => {
                let text = text(ident, input, form)?;
                self.ttl.set(ident, duration::seconds(&text)?)?;
            }
            IndexAttribute::Name => {
                let name = text(ident, input, form)?;
                if name.value().is_empty() || name.value().contains(['\0', '$']) {
                    return Err(syn::Error::new(
                        name.span(),
                        "an index name is a string without `$` and NUL",
                    ));
                }
                self.name.set(ident, name)?;
            }
            IndexAttribute::Partial => self.partial.set(ident, value(ident, input, form)?)?,
            IndexAttribute::Collation => self.collation.set(ident, collation(cx, ident, input)?)?,
            IndexAttribute::Weights => self.weights.set(ident, weights(cx, ident, input)?)?,
            IndexAttribute::DefaultLanguage => self.default_language.set(ident, text(ident, input, form)?)?,
            IndexAttribute::LanguageOverride => {
                self.language_override.set(ident, text(ident, input, form)?)?;
            }
            IndexAttribute::Bounds => self.bounds.set(ident, bounds(cx, ident, input)?)?,
            IndexAttribute::Include => self.include.set(ident, fields(cx, ident, input, form)?)?,
            IndexAttribute::Exclude => self.exclude.set(ident, fields(cx, ident, input, form)?)?,
        }
        Ok(true)
    }
}

/// Parses `(title = 10, body = 2)`.
fn weights(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<(Key, u32)>> {
    let (mut weights, form) = (Vec::new(), IndexAttribute::Weights.form());
    list(cx, ident, input, form, |ident, input| {
        let key = Key::parse_field(ident, input)?;
        let weight: LitInt = value(ident, input, form)?;
        let number = weight.base10_parse::<u32>().ok().filter(|number| (1..=99_999).contains(number));
        let number =
            number.ok_or_else(|| syn::Error::new(weight.span(), "a weight is a number from 1 to 99999"))?;
        weights.push((key, number));
        Ok(())
    })?;
    Ok(weights)
}

/// Parses `(attributes, ship_to.city)`.
fn fields(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<Vec<Key>> {
    let mut fields = Vec::new();
    list(cx, ident, input, form, |ident, input| {
        fields.push(Key::parse_field(ident, input)?);
        Ok(())
    })?;
    Ok(fields)
}

/// Parses `(min = -10, max = 10, bits = 20)`.
fn bounds(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Bounds> {
    let (mut min, mut max, mut bits) = (Once::default(), Once::default(), Once::default());
    list(cx, ident, input, IndexAttribute::Bounds.form(), |ident, input| match BoundsAttribute::require_at(
        AttributePosition::Bounds,
        ident,
    )? {
        attribute @ BoundsAttribute::Min => min.set(ident, number(&value(ident, input, attribute.form())?)?),
        attribute @ BoundsAttribute::Max => max.set(ident, number(&value(ident, input, attribute.form())?)?),
        attribute @ BoundsAttribute::Bits => {
            let literal: LitInt = value(ident, input, attribute.form())?;
            let number = literal.base10_parse::<u32>().ok().filter(|number| (1..=32).contains(number));
            let number = number.ok_or_else(|| {
                syn::Error::new(literal.span(), "the precision of a `2d` index is 1 to 32 bits")
            })?;
            bits.set(ident, number)
        }
    })?;
    let bounds = Bounds { min: min.get().cloned(), max: max.get().cloned(), bits: bits.get().copied() };
    match (&bounds.min, &bounds.max) {
        (Some(min), Some(max)) if min.value >= max.value => {
            cx.error(&max.literal, "`max` is greater than `min`");
        }
        (Some(_), None) | (None, Some(_)) => {
            cx.error(ident, "`bounds` has both `min` and `max`, or none of them");
        }
        _ => {}
    }
    Ok(bounds)
}

/// Returns a number with its sign, as a literal of a float.
fn number(expression: &syn::Expr) -> syn::Result<Number> {
    let (sign, literal) = match expression {
        syn::Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => ("-", &*unary.expr),
        other => ("", other),
    };
    let digits = match literal {
        syn::Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => Some(number.base10_digits().to_owned()),
            Lit::Float(number) => Some(number.base10_digits().to_owned()),
            _ => None,
        },
        _ => None,
    };
    let wrong = || syn::Error::new(expression.span(), "a bound of a `2d` index is a number");
    let value: f64 = digits.and_then(|digits| format!("{sign}{digits}").parse().ok()).ok_or_else(wrong)?;
    Ok(Number { value, literal: LitFloat::new(&format!("{value:?}"), expression.span()) })
}

/// Parses `(locale = "en", strength = 2, numeric_ordering)`.
pub(crate) fn collation(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Collation> {
    let (mut locale, mut options) = (Once::default(), Vec::new());
    let mut seen: Vec<CollationAttribute> = Vec::new();
    let form = IndexAttribute::Collation.form();
    list(cx, ident, input, form, |ident, input| {
        let attribute = CollationAttribute::require_at(AttributePosition::Collation, ident)?;
        if attribute == CollationAttribute::Locale {
            return locale.set(ident, text(ident, input, attribute.form())?);
        }
        if seen.contains(&attribute) {
            return Err(syn::Error::new(ident.span(), format_args!("`{ident}` is given twice")));
        }
        seen.push(attribute);
        options.push((attribute, collation_value(attribute, ident, input)?));
        Ok(())
    })?;
    let locale = locale.get().cloned().ok_or_else(|| {
        syn::Error::new(ident.span(), "a collation has a locale: write `collation(locale = \"en\", ..)`")
    })?;
    Ok(Collation { locale, options })
}

fn collation_value(
    attribute: CollationAttribute,
    ident: &Name,
    input: ParseStream<'_>,
) -> syn::Result<CollationValue> {
    let Some(variants) = attribute.variants() else {
        let is_flag = input.is_empty() || input.peek(Token![,]);
        let flag =
            if is_flag { LitBool::new(true, ident.span()) } else { value(ident, input, attribute.form())? };
        return Ok(CollationValue::Flag(flag));
    };
    let literal: Lit = value(ident, input, attribute.form())?;
    let written = match &literal {
        Lit::Str(text) => text.value(),
        other => other.to_token_stream().to_string(),
    };
    let variant = variants.iter().find(|(name, _)| *name == written);
    variant
        .map(|(_, variant)| CollationValue::Variant(variant))
        .ok_or_else(|| syn::Error::new(literal.span(), symbol::correct(attribute.form())))
}

impl CollationAttribute {
    /// Returns the values of an option that is not a flag, with the variants of the driver's enum.
    fn variants(self) -> Option<&'static [(&'static str, &'static str)]> {
        Some(match self {
            Self::Strength => &[
                ("1", "Primary"),
                ("2", "Secondary"),
                ("3", "Tertiary"),
                ("4", "Quaternary"),
                ("5", "Identical"),
            ],
            Self::CaseFirst => &[("upper", "Upper"), ("lower", "Lower"), ("off", "Off")],
            Self::Alternate => &[("non-ignorable", "NonIgnorable"), ("shifted", "Shifted")],
            Self::MaxVariable => &[("punct", "Punct"), ("space", "Space")],
            Self::Locale
            | Self::CaseLevel
            | Self::NumericOrdering
            | Self::Normalization
            | Self::Backwards => return None,
        })
    }

    /// Returns the driver's enum with the values of an option that is not a flag.
    pub(crate) fn type_name(self) -> Option<&'static str> {
        Some(match self {
            Self::Strength => "CollationStrength",
            Self::CaseFirst => "CollationCaseFirst",
            Self::Alternate => "CollationAlternate",
            Self::MaxVariable => "CollationMaxVariable",
            Self::Locale
            | Self::CaseLevel
            | Self::NumericOrdering
            | Self::Normalization
            | Self::Backwards => return None,
        })
    }
}
