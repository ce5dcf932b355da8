//! The rule `url`: the form of a string, which the crate `url` judges.

use super::Matched;

/// A string, for the rule `url`.
#[cfg(feature = "url")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a string",
    label = "the rule `url` needs a string",
    note = "implement `odm::rule::Matched` for a newtype around a string"
)]
pub trait MatchedUrl: Matched {}

#[cfg(feature = "url")]
#[diagnostic::do_not_recommend]
impl<T: Matched + ?Sized> MatchedUrl for T {}

/// A string, for the rule `url`, which this build of the crate does not have.
#[cfg(not(feature = "url"))]
#[diagnostic::on_unimplemented(
    message = "the rule `url` needs the feature `url` of `odm`",
    label = "this build of `odm` has no rule `url`",
    note = "add the feature in `Cargo.toml`: `odm = {{ version = \"..\", features = [\"url\"] }}`"
)]
pub trait MatchedUrl: Matched {}

/// Returns a message if the text is not an absolute URL.
#[cfg(feature = "url")]
pub(super) fn not_url(text: &str) -> Option<String> {
    let reason = ::url::Url::parse(text).err()?;
    Some(format!("must be a URL ({reason})"))
}

/// No rule of this build calls it.
#[cfg(not(feature = "url"))]
#[allow(clippy::unnecessary_wraps)] // like the function with the feature
pub(super) fn not_url(_: &str) -> Option<String> {
    None
}

#[cfg(all(test, feature = "url"))]
mod tests {
    use super::not_url;

    #[test]
    fn url_says_what_is_wrong() {
        for text in
            ["https://example.org", "http://127.0.0.1:80/a?b#c", "mailto:ada@example.org", "urn:isbn:1"]
        {
            assert_eq!(not_url(text), None, "{text}");
        }
        for (text, message) in [
            ("", "must be a URL (relative URL without a base)"),
            ("example.org/a", "must be a URL (relative URL without a base)"),
            ("http://", "must be a URL (empty host)"),
            ("http://a:99999/", "must be a URL (invalid port number)"),
            ("http://[::1", "must be a URL (invalid IPv6 address)"),
        ] {
            assert_eq!(not_url(text).as_deref(), Some(message), "{text}");
        }
    }
}
