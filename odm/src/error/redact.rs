//! Names in messages. Declared names are shown with escaped control characters. Stored names are not shown.

use std::borrow::Cow;

/// The replacement for the key of a map, and for the name of a field that is not declared.
pub(crate) const KEY: &str = "*";

/// Escapes the name of a field, an index or a collection, so that it is shown on one line.
pub(crate) fn name(name: &str) -> Cow<'_, str> {
    if !name.contains(is_special) {
        return Cow::Borrowed(name);
    }
    let mut shown = String::with_capacity(name.len() + 8);
    for letter in name.chars() {
        if is_special(letter) { shown.extend(letter.escape_default()) } else { shown.push(letter) }
    }
    Cow::Owned(shown)
}

/// Returns `true` for characters that change how a line is displayed: control characters, line separators, and
/// characters that change the direction of the text.
fn is_special(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
