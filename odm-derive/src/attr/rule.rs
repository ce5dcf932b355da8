//! The grammar of `validate(..)`.

use proc_macro2::Span;
use syn::{Expr, Ident, Lit, LitInt, LitStr, Path, UnOp, parse::ParseStream};

use super::{
    Once, flag, list,
    symbol::{ContainerWord, FieldWord, LengthWord, Position, RangeWord, RuleWord, Word},
    text, value,
};
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

/// Parses `validate(..)` on a field.
pub(crate) fn of_field(
    cx: &Ctxt,
    ident: &Ident,
    input: ParseStream<'_>,
    rules: &mut Vec<Rule>,
) -> syn::Result<()> {
    list(cx, ident, input, FieldWord::Validate.form(), |ident, input| {
        let word = RuleWord::require_at(Position::FieldRules, ident)?;
        let kind = match word {
            RuleWord::Length => length(cx, ident, input)?,
            RuleWord::Range => range(cx, ident, input)?,
            RuleWord::Pattern => pattern(text(ident, input, word.form())?)?,
            RuleWord::Email => {
                flag(ident, input, word.form())?;
                Kind::Email
            }
            RuleWord::Nested => {
                flag(ident, input, word.form())?;
                Kind::Nested
            }
            RuleWord::Custom => Kind::Custom(value(ident, input, word.form())?),
        };
        rules.push(Rule { span: ident.span(), kind });
        Ok(())
    })
}

/// Parses `validate(custom = path)` on a whole document.
pub(crate) fn of_document(
    cx: &Ctxt,
    ident: &Ident,
    input: ParseStream<'_>,
    rules: &mut Vec<Rule>,
) -> syn::Result<()> {
    list(cx, ident, input, ContainerWord::Validate.form(), |ident, input| match RuleWord::parse(ident) {
        Some(word @ RuleWord::Custom) => {
            let kind = Kind::Custom(value(ident, input, word.form())?);
            rules.push(Rule { span: ident.span(), kind });
            Ok(())
        }
        Some(RuleWord::Length | RuleWord::Range | RuleWord::Pattern | RuleWord::Email | RuleWord::Nested) => {
            Err(syn::Error::new(
                ident.span(),
                format_args!(
                    "`{ident}` is a rule of one field: write it there; a whole document takes `custom`"
                ),
            ))
        }
        None => Err(RuleWord::unknown(Position::DocumentRules, ident)),
    })
}

fn length(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Kind> {
    let (mut min, mut max, mut equal) = (Once::default(), Once::default(), Once::default());
    list(cx, ident, input, RuleWord::Length.form(), |ident, input| {
        let word = LengthWord::require_at(Position::Length, ident)?;
        let slot = match word {
            LengthWord::Min => &mut min,
            LengthWord::Max => &mut max,
            LengthWord::Equal => &mut equal,
        };
        let bound: LitInt = value(ident, input, word.form())?;
        if bound.base10_parse::<usize>().is_err() {
            return Err(syn::Error::new(bound.span(), "a length is a whole number, 0 or more"));
        }
        slot.set(ident, bound)
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

fn range(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Kind> {
    let (mut min, mut max) = (Once::<Box<Expr>>::default(), Once::<Box<Expr>>::default());
    list(cx, ident, input, RuleWord::Range.form(), |ident, input| {
        let word = RangeWord::require_at(Position::Range, ident)?;
        let slot = match word {
            RangeWord::Min => &mut min,
            RangeWord::Max => &mut max,
        };
        slot.set(ident, value(ident, input, word.form())?)
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
