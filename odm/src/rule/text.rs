//! Pattern and email: the form of a string.

use std::{
    borrow::Cow,
    collections::HashMap,
    rc::Rc,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use garde::rules::{
    email::{InvalidEmail, parse_email},
    pattern::Matcher,
};
use regex::Regex;

use crate::error::invalid::message;

/// A string, for the rules `pattern` and `email`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a string",
    label = "the rules `pattern` and `email` need a string",
    note = "implement `odm::rule::Matched` for a newtype around a string"
)]
pub trait Matched {
    /// Returns the string. `None` if there is no value, which passes.
    fn matched(&self) -> Option<&str>;
}

impl Matched for str {
    fn matched(&self) -> Option<&str> {
        Some(self)
    }
}

impl Matched for String {
    fn matched(&self) -> Option<&str> {
        Some(self)
    }
}

impl Matched for Cow<'_, str> {
    fn matched(&self) -> Option<&str> {
        Some(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Matched> Matched for Option<T> {
    fn matched(&self) -> Option<&str> {
        self.as_ref().and_then(T::matched)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Matched + ?Sized> Matched for Box<T> {
    fn matched(&self) -> Option<&str> {
        T::matched(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Matched + ?Sized> Matched for Arc<T> {
    fn matched(&self) -> Option<&str> {
        T::matched(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Matched + ?Sized> Matched for Rc<T> {
    fn matched(&self) -> Option<&str> {
        T::matched(self)
    }
}

/// Returns a message if the pattern has no match in the string.
pub(super) fn unmatched(text: &str, pattern: &'static str) -> Option<String> {
    match &*compiled(pattern) {
        Ok(regex) if Matcher::is_match(regex, text) => None,
        Ok(_) => Some(message::unmatched(pattern)),
        Err(reason) => Some(format!("cannot be checked: its pattern is not a regular expression ({reason})")),
    }
}

/// Returns a message if the string is not an email address.
///
/// `garde` allows only ASCII letters, like HTML. Letters outside ASCII, which mail servers accept by RFC 6531, are
/// allowed wherever ASCII letters are.
pub(super) fn not_email(text: &str) -> Option<String> {
    static BEYOND_ASCII: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"[\p{L}\p{M}\p{N}--[\x00-\x7F]]").ok());
    let text = BEYOND_ASCII.as_ref().map_or(Cow::Borrowed(text), |letter| letter.replace_all(text, "x"));
    let reason = match parse_email(&text).err()? {
        InvalidEmail::Empty => "it is empty",
        InvalidEmail::MissingAt => "it has no @",
        InvalidEmail::UserLengthExceeded => "more than 64 characters before the @",
        InvalidEmail::InvalidUser => "the part before the @ is malformed",
        InvalidEmail::DomainLengthExceeded => "more than 255 characters after the @",
        InvalidEmail::InvalidDomain => "the part after the @ is malformed",
        _ => "it is malformed",
    };
    Some(format!("must be an email address ({reason})"))
}

type Compiled = Arc<Result<Regex, String>>;

/// Every pattern of the program, compiled at its first use. Patterns are literals, so their number is bounded.
static PATTERNS: LazyLock<RwLock<HashMap<&'static str, Compiled>>> = LazyLock::new(RwLock::default);

fn compiled(pattern: &'static str) -> Compiled {
    let known = PATTERNS.read().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
    known.unwrap_or_else(|| {
        let compiled = Arc::new(Regex::new(pattern).map_err(|error| reason(&error)));
        PATTERNS.write().unwrap_or_else(PoisonError::into_inner).insert(pattern, Arc::clone(&compiled));
        compiled
    })
}

/// Returns the reason from the last line of `regex`'s multi-line message, `error: unclosed group`.
fn reason(error: &regex::Error) -> String {
    let message = error.to_string();
    let line = message.lines().next_back().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: &str = "^[A-Z]{2}-[0-9]{6}$";

    fn pattern<T: Matched + ?Sized>(value: &T, pattern: &'static str) -> Option<String> {
        value.matched().and_then(|text| unmatched(text, pattern))
    }

    fn email<T: Matched + ?Sized>(value: &T) -> Option<String> {
        value.matched().and_then(not_email)
    }

    #[test]
    fn pattern_message_shows_the_pattern_and_not_the_text() {
        assert_eq!(pattern("AB-123456", REFERENCE), None);
        let message = pattern("secret", REFERENCE).unwrap();
        assert_eq!(message, "must match the pattern ^[A-Z]{2}-[0-9]{6}$");
    }

    #[test]
    fn pattern_matches_anywhere_unless_anchored() {
        assert_eq!(pattern("say AB please", "AB"), None);
        assert!(pattern("say AB please", "^AB$").is_some());
    }

    #[test]
    fn pattern_knows_unicode_classes() {
        assert_eq!(pattern("42", r"^\d+$"), None);
        assert_eq!(pattern("žluť", r"^\w+$"), None);
        assert_eq!(pattern("ŽLUŤ", r"^(?i)žluť$"), None);
        assert_eq!(pattern("Ωmega", r"^\p{Greek}\p{Ll}+$"), None);
    }

    #[test]
    fn pattern_that_does_not_compile_is_a_violation() {
        assert_eq!(
            pattern("text", "(").unwrap(),
            "cannot be checked: its pattern is not a regular expression (unclosed group)"
        );
        let message = pattern("text", r"(?=look)ahead").unwrap();
        assert!(message.contains("look-around"), "{message}");
        assert_eq!(pattern(&None::<String>, "("), None);
    }

    #[test]
    fn pattern_is_compiled_once() {
        assert!(Arc::ptr_eq(&compiled("^once$"), &compiled("^once$")));
    }

    #[test]
    fn pattern_sees_through_option_and_box() {
        assert_eq!(pattern(&None::<String>, REFERENCE), None);
        assert!(pattern(&Some(String::from("x")), REFERENCE).is_some());
        assert!(pattern(&Some(Box::<str>::from("x")), REFERENCE).is_some());
        assert!(pattern(&Cow::Borrowed("x"), REFERENCE).is_some());
    }

    #[test]
    fn email_says_what_is_wrong() {
        let wrong = |text: &str| email(text).unwrap_or_default();
        assert_eq!(wrong("ada@example.com"), "");
        assert_eq!(wrong("ada+odm@example.co.uk"), "");
        assert_eq!(wrong("ada"), "must be an email address (it has no @)");
        assert_eq!(wrong(""), "must be an email address (it is empty)");
        assert_eq!(wrong("a b@example.com"), "must be an email address (the part before the @ is malformed)");
        assert_eq!(wrong("ada@exa mple"), "must be an email address (the part after the @ is malformed)");
        let long = format!("{}@example.com", "a".repeat(65));
        assert_eq!(wrong(&long), "must be an email address (more than 64 characters before the @)");
        let long = format!("a@{}", "b".repeat(256));
        assert_eq!(wrong(&long), "must be an email address (more than 255 characters after the @)");
        assert_eq!(email(&None::<String>), None);
    }

    #[test]
    fn email_takes_letters_beyond_ascii_where_letters_may_stand() {
        for text in [
            "jürgen@example.com",
            "josé.garcía+x@correo.es",
            "ada@bücher.example",
            "用户@例子.公司",
            "अजय@डाटा.भारत",
            "чебурашка@ящик-с-апельсинами.рф",
            "e\u{301}ric@example.fr",
        ] {
            assert_eq!(email(text), None, "{text}");
        }
        for text in [
            "jürgen",
            "jür gen@example.com",
            "ada@bü\u{a0}cher.de",
            "ada＠example.com",
            "a\u{200b}b@example.com",
            "ü@-ü.de",
        ] {
            assert!(email(text).is_some(), "{text}");
        }
    }
}
