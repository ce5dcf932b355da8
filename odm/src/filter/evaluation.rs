//! Evaluation operators: texts by their beginning.

use mongodb::bson::Bson;

use super::Filter;
use crate::{
    path::{Path, Queried},
    value::{Text, Value},
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
        Filter::test(self.location(), "$regex", Ok(Bson::String(beginning(prefix))))
    }
}

fn beginning(prefix: &str) -> String {
    let mut pattern = String::with_capacity(prefix.len() + 1);
    pattern.push('^');
    for character in prefix.chars() {
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
    use super::beginning;

    #[test]
    fn every_character_of_a_prefix_is_taken_as_itself() {
        assert_eq!(beginning("AB-1"), "^AB-1");
        assert_eq!(beginning("a.b*(c)$"), "^a\\.b\\*\\(c\\)\\$");
        assert_eq!(beginning("\\d\0"), "^\\\\d\\x00");
    }
}
