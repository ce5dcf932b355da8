//! The grammar of `validate(..)`.

use proc_macro2::Span;
use syn::{Expr, Ident, Lit, LitInt, LitStr, Path, UnOp, parse::ParseStream};

use super::{Once, flag, list, symbol, symbol::form, text, value};
use crate::ctxt::Ctxt;

/// A rule of a field or of a whole document.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The span of the rule's word.
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// The kind of a rule.
#[derive(Debug)]
pub(crate) enum Kind {
    Length { min: Option<LitInt>, max: Option<LitInt> },
    Range { min: Option<Box<Expr>>, max: Option<Box<Expr>> },
    Pattern(LitStr),
    Email,
    Nested,
    Custom(Path),
}

const RULES: &[&str] =
    &[symbol::LENGTH, symbol::RANGE, symbol::PATTERN, symbol::EMAIL, symbol::NESTED, symbol::CUSTOM];

/// Parses `validate(..)` on a field.
pub(crate) fn of_field(
    cx: &Ctxt,
    word: &Ident,
    input: ParseStream<'_>,
    rules: &mut Vec<Rule>,
) -> syn::Result<()> {
    list(cx, word, input, form::VALIDATE, |word, input| {
        let kind = if word == symbol::LENGTH {
            length(cx, word, input)?
        } else if word == symbol::RANGE {
            range(cx, word, input)?
        } else if word == symbol::PATTERN {
            pattern(text(word, input, form::PATTERN)?)?
        } else if word == symbol::EMAIL {
            flag(word, input, "email")?;
            Kind::Email
        } else if word == symbol::NESTED {
            flag(word, input, "nested")?;
            Kind::Nested
        } else if word == symbol::CUSTOM {
            Kind::Custom(value(word, input, form::CUSTOM)?)
        } else {
            return Err(symbol::unknown(word, RULES, "in `validate(..)`"));
        };
        rules.push(Rule { span: word.span(), kind });
        Ok(())
    })
}

/// Parses `validate(custom = path)` on a whole document.
pub(crate) fn of_document(
    cx: &Ctxt,
    word: &Ident,
    input: ParseStream<'_>,
    rules: &mut Vec<Rule>,
) -> syn::Result<()> {
    list(cx, word, input, form::VALIDATE_ALL, |word, input| {
        if word == symbol::CUSTOM {
            let kind = Kind::Custom(value(word, input, form::CUSTOM)?);
            rules.push(Rule { span: word.span(), kind });
            return Ok(());
        }
        if RULES.iter().any(|rule| word == rule) {
            return Err(syn::Error::new(
                word.span(),
                format_args!(
                    "`{word}` is a rule of one field: write it there; a whole document takes `custom`"
                ),
            ));
        }
        Err(symbol::unknown(word, &[symbol::CUSTOM], "in `validate(..)` of a whole document"))
    })
}

fn length(cx: &Ctxt, word: &Ident, input: ParseStream<'_>) -> syn::Result<Kind> {
    let (mut min, mut max, mut equal) = (Once::default(), Once::default(), Once::default());
    list(cx, word, input, form::LENGTH, |word, input| {
        let slot = if word == symbol::MIN {
            &mut min
        } else if word == symbol::MAX {
            &mut max
        } else if word == symbol::EQUAL {
            &mut equal
        } else {
            return Err(symbol::unknown(word, &[symbol::MIN, symbol::MAX, symbol::EQUAL], "in `length(..)`"));
        };
        let bound: LitInt = value(word, input, form::LENGTH)?;
        if bound.base10_parse::<usize>().is_err() {
            return Err(syn::Error::new(bound.span(), "a length is a whole number, 0 or more"));
        }
        slot.set(word, bound)
    })?;
    if let Some(equal) = equal.get().cloned() {
        if let Some(span) = min.span().or(max.span()) {
            return Err(syn::Error::new(span, "`equal` already sets both bounds of the length"));
        }
        return Ok(Kind::Length { min: Some(equal.clone()), max: Some(equal) });
    }
    let (min, max) = (min.get().cloned(), max.get().cloned());
    if let (Some(min), Some(max)) = (&min, &max)
        && min.base10_parse::<usize>()? > max.base10_parse::<usize>()?
    {
        cx.error(min, format_args!("no length is at least {min} and at most {max}"));
    }
    Ok(Kind::Length { min, max })
}

fn range(cx: &Ctxt, word: &Ident, input: ParseStream<'_>) -> syn::Result<Kind> {
    let (mut min, mut max) = (Once::<Box<Expr>>::default(), Once::<Box<Expr>>::default());
    list(cx, word, input, form::RANGE, |word, input| {
        let slot = if word == symbol::MIN {
            &mut min
        } else if word == symbol::MAX {
            &mut max
        } else {
            return Err(symbol::unknown(word, &[symbol::MIN, symbol::MAX], "in `range(..)`"));
        };
        slot.set(word, value(word, input, form::RANGE)?)
    })?;
    let (min, max) = (min.get().cloned(), max.get().cloned());
    if let (Some(min), Some(max)) = (&min, &max)
        && let (Some(low), Some(high)) = (number(min), number(max))
        && low > high
    {
        cx.error(min, format_args!("no number is at least {low} and at most {high}"));
    }
    Ok(Kind::Range { min, max })
}

/// Returns the value of a literal. A macro cannot evaluate other expressions, such as constants.
fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            Lit::Float(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => number(&unary.expr).map(|number| -number),
        Expr::Group(group) => number(&group.expr),
        Expr::Paren(paren) => number(&paren.expr),
        _ => None,
    }
}

/// Checks that the `regex` crate accepts the regular expression, so that it cannot fail when a document is checked.
fn pattern(pattern: LitStr) -> syn::Result<Kind> {
    let (problem, offset) = match regex_syntax::parse(&pattern.value()) {
        Ok(_) => return Ok(Kind::Pattern(pattern)),
        Err(regex_syntax::Error::Parse(error)) => (error.kind().to_string(), error.span().start.column),
        Err(regex_syntax::Error::Translate(error)) => (error.kind().to_string(), error.span().start.column),
        Err(error) => (error.to_string(), 1),
    };
    Err(syn::Error::new(
        pattern.span(),
        format_args!("this pattern is not a regular expression: {problem}, at character {offset}"),
    ))
}
