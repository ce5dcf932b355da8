//! What texts show of names: declared ones as they are, but for control characters, and stored ones not at all.

use std::borrow::Cow;

/// What stands for the key of a map, and for the name of a field that is not declared.
pub(crate) const KEY: &str = "*";

/// A declared name, an index or a collection, on one line.
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

/// What changes how a line is displayed: control characters, and those that turn the direction of writing.
fn is_special(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
