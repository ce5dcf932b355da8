//! Tokens: encrypted and authenticated positions, as strings.

use std::{convert::Infallible, fmt, str::FromStr, sync::Arc};

use aes_siv::{KeyInit, aead::Generate, siv::Aes256Siv};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha512};

use crate::error::{Error, PageTokenError, Result};

/// The purpose of the bytes, which is authenticated with them. It changes with their format.
const PURPOSE: &[u8] = b"odm page token 1";

/// The number of bytes of the shortest secret that is accepted.
const MIN_SECRET: usize = 32;

/// The secret that page tokens are encrypted and authenticated with.
///
/// All processes that answer requests for the same pages need the same secret. Cloning the key is cheap.
///
/// A token contains the values of the sort keys of a document, also those that a view does not show. So it is encrypted,
/// with AES-SIV (RFC 5297): who does not have the key can neither read nor change a token.
///
/// ```
/// use odm::page::PageKey;
///
/// # let secret = [7; 32];
/// let key = PageKey::new(secret)?;
/// // Tokens of the old secret stay valid for as long as it is listed.
/// # let old_secret = [8; 32];
/// let key = key.accepting(PageKey::new(old_secret)?);
/// # Ok::<(), odm::Error>(())
/// ```
#[derive(Clone)]
pub struct PageKey {
    /// The first key encrypts, all keys decrypt.
    keys: Arc<[aes_siv::Key<Aes256Siv>]>,
}

impl PageKey {
    /// Creates a key from a secret of at least 32 random bytes: for example, those of a secret store or of
    /// `openssl rand -hex 32`.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_config`](crate::Error::is_config) is true if the secret is shorter.
    pub fn new(secret: impl AsRef<[u8]>) -> Result<Self> {
        let secret = secret.as_ref();
        if secret.len() < MIN_SECRET {
            return Err(Error::config(format!(
                "the secret of a page key has {} bytes: use at least {MIN_SECRET} random ones, for example those of `openssl rand \
                 -hex 32`",
                secret.len(),
            )));
        }
        let hash = Sha512::new().chain_update(PURPOSE).chain_update(secret).finalize();
        let mut key = aes_siv::Key::<Aes256Siv>::default();
        key.copy_from_slice(&hash);
        Ok(Self { keys: Arc::new([key]) })
    }

    /// Creates a random key. Its tokens are valid only in this process and until it ends: for tests, and for programs
    /// of one process.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_config`](crate::Error::is_config) is true if the operating system has no random
    /// numbers.
    pub fn random() -> Result<Self> {
        let key = Generate::try_generate();
        key.map(|key| Self { keys: Arc::new([key]) })
            .map_err(|_| Error::config("the operating system returned no random numbers for a page key"))
    }

    /// Accepts tokens of the other key too. New tokens are made with this key.
    #[must_use]
    pub fn accepting(self, other: Self) -> Self {
        let keys = [self.keys, other.keys];
        Self { keys: keys.iter().flat_map(|keys| keys.iter().copied()).collect() }
    }

