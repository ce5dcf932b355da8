//! Names in Rust.

use std::collections::HashSet;

/// Keywords that are no raw identifiers.
const NEVER_RAW: &[&str] = &["self", "Self", "super", "crate", "_"];
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
    "union",
];
/// Types that a generated one must not hide.
const TYPES: &[&str] = &[
    "Option",
    "Vec",
    "String",
    "Box",
    "Some",
    "None",
    "Ok",
    "Err",
    "Result",
    "Id",
    "Model",
    "Embedded",
    "Value",
    "Bson",
    "Document",
    "DateTime",
    "ObjectId",
    "Binary",
    "Decimal128",
    "Regex",
    "Timestamp",
    "RawDocumentBuf",
    "HashMap",
    "Debug",
    "Clone",
    "Copy",
    "Send",
    "Sync",
    "Fn",
    "Drop",
    "Default",
    "Iterator",
    "Into",
];

/// The names that are in use, without `r#`.
#[derive(Debug)]
pub(crate) struct Names(HashSet<String>);

impl Names {
    /// Returns no names: for the fields of one struct, or for modules.
    pub(crate) fn none() -> Self {
        Self(HashSet::new())
    }

    /// Returns the names of types.
    pub(super) fn of_types() -> Self {
        Self(TYPES.iter().map(|name| (*name).to_owned()).collect())
    }

    /// Returns a name that is not in use: the first of the candidates, or the last with a number.
    pub(crate) fn take(&mut self, candidates: &[String]) -> String {
        for name in candidates {
            if self.0.insert(unraw(name).to_owned()) {
                return name.clone();
            }
        }
        let last = candidates.last().map_or("", String::as_str);
        let mut number = 2_u32;
        loop {
            let name = format!("{last}{number}");
            if self.0.insert(unraw(&name).to_owned()) {
                return name;
            }
            number += 1;
        }
    }
}

/// Returns an identifier without `r#`.
pub(super) fn unraw(name: &str) -> &str {
    name.trim_start_matches("r#")
}

/// Returns the words of a stored name.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = ' ';
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if !(character.is_ascii_alphanumeric()) {
            previous = ' ';
            continue;
        }
        let next_is_lower = characters.peek().is_some_and(char::is_ascii_lowercase);
        let begins = !previous.is_ascii_alphanumeric()
            || (character.is_ascii_uppercase() && (!previous.is_ascii_uppercase() || next_is_lower));
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(character.to_ascii_lowercase());
        }
        previous = character;
    }
    words
}

/// Returns the name of a field, which may be a raw identifier.
pub(super) fn field(stored: &str) -> String {
    identifier(stored, "field")
}

/// Returns the name of a module for a collection, which may be a raw identifier.
pub(crate) fn module(collection: &str) -> String {
    identifier(collection, "collection")
}

/// Returns the words as an identifier. `what` is the name if there are no words, and precedes a digit.
fn identifier(stored: &str, what: &str) -> String {
    let mut name = words(stored).join("_");
    if name.is_empty() {
        return what.to_owned();
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name = format!("{what}_{name}");
    }
    if NEVER_RAW.contains(&name.as_str()) {
        name.push('_');
    } else if KEYWORDS.contains(&name.as_str()) {
        name.insert_str(0, "r#");
    }
    name
}

/// Returns a name as serde's `camelCase` makes it of the name of a field.
pub(super) fn camel_case(field: &str) -> String {
    let mut camel = String::new();
    let mut upper = false;
    for character in unraw(field).chars() {
        if character == '_' {
            upper = true;
        } else if std::mem::take(&mut upper) {
            camel.push(character.to_ascii_uppercase());
        } else {
            camel.push(character);
        }
    }
    camel
}

/// Returns the name of a type.
fn type_of(stored: &str) -> String {
    let mut name = String::new();
    for word in words(stored) {
        let mut characters = word.chars();
        name.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(characters.as_str());
    }
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert_str(0, "Type");
    }
    name
}

/// Returns the name of a type of which the stored name may be a plural.
pub(super) fn singular(stored: &str) -> String {
    let name = singular_of(type_of(stored));
    // The only keyword with a capital letter.
    if name == "Self" { format!("Type{name}") } else { name }
}

fn singular_of(name: String) -> String {
    for (plural, singular) in [("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")] {
        if let Some(stem) = name.strip_suffix(plural)
            && stem.len() > 1
        {
            return format!("{stem}{singular}");
        }
    }
    match name.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_identifiers() {
        let cases = [
            ("name", "name"),
            ("shipTo", "ship_to"),
            ("URL", "url"),
            ("URLPath", "url_path"),
            ("address line 2", "address_line_2"),
            ("type", "r#type"),
            ("self", "self_"),
            ("_", "field"),
            ("2nd", "field_2nd"),
            ("größe", "gr_e"),
            ("snake_case", "snake_case"),
            ("", "field"),
        ];
        for (stored, expected) in cases {
            assert_eq!(field(stored), expected, "{stored}");
        }
        assert_eq!(camel_case("ship_to"), "shipTo");
        assert_eq!(
            [module("in"), module("a.b"), module("1"), module("名前")],
            ["r#in", "a_b", "collection_1", "collection",]
        );
        let mut names = Names::none();
        let taken = ["type", "Type", "type_"].map(|stored| {
            let name = field(stored);
            names.take(&[name.clone(), format!("{name}_")])
        });
        assert_eq!(taken, ["r#type", "r#type_", "r#type_2"]);
    }

    #[test]
    fn types_are_singular() {
        let cases = [
            ("zips", "Zip"),
            ("categories", "Category"),
            ("addresses", "Address"),
            ("address", "Address"),
            ("status", "Status"),
            ("boxes", "Box"),
            ("tier_and_details", "TierAndDetail"),
            ("3d", "Type3d"),
            ("self", "TypeSelf"),
            ("selfs", "TypeSelf"),
        ];
        for (stored, expected) in cases {
            assert_eq!(singular(stored), expected, "{stored}");
        }
        let mut names = Names::of_types();
        let taken: Vec<String> = (0..3).map(|_| names.take(&["Box".into(), "OrderBox".into()])).collect();
        assert_eq!(taken, ["OrderBox", "OrderBox2", "OrderBox3"]);
    }
}
