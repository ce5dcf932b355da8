//! Patterns of the `regex` crate, translated to the regular expressions of the server (PCRE).
//!
//! A pattern is translated only if both sides accept the same texts. What differs is written in another way, for
//! example `$`, which PCRE matches before a final line break too, and `\w`, which PCRE limits to ASCII. Anything that
//! is not certain is refused.

use std::{iter::Peekable, str::Chars};

/// Why a pattern is not sent to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// The server has no such syntax, or another meaning of it.
    Syntax,
    /// The server's search may give up on long strings, and then refuses them.
    LongTexts,
}

/// The longest text for which the server's search does not give up.
const SHORT_TEXT: usize = 1_000;
/// The number of unbounded repetitions in a row that the server searches on strings of any length.
const REPETITIONS: usize = 4;
/// The server refuses a longer pattern.
const MAX_LENGTH: usize = 30_000;
/// The largest count of a repetition. The server's limit is 65,535, and the size of the compiled pattern has one too.
const MAX_COUNT: u32 = 1_000;

const WHITE_SPACE: &str =
    r"\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}";
const WORD: &str = r"\p{L}\p{Nl}\p{M}\p{Nd}\p{Pc}\x{200c}\x{200d}\x{24b6}-\x{24e9}\x{1f130}-\x{1f149}\x{1f150}-\x{1f169}\x{1f170}-\x{1f189}";

const CATEGORIES: [&str; 37] = [
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps",
    "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "Greek", "Latin", "Cyrillic",
    "Arabic", "Hebrew", "Thai",
];

/// Returns the pattern for the server. `max_length` is the number of characters of the longest text.
pub(super) fn translate(pattern: &str, max_length: Option<usize>) -> Result<String, Refused> {
    let mut translation = Translation {
        rest: pattern.chars().peekable(),
        pcre: String::new(),
        unbounded: 0,
        repeats_group: false,
        is_caseless: false,
        has_property: false,
    };
    translation.run().ok_or(Refused::Syntax)?;
    // Both sides add other characters to a property if case is ignored.
    if translation.is_caseless && translation.has_property {
        return Err(Refused::Syntax);
    }
    let is_short = max_length.is_some_and(|max| max <= SHORT_TEXT);
    if !is_short && (translation.repeats_group || translation.unbounded > REPETITIONS) {
        return Err(Refused::LongTexts);
    }
    if translation.pcre.len() > MAX_LENGTH { Err(Refused::Syntax) } else { Ok(translation.pcre) }
}

struct Translation<'p> {
    rest: Peekable<Chars<'p>>,
    pcre: String,
    /// The number of repetitions without an upper bound.
    unbounded: usize,
    repeats_group: bool,
    /// Whether case is ignored in some part of the pattern.
    is_caseless: bool,
    has_property: bool,
}

