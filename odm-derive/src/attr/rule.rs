//! The grammar of `validate(..)`.

use proc_macro2::{Span, TokenStream};
use syn::{
    Expr, ExprArray, Ident, Lit, LitInt, LitStr, Path, Token, UnOp, parenthesized, parse::ParseStream,
    punctuated::Punctuated, token,
};

use super::{
    Once, flag, list,
    symbol::{
        AttributeName, AttributePosition, ContainerAttribute, FieldAttribute, LengthAttribute,
        RangeAttribute, RuleAttribute, malformed,
    },
    text, value,
};
use crate::ctxt::Ctxt;

/// A rule of a field or of a whole document.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The span of the rule's name.
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// The kind of a rule.
#[derive(Debug)]
pub(crate) enum Kind {
    Length {
        min: Option<LitInt>,
        max: Option<LitInt>,
    },
    Range {
        min: Option<Box<Expr>>,
        max: Option<Box<Expr>>,
    },
    Pattern(LitStr),
    Email,
    Url,
    OneOf(ExprArray),
    MultipleOf(LitInt),
    UniqueItems,
    /// The Rust names of two fields, and the operator between them: a variant of `Operator`.
    Compare {
        left: Ident,
        operator: &'static str,
        right: Ident,
    },
    /// The Rust names of the fields.
    RequiredTogether(Vec<Ident>),
    Nested,
    Custom(Path),
}

