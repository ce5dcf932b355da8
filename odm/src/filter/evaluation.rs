//! Evaluation operators: `$expr $regex $mod $jsonSchema $where $nor $comment $sampleRate`, and prefixes of strings.

use std::borrow::Borrow;

use mongodb::bson::{Bson, Document, doc};

use super::{Clauses, Filter};
use crate::{
    error::codec::{CodecError, CodecResult},
    expr::{Expression, Exprs, Truth, exprs, rendered::Rendered},
    into_option::IntoOption,
    path::{Path, Queried},
    value::{Number, Text, Value, check_regex, regex_literal},
};

impl<M, V: Value, R> Path<M, V, R> {
    /// Matches documents whose string begins with `prefix`, case-sensitively. The server can use an index.
    ///
    /// `{ field: { $regex: "^prefix" } }`, with all characters of the prefix taken literally.
    pub fn starts_with(&self, prefix: &str) -> Filter<M>
    where
        V: Text,
        R: Queried,
    {
        Filter::test(self.location(), "$regex", Ok(Bson::String(format!("^{}", escaped(prefix)))))
    }

    /// Matches documents whose string matches a regular expression in the server's PCRE syntax, with the options `i`
    /// (ignores case), `m` (`^` and `$` match at every line), `s` (`.` matches a newline too), `x` (spaces are
    /// ignored), or none: `""`.
    ///
    /// `{ field: { $regex: "pattern", $options: "i" } }`
    ///
    /// The pattern is code: for a string from an untrusted source, use [`starts_with`](Path::starts_with), which takes it
    /// literally. Other options are an error for which [`is_not_sent`](crate::Error::is_not_sent) is true.
    pub fn regex(&self, pattern: &str, options: &str) -> Filter<M>
    where
        V: Text,
        R: Queried,
    {
        Filter::of(Clauses::tests(self.location(), regex(pattern, options)))
    }

    /// Does the same as [`regex`](Path::regex), with the pattern and the options in one value.
    ///
    /// `{ field: { $regex: /pattern/i } }`; the negation, `!b.title().regex_literal(..)`, is
    /// `{ field: { $not: /pattern/i } }`
    pub fn regex_literal(&self, pattern: &str, options: &str) -> Filter<M>
    where
        V: Text,
        R: Queried,
    {
        Filter::test(self.location(), "$regex", regex_literal(pattern, options))
    }

    /// Matches documents whose string matches one of these regular expressions, each with its options.
    ///
    /// `{ field: { $in: [/^be/, /^st/i] } }`; see [`regex`](Path::regex) for patterns and options.
    pub fn in_regex<'p, I>(&self, patterns: I) -> Filter<M>
    where
        V: Text,
        R: Queried,
        I: IntoIterator<Item: Borrow<(&'p str, &'p str)>>,
    {
        let patterns: CodecResult<Vec<Bson>> = patterns
            .into_iter()
            .map(|one| {
                let (pattern, options) = *one.borrow();
                regex_literal(pattern, options)
            })
            .collect();
        Filter::test(self.location(), "$in", patterns.map(Bson::Array))
    }

    /// Matches documents whose number has this remainder after division by `divisor`.
    ///
    /// `{ field: { $mod: [divisor, remainder] } }`
    ///
    /// The server first removes the fraction of all three numbers, so that `mod_(4.5, 0)` is `mod_(4, 0)`. A divisor of
    /// zero, and a number that does not fit int64, are errors for which [`is_not_sent`](crate::Error::is_not_sent) is
    /// true.
    pub fn mod_(&self, divisor: impl RemainderNumber, remainder: impl RemainderNumber) -> Filter<M>
    where
        V: Number,
        R: Queried,
    {
        Filter::test(self.location(), "$mod", remainder_test(divisor.number(), remainder.number()))
    }
}

/// A number that `mod_` divides by or compares with: an integer or a float.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number that `$mod` accepts",
    label = "expected an integer or a float",
    note = "integers that may not fit an `i64` are not accepted: convert them"
)]
pub trait RemainderNumber {
    /// Returns the number as it is sent.
    fn number(self) -> Bson;
}

macro_rules! remainder_numbers {
    ($($sent:ident: $($type:ty)*;)*) => { $($(
        #[diagnostic::do_not_recommend]
        impl RemainderNumber for $type {
            #[allow(clippy::useless_conversion)] // for the widest types
            fn number(self) -> Bson {
                Bson::$sent(self.into())
            }
        }
    )*)* };
}

remainder_numbers! {
    Int64: i8 i16 i32 i64 u8 u16 u32;
    Double: f32 f64;
}

fn remainder_test(divisor: Bson, remainder: Bson) -> CodecResult<Bson> {
    // The greatest double below 2^63 is sent as it is; 2^63 itself does not fit int64.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let fits = |number: &Bson| match number {
        Bson::Double(number) => (-LIMIT..LIMIT).contains(number),
        _ => true,
    };
    let is_zero = match &divisor {
        Bson::Double(number) => number.trunc() == 0.0,
        number => number.as_i64() == Some(0),
    };
    if is_zero {
        return Err(CodecError::new("a divisor other than zero", "zero").in_value());
    }
    if !(fits(&divisor) && fits(&remainder)) {
        return Err(CodecError::new("a number that fits int64", "another number").in_value());
    }
    Ok(vec![divisor, remainder].into())
}