impl Translation<'_> {
    fn run(&mut self) -> Option<()> {
        while let Some(char) = self.rest.next() {
            match char {
                '\0' | '*' | '+' | '?' | '{' => return None,
                '$' => self.pcre.push_str(r"\z"),
                '[' => self.class()?,
                '(' => self.group()?,
                '\\' => self.escape(false)?,
                _ => self.pcre.push(char),
            }
            self.repetition(char == ')')?;
        }
        Some(())
    }

    /// Translates the repetition after an item, if there is one.
    fn repetition(&mut self, of_group: bool) -> Option<()> {
        let max = match self.rest.peek() {
            Some('*' | '+') => {
                self.pcre.extend(self.rest.next());
                None
            }
            Some('?') => {
                self.pcre.extend(self.rest.next());
                Some(1)
            }
            Some('{') => {
                self.rest.next();
                let count: String = std::iter::from_fn(|| self.rest.next_if(|char| *char != '}')).collect();
                self.rest.next()?;
                let (min, max) = match count.split_once(',') {
                    None => (number(&count)?, Some(number(&count)?)),
                    Some((min, "")) => (number(min)?, None),
                    Some((min, max)) => (number(min)?, Some(number(max)?)),
                };
                if min > MAX_COUNT || max.is_some_and(|max| max > MAX_COUNT) {
                    return None;
                }
                self.pcre.extend(["{", &count, "}"]);
                max
            }
            _ => return Some(()),
        };
        if max.is_none() {
            self.unbounded += 1;
        }
        self.repeats_group |= of_group && max.is_none_or(|max| max > 50);
        // As few repetitions as possible, which does not change whether there is a match.
        self.rest.next_if_eq(&'?');
        // A possessive repetition in PCRE, and a repetition of a repetition here.
        if matches!(self.rest.peek(), Some('*' | '+' | '?' | '{')) { None } else { Some(()) }
    }

    /// Translates the beginning of a group.
    fn group(&mut self) -> Option<()> {
        if self.rest.next_if_eq(&'?').is_none() {
            self.pcre.push('(');
            return if self.rest.peek() == Some(&'*') { None } else { Some(()) };
        }
        // A name is not needed, because nothing refers to it.
        self.rest.next_if_eq(&'P');
        if self.rest.next_if_eq(&'<').is_some() {
            while self.rest.next()? != '>' {}
            self.pcre.push('(');
            return Some(());
        }
        let flags: String =
            std::iter::from_fn(|| self.rest.next_if(|char| matches!(char, 'i' | 's' | '-'))).collect();
        self.is_caseless |= flags.split('-').next().is_some_and(|on| on.contains('i'));
        let end = self.rest.next_if(|char| matches!(char, ':' | ')'))?;
        self.pcre.extend(["(?", &flags]);
        self.pcre.push(end);
        Some(())
    }

    /// Translates a class in brackets.
    fn class(&mut self) -> Option<()> {
        self.pcre.push('[');
        self.pcre.extend(self.rest.next_if_eq(&'^'));
        let mut is_first = true;
        loop {
            let char = self.rest.next()?;
            match char {
                ']' if !is_first => break,
                ']' => self.pcre.push_str(r"\]"),
                '[' | '\0' => return None,
                // An operator between classes.
                '&' | '-' | '~' if self.rest.peek() == Some(&char) => return None,
                '\\' => self.escape(true)?,
                _ => self.pcre.push(char),
            }
            is_first = false;
        }
        self.pcre.push(']');
        Some(())
    }

    /// Translates what follows a backslash.
    fn escape(&mut self, in_class: bool) -> Option<()> {
        let char = self.rest.next()?;
        let set = |set: &str| if in_class { set.to_owned() } else { format!("[{set}]") };
        let without = |set: &str| if in_class { None } else { Some(format!("[^{set}]")) };
        let text = match char {
            'd' => r"\p{Nd}".to_owned(),
            'D' => r"\P{Nd}".to_owned(),
            's' => set(WHITE_SPACE),
            'S' => without(WHITE_SPACE)?,
            'w' => set(WORD),
            'W' => without(WORD)?,
            'n' | 't' | 'r' | 'f' | 'a' => format!(r"\{char}"),
            'v' => r"\x{b}".to_owned(),
            'A' | 'z' if !in_class => format!(r"\{char}"),
            'x' | 'u' | 'U' => self.code(char)?,
            'p' | 'P' => self.property(char)?,
            // The beginning and the end of a word, and characters for PCRE.
            '<' | '>' => return None,
            _ if char.is_ascii_punctuation() => format!(r"\{char}"),
            _ => return None,
        };
        self.pcre.push_str(&text);
        Some(())
    }

    /// Translates the number of a character: `\x41`, `\u0041` or `\x{41}`.
    fn code(&mut self, escape: char) -> Option<String> {
        let digits: String = if self.rest.next_if_eq(&'{').is_some() {
            let digits = std::iter::from_fn(|| self.rest.next_if(char::is_ascii_hexdigit)).collect();
            self.rest.next_if_eq(&'}')?;
            digits
        } else {
            let length = match escape {
                'x' => 2,
                'u' => 4,
                _ => 8,
            };
            let digits: String = self.rest.by_ref().take(length).collect();
            (digits.len() == length).then_some(digits)?
        };
        let code = u32::from_str_radix(&digits, 16).ok().filter(|code| *code > 0)?;
        char::from_u32(code).map(|_| format!(r"\x{{{code:x}}}"))
    }

    /// Translates a property of Unicode that both sides have under this name.
    fn property(&mut self, escape: char) -> Option<String> {
        let name: String = if self.rest.next_if_eq(&'{').is_some() {
            let name = std::iter::from_fn(|| self.rest.next_if(char::is_ascii_alphanumeric)).collect();
            self.rest.next_if_eq(&'}')?;
            name
        } else {
            self.rest.next()?.to_string()
        };
        self.has_property = true;
        CATEGORIES.contains(&name.as_str()).then(|| format!(r"\{escape}{{{name}}}"))
    }
}