impl Rule {
    /// Returns the Rust names of the fields that a rule of a document is about.
    pub(crate) fn fields(&self) -> Vec<&Ident> {
        match &self.kind {
            Kind::Compare { left, right, .. } => vec![left, right],
            Kind::RequiredTogether(fields) => fields.iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// Parses `validate(..)` on a field.
pub(crate) fn of_field(
    cx: &Ctxt,
    ident: &Ident,
    input: ParseStream<'_>,
    rules: &mut Vec<Rule>,
) -> syn::Result<()> {
    list(cx, ident, input, FieldAttribute::Validate.form(), |ident, input| {
        if let Some(RuleAttribute::Compare | RuleAttribute::RequiredTogether) = RuleAttribute::parse(ident) {
            let message = format!("`{ident}` is a rule of several fields: write it on the struct");
            return Err(syn::Error::new(ident.span(), message));
        }
        refuse_unique(ident)?;
        let attribute = RuleAttribute::require_at(AttributePosition::FieldRules, ident)?;
        let kind = match attribute {
            RuleAttribute::Length => length(cx, ident, input)?,
            RuleAttribute::Range => range(cx, ident, input)?,
            RuleAttribute::Pattern => pattern(text(ident, input, attribute.form())?)?,
            RuleAttribute::Email => {
                flag(ident, input, attribute.form())?;
                Kind::Email
            }
            RuleAttribute::Url => {
                flag(ident, input, attribute.form())?;
                Kind::Url
            }
            RuleAttribute::Nested => {
                flag(ident, input, attribute.form())?;
                Kind::Nested
            }
            RuleAttribute::OneOf => one_of(value(ident, input, attribute.form())?)?,
            RuleAttribute::MultipleOf => multiple_of(value(ident, input, attribute.form())?)?,
            RuleAttribute::UniqueItems => {
                flag(ident, input, attribute.form())?;
                Kind::UniqueItems
            }
            RuleAttribute::Custom => Kind::Custom(value(ident, input, attribute.form())?),
            RuleAttribute::Compare | RuleAttribute::RequiredTogether => {
                return Err(malformed(ident, attribute.form()));
            }
        };
        rules.push(Rule { span: ident.span(), kind });
        Ok(())
    })
}

/// Parses `validate(..)` on a whole document.
pub(crate) fn of_document(
    cx: &Ctxt,
    ident: &Ident,
    input: ParseStream<'_>,
    rules: &mut Vec<Rule>,
) -> syn::Result<()> {
    list(cx, ident, input, ContainerAttribute::Validate.form(), |ident, input| {
        refuse_unique(ident)?;
        let kind = match RuleAttribute::parse(ident) {
            Some(attribute @ RuleAttribute::Custom) => Kind::Custom(value(ident, input, attribute.form())?),
            Some(RuleAttribute::Compare) => compare(ident, input)?,
            Some(RuleAttribute::RequiredTogether) => required_together(ident, input)?,
            Some(
                RuleAttribute::Length
                | RuleAttribute::Range
                | RuleAttribute::Pattern
                | RuleAttribute::Email
                | RuleAttribute::Url
                | RuleAttribute::OneOf
                | RuleAttribute::MultipleOf
                | RuleAttribute::UniqueItems
                | RuleAttribute::Nested,
            ) => {
                return Err(syn::Error::new(
                    ident.span(),
                    format_args!(
                        "`{ident}` is a rule of one field: write it there; a whole document takes `compare`, \
                         `required_together` and `custom`"
                    ),
                ));
            }
            None => return Err(RuleAttribute::unknown(AttributePosition::DocumentRules, ident)),
        };
        rules.push(Rule { span: ident.span(), kind });
        Ok(())
    })
}

fn one_of(items: ExprArray) -> syn::Result<Kind> {
    if items.elems.is_empty() {
        return Err(syn::Error::new_spanned(items, "no value is one of an empty list"));
    }
    Ok(Kind::OneOf(items))
}

fn multiple_of(divisor: LitInt) -> syn::Result<Kind> {
    match divisor.base10_parse::<u32>() {
        Ok(1..) => Ok(Kind::MultipleOf(divisor)),
        _ => Err(syn::Error::new(divisor.span(), "a divisor is a whole number from 1 to 4294967295")),
    }
}

/// Refuses the rule that other libraries have and that only the server can check.
fn refuse_unique(ident: &Ident) -> syn::Result<()> {
    if ident != "unique" {
        return Ok(());
    }
    let message = "a rule sees one document, and the values of the others can change at any time: declare a unique index, \
                   `#[odm(index(unique))]` on the field or `#[odm(index(street, city, unique))]` on the struct";
    Err(syn::Error::new(ident.span(), message))
}

/// Parses `compare(left <= right)`.
fn compare(ident: &Ident, input: ParseStream<'_>) -> syn::Result<Kind> {
    let content;
    if !input.peek(token::Paren) {
        return Err(malformed(ident, RuleAttribute::Compare.form()));
    }
    parenthesized!(content in input);
    let parse = |input: ParseStream<'_>| {
        let left = input.parse::<Ident>()?;
        let operator = if input.parse::<Option<Token![<=]>>()?.is_some() {
            "LessOrEqual"
        } else if input.parse::<Option<Token![<]>>()?.is_some() {
            "Less"
        } else if input.parse::<Option<Token![>=]>>()?.is_some() {
            "GreaterOrEqual"
        } else {
            input.parse::<Token![>]>()?;
            "Greater"
        };
        let right = input.parse::<Ident>()?;
        if input.is_empty() { Ok(Kind::Compare { left, operator, right }) } else { Err(input.error("")) }
    };
    parse(&content).map_err(|_| {
        skip(&content);
        malformed(ident, RuleAttribute::Compare.form())
    })
}

/// Skips what is left, so that syn does not report it besides.
fn skip(input: ParseStream<'_>) {
    drop(input.parse::<TokenStream>());
}

/// Parses `required_together(one, other)`.
fn required_together(ident: &Ident, input: ParseStream<'_>) -> syn::Result<Kind> {
    let content;
    if !input.peek(token::Paren) {
        return Err(malformed(ident, RuleAttribute::RequiredTogether.form()));
    }
    parenthesized!(content in input);
    let fields = Punctuated::<Ident, Token![,]>::parse_terminated(&content);
    let fields: Vec<Ident> = fields.map(|fields| fields.into_iter().collect()).unwrap_or_default();
    if fields.len() < 2 {
        skip(&content);
        return Err(malformed(ident, RuleAttribute::RequiredTogether.form()));
    }
    Ok(Kind::RequiredTogether(fields))
}

fn length(cx: &Ctxt, ident: &Ident, input: ParseStream<'_>) -> syn::Result<Kind> {
    let (mut min, mut max, mut equal) = (Once::default(), Once::default(), Once::default());
    list(cx, ident, input, RuleAttribute::Length.form(), |ident, input| {
        let attribute = LengthAttribute::require_at(AttributePosition::Length, ident)?;
        let slot = match attribute {
            LengthAttribute::Min => &mut min,
            LengthAttribute::Max => &mut max,
            LengthAttribute::Equal => &mut equal,
        };
        let bound: LitInt = value(ident, input, attribute.form())?;
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
    list(cx, ident, input, RuleAttribute::Range.form(), |ident, input| {
        let attribute = RangeAttribute::require_at(AttributePosition::Range, ident)?;
        let slot = match attribute {
            RangeAttribute::Min => &mut min,
            RangeAttribute::Max => &mut max,
        };
        slot.set(ident, value(ident, input, attribute.form())?)
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