fn regex(pattern: &str, options: &str) -> CodecResult<Document> {
    check_regex(pattern, options)?;
    let mut test = doc! { "$regex": pattern };
    if !options.is_empty() {
        test.insert("$options", options);
    }
    Ok(test)
}

/// Conditions on the document as a whole.
impl<M> Filter<M> {
    /// Matches documents that meet none of the conditions: `{ $nor: [..] }`.
    ///
    /// The items are filters or `Option`s of filters. A `None` is left out. An empty list, or one with only `None`s,
    /// matches every document.
    #[doc(alias = "$nor")]
    pub fn none_of<F: IntoOption<Self>>(filters: impl IntoIterator<Item = F>) -> Self {
        Self::of(Clauses::none_of(
            filters.into_iter().filter_map(IntoOption::into_option).map(Self::into_clauses),
        ))
    }

    /// Matches documents for which an expression is true. Use it to compare fields of a document with each other.
    ///
    /// `{ $expr: { $gt: ["$spent", "$budget"] } }`
    ///
    /// The closure receives the fields as [expressions](crate::expr), so the call must name the model:
    /// `Filter::<Order>::expr(..)`. To compare a field with a value, prefer the operators of the field: they use
    /// indexes, and `gt`, `lt` and the like never match an `Option` without a value. In an expression, null and a
    /// missing field are less than every value: replace them, `b.budget().if_null(0)`. The server does not accept
    /// `$expr` in conditions on array elements (`any`, `each_where`): there it is an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true.
    ///
    /// ```
    /// # use odm::{Filter, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "budgets")]
    /// # struct Budget { id: Id<Budget>, owner: String, spent: f64, budget: Option<f64> }
    /// let over = Filter::<Budget>::expr(|b| b.spent().gt(b.budget().if_null(100)));
    /// assert_eq!(
    ///     (Budget::fields().owner().eq("ada") & over).to_string(),
    ///     r#"{ "owner": { "$eq": "ada" }, "$expr": { "$gt": ["$spent", { "$ifNull": ["$budget", 100.0] }] } }"#,
    /// );
    /// ```
    pub fn expr<X>(condition: impl FnOnce(Exprs<M>) -> X) -> Self
    where
        M: Value,
        X: Expression<M>,
        X::T: Truth,
    {
        Self::of_expr(condition(exprs::<M>()).render().map(Rendered::into_value))
    }

    pub(crate) fn of_expr(condition: CodecResult<Bson>) -> Self {
        Self::of(match condition {
            Ok(condition) => Clauses::whole("$expr", condition),
            Err(problem) => Clauses::wrong(problem.at("$expr")),
        })
    }

    /// Matches documents that satisfy a JSON schema in the server's dialect.
    ///
    /// `{ $jsonSchema: { .. } }`
    pub fn json_schema(schema: Document) -> Self {
        Self::of(Clauses::whole_schema(schema))
    }

    /// Matches documents for which a JavaScript function returns true. It is slow, and the server refuses it if
    /// JavaScript is disabled.
    ///
    /// `{ $where: "function" }`. The function is code: never put user input into it.
    pub fn where_(function: &'static str) -> Self {
        Self::of(Clauses::whole("$where", function))
    }

    /// Matches a random share of the documents: `rate` is a number from 0 to 1.
    ///
    /// `{ $sampleRate: rate }`; works in `find`, in `count` and in pipelines. Any other rate is an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true.
    pub fn sample_rate(rate: f64) -> Self {
        if (0.0..=1.0).contains(&rate) {
            return Self::of(Clauses::whole("$sampleRate", rate));
        }
        let problem = CodecError::new("a share from 0 to 1", "another number");
        Self::of(Clauses::wrong(problem.at("$sampleRate").in_value()))
    }

    /// Adds a comment, which the server shows in its log and profile.
    ///
    /// `{ $comment: "why" }`
    pub fn comment(self, comment: &str) -> Self {
        Self::of(self.clauses.and(Clauses::whole("$comment", comment)))
    }
}

/// Returns a regular expression that matches the string literally.
pub(crate) fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            // A regular expression in BSON ends at a NUL.
            '\0' => pattern.push_str("\\x00"),
            '\\' | '^' | '$' | '.' | '|' | '?' | '*' | '+' | '(' | ')' | '[' | ']' | '{' | '}' => {
                pattern.push('\\');
                pattern.push(character);
            }
            character => pattern.push(character),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn every_character_of_a_text_is_taken_as_itself() {
        assert_eq!(escaped("AB-1"), "AB-1");
        assert_eq!(escaped("a.b*(c)$"), "a\\.b\\*\\(c\\)\\$");
        assert_eq!(escaped("\\d\0"), "\\\\d\\x00");
    }
}
