//! Strings: `$concat $split $toUpper $trim ..`.

use super::{
    Expr, Expression, ExpressionList, RegexValue, Required,
    list::Texts,
    operators::{Operator, operator, operators, options},
    rendered::{joined, one},
};
use crate::value::{Integer, StringValue, Value};

options! {
    /// The optional arguments of `trim`, `ltrim` and `rtrim`.
    Trim {
        /// Sets the characters that are removed, instead of whitespace.
        chars "chars" [StringValue];
    }
}

operators! {
    /// Removes whitespace, or the characters of [`chars`](Expr::chars), from both ends; null stays null.
    trim = "$trim" named("input" input: T [StringValue]) with Trim -> T::Lift<String>;
    /// Removes whitespace, or the characters of [`chars`](Expr::chars), from the beginning; null stays null.
    ltrim = "$ltrim" named("input" input: T [StringValue]) with Trim -> T::Lift<String>;
    /// Removes whitespace, or the characters of [`chars`](Expr::chars), from the end; null stays null.
    rtrim = "$rtrim" named("input" input: T [StringValue]) with Trim -> T::Lift<String>;
    /// Converts ASCII letters to lower case. Null becomes the empty string.
    to_lower = "$toLower" one(text: T [StringValue]) -> String;
    /// Converts ASCII letters to upper case. Null becomes the empty string.
    to_upper = "$toUpper" one(text: T [StringValue]) -> String;
    /// Returns the parts of a string between delimiters; null stays null. A delimiter that is a regular expression requires
    /// MongoDB 8.2.
    split = "$split" list(text: T [StringValue], delimiter: B [RegexValue]) -> T::Lift<B::Lift<Vec<String>>>;
    /// Returns the number of code points.
    str_len_cp = "$strLenCP" one(text: T [StringValue + Required]) -> i32;
    /// Returns the number of bytes in UTF-8.
    str_len_bytes = "$strLenBytes" one(text: T [StringValue + Required]) -> i32;
    /// Compares two strings without regard to the case of ASCII letters: -1, 0 or 1 if the first is less, equal or
    /// greater. Null counts as the empty string.
    strcasecmp = "$strcasecmp" list(text: T [StringValue], other: B [StringValue]) -> i32;
    /// Returns a part of a string, by the position and number of code points. Null becomes the empty string.
    substr_cp = "$substrCP" list(text: T [StringValue], start: B [Integer + Required], length: C [Integer + Required]) -> String;
    /// Returns a part of a string, by the position and number of bytes in UTF-8. Null becomes the empty string.
    substr_bytes = "$substrBytes" list(text: T [StringValue], start: B [Integer + Required], length: C [Integer + Required]) -> String;
    /// Returns a part of a string, by the position and number of bytes: the old name of
    /// [`substr_bytes`].
    substr = "$substr" list(text: T [StringValue], start: B [Integer + Required], length: C [Integer + Required]) -> String;
    /// Returns the position of a string in another, in code points, or -1; null stays null. See
    /// [`within`](Expr::within) for a part of the string.
    index_of_cp = "$indexOfCP" list(text: T [StringValue], substring: B [StringValue + Required]) with IndexOf -> T::Lift<i32>;
    /// Returns the position of a string in another, in bytes, or -1; null stays null. See [`within`](Expr::within) for a
    /// part of the string.
    index_of_bytes = "$indexOfBytes" list(text: T [StringValue], substring: B [StringValue + Required]) with IndexOf -> T::Lift<i32>;
    /// Replaces the first occurrence of a string; null if one of the three is null. To find a regular expression requires
    /// MongoDB 8.3.
    replace_one = "$replaceOne" named("input" input: T [StringValue], "find" find: B [RegexValue], "replacement" replacement: C [StringValue])
        -> T::Lift<B::Lift<C::Lift<String>>>;
    /// Replaces every occurrence of a string; null if one of the three is null. To find a regular expression requires
    /// MongoDB 8.2.
    replace_all = "$replaceAll" named("input" input: T [StringValue], "find" find: B [RegexValue], "replacement" replacement: C [StringValue])
        -> T::Lift<B::Lift<C::Lift<String>>>;
}

/// The optional arguments of `index_of_cp`, `index_of_bytes` and `index_of_array`.
#[derive(Debug)]
pub enum IndexOf {}

impl<R, T> Expr<R, T, IndexOf> {
    /// Searches from this position on.
    ///
    /// `{ $indexOfCP: [text, substring, start] }`
    pub fn starting_at<B>(self, start: impl Expression<R, T = B>) -> Expr<R, T>
    where
        B: Integer + Required,
    {
        self.with_item(start.render()).typed()
    }

    /// Searches from the position `start` up to, but not including, `end`.
    ///
    /// `{ $indexOfCP: [text, substring, start, end] }`
    pub fn within<B, C>(self, start: impl Expression<R, T = B>, end: impl Expression<R, T = C>) -> Expr<R, T>
    where
        B: Integer + Required,
        C: Integer + Required,
    {
        self.with_item(start.render()).with_item(end.render()).typed()
    }
}

/// The operators with any number of operands.
pub(crate) const LISTS: &[Operator] = &[operator!("$concat", concat)];

/// Joins strings: `concat((o.first(), " ", o.last()))`. Null if one of them is null or missing.
///
/// `{ $concat: [text, ..] }`
pub fn concat<R, L: ExpressionList<R>, T: Value>(texts: L) -> Expr<R, T>
where
    L::Types: Texts<Joined = T>,
{
    Expr::computed(one("$concat", texts.render_list()))
}

impl<R, T: Value, O> Expr<R, T, O> {
    /// Adds a string at the end. Null if one of the two is null or missing.
    ///
    /// `{ $concat: [text, other] }`
    pub fn concat<B>(&self, other: impl Expression<R, T = B>) -> Expr<R, T::Lift<B::Lift<String>>>
    where
        T: StringValue,
        B: StringValue,
    {
        Expr::computed(joined("$concat", self.rendered(), other.render()))
    }
}
