//! BSON snippets of the documentation, with words as placeholders of values.
#![allow(clippy::float_cmp, reason = "numbers are compared as they are written")]

use odm::bson::{Bson, Document, Regex};

/// A value of a snippet.
#[derive(Debug)]
pub(super) enum Quote {
    /// A placeholder such as `value` or `..`.
    Any,
    Exactly(Bson),
    /// The elements, and whether further elements may follow (`..`).
    Document(Vec<(String, Quote)>, bool),
    /// The elements of an array, and whether others may follow.
    List(Vec<Quote>, bool),
}

impl Quote {
    pub(super) fn parse(text: &str) -> Self {
        let mut rest = text;
        let quote = value(&mut rest);
        assert!(rest.trim().is_empty(), "`{text}` is not read to its end: {rest}");
        quote
    }

    /// Returns whether the snippet matches the rendered value, a value inside it, or some of its options.
    pub(super) fn matches_part_of(&self, rendered: &Bson) -> bool {
        self.is(rendered)
            || match rendered {
                Bson::Document(document) => {
                    self.is_among_options(document)
                        || document.values().any(|value| self.matches_part_of(value))
                }
                Bson::Array(items) => items.iter().any(|item| self.matches_part_of(item)),
                _ => false,
            }
    }

    /// The documentation shows options such as `{ $slice: -5 }` alone, but they are sent beside others.
    fn is_among_options(&self, document: &Document) -> bool {
        const HOLDERS: [&str; 3] = ["$each", "$search", "$comment"];
        let Self::Document(elements, _) = self else { return false };
        HOLDERS.iter().any(|holder| document.contains_key(holder)) && found(elements, document)
    }

    fn is(&self, rendered: &Bson) -> bool {
        match (self, rendered) {
            (Self::Any, _) => true,
            (Self::Exactly(quoted), rendered) => {
                number(quoted).zip(number(rendered)).map_or(quoted == rendered, |(one, other)| one == other)
            }
            (Self::Document(elements, open), Bson::Document(document)) => {
                (*open || elements.len() == document.len()) && found(elements, document)
            }
            (Self::List(items, open), Bson::Array(rendered)) => {
                (if *open { items.len() <= rendered.len() } else { items.len() == rendered.len() })
                    && items.iter().zip(rendered).all(|(item, rendered)| item.is(rendered))
            }
            _ => false,
        }
    }
}

fn found(elements: &[(String, Quote)], document: &Document) -> bool {
    elements
        .iter()
        .all(|(key, quote)| document.iter().any(|(rendered, value)| is_key(key, rendered) && quote.is(value)))
}

/// `name` is a placeholder of the identifier of an array filter.
fn is_key(quoted: &str, rendered: &str) -> bool {
    let (quoted, rendered): (Vec<_>, Vec<_>) = (quoted.split('.').collect(), rendered.split('.').collect());
    quoted.len() == rendered.len()
        && quoted.iter().zip(rendered).all(|(one, other)| match *one {
            "name" => true,
            "$[name]" => other.starts_with("$["),
            one => one == other,
        })
}

fn number(value: &Bson) -> Option<f64> {
    match value {
        Bson::Int32(number) => Some((*number).into()),
        #[allow(clippy::cast_precision_loss)] // small numbers of examples
        Bson::Int64(number) => Some(*number as f64),
        Bson::Double(number) => Some(*number),
        _ => None,
    }
}

fn value(rest: &mut &str) -> Quote {
    *rest = rest.trim_start();
    match rest.chars().next() {
        Some('{') => {
            let mut elements = Vec::new();
            let open = several(rest, '}', |rest| {
                let key = if rest.starts_with('"') { text(rest) } else { word(rest) };
                expect(rest, ':');
                elements.push((key, value(rest)));
            });
            Quote::Document(elements, open)
        }
        Some('[') => {
            let mut items = Vec::new();
            let open = several(rest, ']', |rest| items.push(value(rest)));
            Quote::List(items, open)
        }
        Some('"') => Quote::Exactly(text(rest).into()),
        Some('/') => Quote::Exactly(pattern(rest)),
        _ => match word(rest).as_str() {
            "true" => Quote::Exactly(true.into()),
            "false" => Quote::Exactly(false.into()),
            "null" => Quote::Exactly(Bson::Null),
            other => other.parse::<f64>().map_or(Quote::Any, |number| Quote::Exactly(number.into())),
        },
    }
}

/// Parses a comma-separated list up to its closing bracket. Returns whether it contains `..`.
fn several(rest: &mut &str, end: char, mut each: impl FnMut(&mut &str)) -> bool {
    let mut open = false;
    *rest = rest[1..].trim_start();
    while !rest.starts_with(end) {
        assert!(!rest.is_empty(), "no `{end}`");
        if let Some(behind) = rest.strip_prefix("..") {
            (open, *rest) = (true, behind);
        } else {
            each(rest);
        }
        *rest = rest.trim_start();
        *rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    *rest = &rest[1..];
    open
}

fn expect(rest: &mut &str, mark: char) {
    *rest = rest.trim_start();
    *rest = rest.strip_prefix(mark).unwrap_or_else(|| panic!("expected `{mark}` before `{rest}`"));
}

fn word(rest: &mut &str) -> String {
    let end = rest.find([',', ' ', ':', '}', ']']).unwrap_or(rest.len());
    let (word, behind) = rest.split_at(end);
    *rest = behind;
    word.to_owned()
}

fn text(rest: &mut &str) -> String {
    let (text, behind) = rest[1..].split_once('"').unwrap_or_else(|| panic!("no end of {rest}"));
    *rest = behind;
    text.to_owned()
}

fn pattern(rest: &mut &str) -> Bson {
    let (pattern, behind) = rest[1..].split_once('/').unwrap_or_else(|| panic!("no end of {rest}"));
    *rest = behind;
    let options = word(rest);
    Bson::RegularExpression(Regex {
        pattern: pattern.try_into().unwrap(),
        options: options.as_str().try_into().unwrap(),
    })
}