    /// Encrypts the content of a token.
    pub(super) fn seal(&self, content: &[u8]) -> Result<PageToken> {
        let sealed = self.keys.first().and_then(|key| Aes256Siv::new(key).encrypt([PURPOSE], content).ok());
        let sealed =
            sealed.ok_or_else(|| Error::refused("the position of a document cannot be encrypted"))?;
        Ok(PageToken(URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Decrypts a token.
    pub(super) fn open(&self, token: &PageToken) -> Result<Vec<u8>, PageTokenError> {
        let sealed = URL_SAFE_NO_PAD.decode(&token.0).map_err(|_| PageTokenError::Unknown)?;
        let opened = self.keys.iter().find_map(|key| Aes256Siv::new(key).decrypt([PURPOSE], &sealed).ok());
        opened.ok_or(PageTokenError::Unknown)
    }
}

/// Does not display the key.
impl fmt::Debug for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageKey").finish_non_exhaustive()
    }
}

/// The token of a page: [`Page::next`](super::Page::next) or [`Page::previous`](super::Page::previous).
///
/// It is a string that needs no escapes in a URL, and serde writes and reads it as a string. Its content is
/// encrypted. It has the length of the sort keys of one document: about 100 characters for a date and an `ObjectId`.
///
/// Any string can become a `PageToken`. Awaiting the page checks it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "utoipa", schema(value_type = String))]
pub struct PageToken(String);

impl PageToken {
    /// Returns the string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for PageToken {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for PageToken {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<PageToken> for String {
    fn from(token: PageToken) -> Self {
        token.0
    }
}

impl FromStr for PageToken {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl AsRef<str> for PageToken {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Inlined where it is used: `{ "type": "string" }`.
#[cfg(feature = "schemars")]
impl schemars::JsonSchema for PageToken {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PageToken".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

/// The argument of `.token(..)`: a [`PageToken`] or its string, or an `Option` of one. `None` is the first page.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the token of a page",
    label = "expected a `PageToken`, its text, or an `Option` of one",
    note = "`next` and `previous` of a `Page` are tokens; without a token, the first page is read",
    note = "for page numbers, use `.offset_page(skip, limit)`"
)]
pub trait IntoPageToken {
    /// Returns the token, if there is one.
    fn into_page_token(self) -> Option<PageToken>;
}

macro_rules! tokens {
    ($($token:ty)*) => { $(
        impl IntoPageToken for $token {
            fn into_page_token(self) -> Option<PageToken> {
                Some(self.to_owned().into())
            }
        }

        impl IntoPageToken for Option<$token> {
            fn into_page_token(self) -> Option<PageToken> {
                self.and_then(IntoPageToken::into_page_token)
            }
        }
    )* };
}

tokens!(PageToken &PageToken String &String &str);

impl<T: AsRef<str>> IntoPageToken for &Option<T> {
    fn into_page_token(self) -> Option<PageToken> {
        self.as_ref().map(|token| token.as_ref().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_changed_in_any_bit_is_refused() {
        let key = PageKey::new([1; 32]).unwrap();
        let token = key.seal(b"content").unwrap();
        assert_eq!(key.open(&token).unwrap(), b"content");
        for index in 0..token.0.len() {
            for bit in 0..8 {
                let mut bytes = token.0.clone().into_bytes();
                bytes[index] ^= 1 << bit;
                let changed = PageToken(String::from_utf8_lossy(&bytes).into_owned());
                assert_eq!(key.open(&changed), Err(PageTokenError::Unknown), "bit {bit} of byte {index}");
            }
        }
        for length in 0..token.0.len() {
            assert_eq!(key.open(&token.0[..length].into()), Err(PageTokenError::Unknown), "{length}");
        }
        assert_eq!(key.open(&format!("{token}A").into()), Err(PageTokenError::Unknown));
        assert_eq!(key.open(&format!("{token}=").into()), Err(PageTokenError::Unknown));
    }

    #[test]
    fn a_token_does_not_show_its_content_and_does_not_change() {
        let key = PageKey::new([1; 32]).unwrap();
        let token = key.seal(b"a secret text").unwrap();
        let sealed = URL_SAFE_NO_PAD.decode(&token.0).unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(key.seal(b"a secret text").unwrap(), token);
    }

    #[test]
    fn keys_can_be_replaced() {
        let (old, new) = (PageKey::new([1; 32]).unwrap(), PageKey::new([2; 32]).unwrap());
        let token = old.seal(b"content").unwrap();
        assert_eq!(new.open(&token), Err(PageTokenError::Unknown));
        let both = new.clone().accepting(old.clone());
        assert_eq!(both.open(&token).unwrap(), b"content");
        assert_eq!(both.seal(b"content").unwrap(), new.seal(b"content").unwrap());
        assert!(PageKey::random().unwrap().open(&token).is_err());
    }

    #[test]
    fn a_short_secret_is_refused() {
        let error = PageKey::new("hunter2").unwrap_err();
        assert!(error.is_config());
        assert_eq!(
            error.to_string(),
            "the secret of a page key has 7 bytes: use at least 32 random ones, for example those of `openssl rand -hex 32`",
        );
        assert_eq!(format!("{:?}", PageKey::new([1; 32]).unwrap()), "PageKey { .. }");
    }
}
