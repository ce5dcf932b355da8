//! Connection strings: what is wrong with one, said without the secrets in it.

use mongodb::{error::ErrorKind as Driver, options::ConnectionString};

use crate::error::{Error, Result};

/// Reads a connection string.
pub(super) fn parse(uri: &str) -> Result<ConnectionString> {
    let Some(rest) = uri.strip_prefix("mongodb://").or_else(|| uri.strip_prefix("mongodb+srv://")) else {
        return Err(Error::config("the URI does not begin with `mongodb://` or `mongodb+srv://`"));
    };
    ConnectionString::parse(uri).map_err(|error| {
        let message = match &*error.kind {
            Driver::InvalidArgument { message, .. } => message.as_str(),
            _ => "the driver cannot read it",
        };
        Error::config(explain(rest, message))
    })
}

/// The driver's text where it cannot quote a secret; it quotes the part of the URI it stumbled over.
fn explain(rest: &str, message: &str) -> String {
    let credentials = rest.rsplit_once('@').map(|(credentials, _)| credentials);
    if credentials.is_some_and(|text| text.contains(['/', '?', '#', '[', ']', '@'])) {
        return "the URI is not valid; if the user name or the password holds one of `: / ? # [ ] @ %`, \
                percent-encode it"
            .to_owned();
    }
    let password = credentials.and_then(|text| text.split_once(':')).map(|(_, password)| password);
    let quotes_secret = password
        .into_iter()
        .chain(option_values(rest))
        .any(|secret| !secret.is_empty() && message.contains(secret));
    if quotes_secret { "the URI is not valid".to_owned() } else { format!("the URI is not valid: {message}") }
}

/// The values of the options that hold secrets.
fn option_values(rest: &str) -> impl Iterator<Item = &str> {
    let options = rest.split_once('?').map_or("", |(_, options)| options);
    options
        .split('&')
        .filter_map(|option| option.split_once('='))
        .filter(|(name, _)| {
            let name = name.to_ascii_lowercase();
            name.contains("password") || name == "authmechanismproperties"
        })
        .flat_map(|(_, value)| std::iter::once(value).chain(value.split(',')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        for (uri, message) in [
            ("localhost:27017/shop", "the URI does not begin with `mongodb://` or `mongodb+srv://`"),
            ("postgres://localhost/shop", "the URI does not begin with `mongodb://` or `mongodb+srv://`"),
            (
                "mongodb://localhost:port/shop",
                "the URI is not valid: invalid server address localhost:port: the port must be an integer between 1 and 65535, got port",
            ),
            ("mongodb://localhost/sh$op", "the URI is not valid: illegal character in database name: $"),
            (
                "mongodb://localhost/shop?retryWrite=true",
                "the URI is not valid: retrywrite is an invalid option. An option with a similar name exists: retrywrites",
            ),
            (
                "mongodb://localhost/shop?retryWrites=yes",
                "the URI is not valid: connection string `retrywrites` option must be a boolean",
            ),
            (
                "mongodb://localhost/shop?w",
                "the URI is not valid: connection string option is not a 'key=value' pair: w",
            ),
        ] {
            assert_eq!(parse(uri).unwrap_err().to_string(), message, "{uri}");
        }
    }

    #[test]
    fn keeps_secrets() {
        for uri in [
            "mongodb://ada:hunter2?@host/shop",
            "mongodb://ada:hunt/er2@host/shop",
            "mongodb://ada:hunter2@x@host/shop",
            "mongodb://ada:hunter2%@host/shop",
            "mongodb://ada:hunter2@host:99999999/shop",
            "mongodb://ada:hunter2#x@host/shop",
            "mongodb://h/shop?authMechanismProperties=hunter2",
            "mongodb://h/shop?authMechanismProperties=A:b,hunter2",
            "mongodb://h/shop?tlsCertificateKeyFilePassword=hunter2&bogus=1",
            "mongodb:/ada:hunter2@host/shop",
            "ada:hunter2@host?x=://",
        ] {
            let error = parse(uri).unwrap_err();
            for text in [error.to_string(), format!("{error:?}"), format!("{error:#?}")] {
                assert!(!text.contains("hunt"), "{uri}: {text}");
            }
        }
    }
}