fn number(digits: &str) -> Option<u32> {
    if digits.bytes().all(|digit| digit.is_ascii_digit()) { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_sides_read_alike_is_kept() {
        for pattern in
            ["^[A-Z]{2}-[0-9]{6}", "a|b", r"^\.\-", "^.{3,}", "(a|b)c?", "[^@]+", r"\p{Lu}", "(?i)é", "žluť"]
        {
            assert_eq!(translate(pattern, None).as_deref(), Ok(pattern));
        }
    }

    #[test]
    fn what_differs_is_written_in_another_way() {
        for (pattern, pcre) in [
            ("^[A-Z]+$", r"^[A-Z]+\z"),
            ("[$]", "[$]"),
            (r"^\d{4}$", r"^\p{Nd}{4}\z"),
            (r"[\d.]", r"[\p{Nd}.]"),
            (r"\v\u{e9}\x41\pL", r"\x{b}\x{e9}\x{41}\p{L}"),
            ("(?P<year>a)(?<month>b)(?:c)", "(a)(b)(?:c)"),
            ("[]a]", r"[\]a]"),
            ("a+?", "a+"),
            (r"(?i)\d", r"(?i)\p{Nd}"),
            (r"(?-i)\p{Lu}", r"(?-i)\p{Lu}"),
        ] {
            assert_eq!(translate(pattern, None).as_deref(), Ok(pcre), "{pattern}");
        }
        assert_eq!(translate(r"[^@\s]", None).unwrap(), format!("[^@{WHITE_SPACE}]"));
        assert_eq!(translate(r"^\W\w", None).unwrap(), format!("^[^{WORD}][{WORD}]"));
    }

    #[test]
    fn what_is_not_certain_is_refused() {
        for pattern in [
            r"\bword",
            "[a-z&&[^b]]",
            "[a--b]",
            "[a~~b]",
            "[[:alpha:]]",
            "a++",
            "a**",
            "(?x)a # c",
            "(?m)^a$",
            "(?U)a*",
            "(?-u)a",
            r"\p{Letter}",
            r"\p{Emoji}",
            r"[\S]",
            "a{2001}",
            r"\b{start}",
            r"\<word\>",
            r"\<",
            r"(?i)\p{Lu}",
            r"\p{Greek}(?i:a)",
            r"(?is-)\P{L}",
            "a{,3}",
            "(*UCP)a",
            r"\x{0}",
        ] {
            assert_eq!(translate(pattern, Some(10)), Err(Refused::Syntax), "{pattern}");
        }
    }

    #[test]
    fn repeated_groups_need_short_texts() {
        for pattern in ["^(a|b)+$", "^(?:[a-z]+ )*[a-z]+$", "a*b*c*d*e*"] {
            assert_eq!(translate(pattern, None), Err(Refused::LongTexts), "{pattern}");
            assert_eq!(translate(pattern, Some(1_001)), Err(Refused::LongTexts), "{pattern}");
            assert!(translate(pattern, Some(1_000)).is_ok(), "{pattern}");
        }
        assert!(translate("^(ab){1,3}$", None).is_ok());
    }
}
