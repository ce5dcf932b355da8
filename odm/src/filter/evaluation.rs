//! Evaluation operators: `$regex $mod $jsonSchema $text $where $nor $comment $sampleRate`, and texts by their beginning.

use mongodb::bson::{Bson, Document, doc};

use super::{Clauses, Filter};
use crate::{
    error::codec::{CodecError, CodecResult},
    given::Given,
    path::{Path, Queried},
    value::{Number, Text, Value},
};

impl<M, V: Value, R> Path<M, V, R> {
    /// Matches documents whose text begins with `prefix`, by case. The server can use an index for it.
    ///
    /// `{ field: { $regex: "^prefix" } }`, every character of the prefix taken as itself.
    pub fn starts_with(&self, prefix: &str) -> Filter<M>
    where
        V: Text,
        R: Queried,
    {
        Filter::test(self.location(), "$regex", Ok(Bson::String(format!("^{}", literal(prefix)))))
    }

    /// Matches documents whose text matches a regular expression of PCRE, as the server knows them, with the options
    /// `i` (either case), `m` (`^` and `$` at every line), `s` (`.` is a newline too), `x` (spaces are ignored), or
    /// none: `""`.
    ///
    /// `{ field: { $regex: "pattern", $options: "i" } }`
    ///
    /// The pattern is code: of a text that somebody else wrote make a literal with
    /// [`starts_with`](Path::starts_with). Other options are an error that
    /// [`is_not_sent`](crate::Error::is_not_sent).
    pub fn regex(&self, pattern: &str, options: &str) -> Filter<M>
    where
        V: Text,
        R: Queried,
    {
        Filter::of(Clauses::tests(self.location(), regex(pattern, options)))
    }

    /// Matches documents whose number leaves this remainder when it is divided.
    ///
    /// `{ field: { $mod: [divisor, remainder] } }`; a divisor of zero is an error that
    /// [`is_not_sent`](crate::Error::is_not_sent). The server cuts off fractions first.
    pub fn mod_(&self, divisor: i64, remainder: i64) -> Filter<M>
    where
        V: Number,
        R: Queried,
    {
        let value = match divisor {
            0 => Err(CodecError::new("a divisor other than zero", "zero")),
            divisor => Ok(vec![Bson::from(divisor), Bson::from(remainder)].into()),
        };
        Filter::test(self.location(), "$mod", value)
    }
}

fn regex(pattern: &str, options: &str) -> CodecResult<Document> {
    if let Some(other) = options.chars().find(|option| !"imsx".contains(*option)) {
        return Err(CodecError::new(
            "the options `i`, `m`, `s`, `x` of a regular expression",
            format!("`{other}`"),
        ));
    }
    if pattern.contains('\0') {
        return Err(CodecError::new("a regular expression without NUL", "one with NUL"));
    }
    let mut test = doc! { "$regex": pattern };
    if !options.is_empty() {
        test.insert("$options", options);
    }
    Ok(test)
}

/// Conditions on the document as a whole.
impl<M> Filter<M> {
    /// None of the conditions holds: `{ $nor: [..] }`.
    ///
    /// The items are filters, or `Option`s of them: a `None` is left out. An empty list, or one of nothing but `None`,
    /// matches every document.
    pub fn none_of<F: Given<Self>>(filters: impl IntoIterator<Item = F>) -> Self {
        Self::of(Clauses::none_of(filters.into_iter().filter_map(Given::given).map(Self::into_clauses)))
    }

    /// Matches documents that a text index finds for these words.
    ///
    /// `{ $text: { $search: "words" } }`; the collection must have a text index.
    pub fn text(search: &str) -> Self {
        Self::of(Clauses::whole("$text", doc! { "$search": search }))
    }

    /// The same in a language, with case and diacritics as said.
    ///
    /// `{ $text: { $search: "words", $language: "nb", $caseSensitive: false, $diacriticSensitive: false } }`
    pub fn text_with(search: &str, language: &str, case_sensitive: bool, diacritic_sensitive: bool) -> Self {
        let text = doc! {
            "$search": search,
            "$language": language,
            "$caseSensitive": case_sensitive,
            "$diacriticSensitive": diacritic_sensitive,
        };
        Self::of(Clauses::whole("$text", text))
    }

    /// Matches documents that satisfy a JSON schema, as the server knows them.
    ///
    /// `{ $jsonSchema: { .. } }`
    pub fn json_schema(schema: Document) -> Self {
        Self::of(Clauses::whole("$jsonSchema", schema))
    }

    /// Matches documents for which a JavaScript function of the server returns true: slow, and refused where the
    /// server runs no JavaScript.
    ///
    /// `{ $where: "function" }`. It is code: never put a user's text into it.
    pub fn where_(function: &'static str) -> Self {
        Self::of(Clauses::whole("$where", function))
    }

    /// Matches a random share of the documents, from 0 to 1.
    ///
    /// `{ $sampleRate: rate }`; only in a pipeline's `matching`. Another rate is an error that
    /// [`is_not_sent`](crate::Error::is_not_sent).
    pub fn sample_rate(rate: f64) -> Self {
        if (0.0..=1.0).contains(&rate) {
            return Self::of(Clauses::whole("$sampleRate", rate));
        }
        Self::of(Clauses::wrong(CodecError::new("a share from 0 to 1", "another number").at("$sampleRate")))
    }

    /// Adds a comment, which the server shows in its log and profile.
    ///
    /// `{ $comment: "why" }`
    pub fn comment(self, comment: &str) -> Self {
        Self::of(self.clauses.and(Clauses::whole("$comment", comment)))
    }
}

/// The regular expression in which every character of a text is taken as itself.
pub(crate) fn literal(text: &str) -> String {
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
    use super::literal;

    #[test]
    fn every_character_of_a_text_is_taken_as_itself() {
        assert_eq!(literal("AB-1"), "AB-1");
        assert_eq!(literal("a.b*(c)$"), "a\\.b\\*\\(c\\)\\$");
        assert_eq!(literal("\\d\0"), "\\\\d\\x00");
    }
}
