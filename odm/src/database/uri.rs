//! Connection strings: messages about malformed ones, without the secrets in them.
//!
//! The driver's messages quote the malformed part of a URI, and in a malformed URI any part can be a password. So the
//! messages here contain nothing of the URI except the names of options that MongoDB has. They refer to everything
//! else by its position.

mod options;

use mongodb::{error::ErrorKind as Driver, options::ConnectionString};

use crate::error::{Error, Result, driver_text};

const NOT_ENCODED: &str = "the URI is not valid; if the user name or the password contains one of `: / ? # [ ] @ %`, \
                           percent-encode it";
const CREDENTIALS: &str = "; a user name and a password are followed by `@`, as in \
                           `mongodb://user:password@host/database`, and are percent-encoded";

/// Parses a connection string.
pub(super) fn parse(uri: &str) -> Result<ConnectionString> {
    let Some((scheme, rest)) =
        ["mongodb://", "mongodb+srv://"].iter().find_map(|scheme| Some((*scheme, uri.strip_prefix(scheme)?)))
    else {
        return Err(Error::config("the URI does not begin with `mongodb://` or `mongodb+srv://`"));
    };
    let parts = Parts::of(rest);
    let problem = match parts.host_problem() {
        _ if !parts.is_encoded() => None,
        Some(problem) => Some(problem),
        None => match ConnectionString::parse(uri) {
            _ if !parts.is_database() => Some(format!(
                "the name of the database contains a character that is not allowed{CREDENTIALS}"
            )),
            Ok(connection) => return Ok(connection),
            Err(error) => match &*error.kind {
                Driver::InvalidArgument { message, .. } => driver_text::known(message)
                    .map(str::to_owned)
                    .or_else(|| options::problem(scheme, parts.options?, message)),
                _ => None,
            },
        },
    };
    Err(Error::config(match problem {
        _ if !parts.is_encoded() || parts.is_misplaced() => NOT_ENCODED.to_owned(),
        Some(problem) => format!("the URI is not valid: {problem}"),
        None => "the URI is not valid".to_owned(),
    }))
}

/// A URI without its scheme, split as the driver splits it.
struct Parts<'a> {
    credentials: Option<&'a str>,
    hosts: &'a str,
    database: Option<&'a str>,
    options: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(rest: &'a str) -> Self {
        let (place, options) = match rest.split_once('?') {
            Some((place, options)) => (place, Some(options)),
            None => (rest, None),
        };
        let (credentials, place) = match place.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, place),
        };
        let (hosts, database) = match place.split_once('/') {
            Some((hosts, database)) => (hosts, Some(database)),
            None => (place, None),
        };
        Self { credentials, hosts, database, options }
    }

    /// Returns whether the user name and the password contain no character that must be percent-encoded.
    fn is_encoded(&self) -> bool {
        let Some(credentials) = self.credentials else { return true };
        let password = credentials.split_once(':').map_or("", |(_, password)| password);
        let escapes = |part: &str| {
            part.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        };
        !password.contains(':')
            && !credentials.contains(['/', '?', '#', '[', ']', '@'])
            && credentials.split('%').skip(1).all(escapes)
    }

    /// Returns whether the text after the `?` may be a part of a password: it contains an `@`.
    fn is_misplaced(&self) -> bool {
        self.credentials.is_none()
            && self.options.is_some_and(|options| options.contains(AT) || options.contains("%40"))
    }

    /// Returns whether the name of the database is valid, and so not a part of a password.
    fn is_database(&self) -> bool {
        let forbidden = |it: char| it.is_control() || AT.contains(&it) || "/\\ \"$:;\u{ff1a}".contains(it);
        self.database.is_none_or(|name| {
            let name = name.to_lowercase();
            !name.contains(forbidden) && !ESCAPED.iter().any(|escape| name.contains(*escape))
        })
    }

    fn host_problem(&self) -> Option<String> {
        let (position, problem) = self
            .hosts
            .split(',')
            .enumerate()
            .find_map(|(position, host)| Some((position + 1, host_problem(host)?)))?;
        let credentials = if self.credentials.is_none() { CREDENTIALS } else { "" };
        Some(format!("host {position} {problem}{credentials}"))
    }
}

/// An `@`, and characters that look like one.
const AT: [char; 3] = ['@', '\u{ff20}', '\u{fe6b}'];

/// The same, `:`, a character that looks like it, and `;`, percent-encoded.
const ESCAPED: [&str; 6] = ["%40", "%ef%bc%a0", "%ef%b9%ab", "%3a", "%ef%bc%9a", "%3b"];

/// Returns the problem of a host, as a phrase to follow its position.
fn host_problem(host: &str) -> Option<&'static str> {
    if host.strip_suffix(".sock").is_some() {
        let is_path = host.get(..3).is_some_and(|root| root.eq_ignore_ascii_case("%2f"));
        return (!is_path).then_some("is a socket whose path does not begin with `%2F`");
    }
    let (name, port) = match host.strip_prefix('[') {
        Some(literal) => {
            let Some((address, port)) = literal.split_once(']') else { return Some("lacks the closing `]`") };
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return Some("has no IPv6 address in its brackets");
            }
            match port.strip_prefix(':') {
                None if !port.is_empty() => return Some("has something other than a port after its `]`"),
                port => ("localhost", port),
            }
        }
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    if name.is_empty() {
        return Some("is empty");
    }
    if !name.chars().all(|it| it.is_alphanumeric() || "-._".contains(it)) {
        return Some("contains a character that no host name has");
    }
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    (!port.is_none_or(is_port)).then_some("has a port that is not a number from 1 to 65535")
}

#[cfg(test)]
mod tests;
