//! Servers that cannot be used: the driver's long description of the topology, as one line.
//!
//! The driver keeps the last error of each server, including the server's reply, and prints it into the error of
//! every later call. So only addresses, states, codes and the messages of the operating system, the resolver and TLS
//! are repeated here. Reading stops at the first text that a server wrote.

use super::{ErrorKind, driver_text};

/// Returns the kind of an error of the driver that no server could be selected.
pub(super) fn unavailable(message: &str) -> ErrorKind {
    let (servers, complete) = servers(message);
    if servers.iter().any(|server| server.cause == Some(Cause::Credentials)) {
        return ErrorKind::Unauthorized;
    }
    let mut text = String::from("no server could be used in time");
    for (position, server) in servers.iter().enumerate() {
        text.push_str(if position == 0 { ": " } else { ", " });
        text.push_str(&server.to_string());
    }
    if !complete {
        text.push_str(", ..");
    }
    text.push_str("; is MongoDB running there, and does the URI name the right host?");
    ErrorKind::Unavailable(text.into())
}

/// Returns the kind of an error of the driver that the connections to a server were closed before the call was sent.
pub(super) fn pool_cleared(message: &str) -> ErrorKind {
    match message.split_once(CLEARED).map(|(_, cause)| Cause::of(cause)) {
        Some(Cause::Credentials) => ErrorKind::Unauthorized,
        Some(cause) => ErrorKind::Unavailable(format!("the connection failed: {cause}").into()),
        None => ErrorKind::Unavailable("the connection failed".into()),
    }
}

const CLEARED: &str = " cleared because another operation failed with: Kind: ";

/// A server of the topology.
struct Server<'a> {
    address: Option<&'a str>,
    state: &'a str,
    cause: Option<Cause<'a>>,
}

/// The reason why a server cannot be used.
#[derive(PartialEq)]
enum Cause<'a> {
    /// A message of the operating system, the resolver or TLS.
    Connection(&'a str),
    /// The server refuses the user or the password.
    Credentials,
    /// A message of the driver that contains no values.
    Known(&'static str),
    /// The server returned an error code and its name.
    ServerCode(&'a str, &'a str),
    /// Any other error. Its text may contain stored values.
    Other,
}

/// Returns the servers, and whether all of them could be read.
fn servers(message: &str) -> (Vec<Server<'_>>, bool) {
    let mut servers = Vec::new();
    let mut rest = message;
    while let Some((_, text)) = rest.split_once("{ Address: ") {
        let Some((address, text)) = text.split_once(", Type: ") else { return (servers, false) };
        let end = text.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(text.len());
        let (state, text) = text.split_at(end);
        let cause = text.strip_prefix(", Error: Kind: ").map(Cause::of);
        let is_last = !matches!(cause, None | Some(Cause::Connection(_)));
        servers.push(Server { address: is_address(address).then_some(address), state, cause });
        if is_last {
            return (servers, !text.contains("{ Address: "));
        }
        rest = text;
    }
    (servers, true)
}

impl<'a> Cause<'a> {
    /// Reads the text after `Kind: `. The driver prints an error as
    /// `Kind: .., labels: .., source: .., server response: ..`.
    fn of(mut text: &'a str) -> Self {
        while let Some(cause) =
            text.strip_prefix("Connection pool for ").and_then(|text| text.split_once(CLEARED))
        {
            text = cause.1;
        }
        if let Some(words) = text.strip_prefix("I/O error: ") {
            return Self::Connection(words.split_once(", labels: ").map_or(words, |(words, _)| words).trim());
        }
        if let Some(answer) = text.strip_prefix("Command failed: Error code ") {
            return Self::answer(answer).unwrap_or(Self::Other);
        }
        if let Some(words) = text.strip_prefix("An invalid argument was provided: ") {
            return driver_text::known(words).map_or(Self::Other, Self::Known);
        }
        match text.split_once(" failure: ") {
            Some((mechanism, _)) if is_mechanism(mechanism) => Self::Credentials,
            _ => Self::Other,
        }
    }

    /// Reads a string like `11600 (InterruptedAtShutdown): ..`.
    fn answer(text: &'a str) -> Option<Self> {
        let (code, text) = text.split_once(" (")?;
        let (name, _) = text.split_once(')')?;
        let is_code = !code.is_empty() && code.bytes().all(|it| it.is_ascii_digit());
        let is_name = name.bytes().all(|it| it.is_ascii_alphanumeric());
        match code {
            "13" | "18" | "33" => Some(Self::Credentials),
            _ => (is_code && is_name).then_some(Self::ServerCode(code, name)),
        }
    }
}

impl std::fmt::Display for Server<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.address.unwrap_or("a server"))?;
        match &self.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => write!(f, " ({})", self.state),
        }
    }
}

impl std::fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connection(words) => write!(f, "I/O error: {}", words.escape_debug()),
            Self::Credentials => f.write_str("it refuses the user or the password"),
            Self::Known(words) => f.write_str(words),
            Self::ServerCode(code, "") => write!(f, "code {code}"),
            Self::ServerCode(code, name) => write!(f, "code {code}, {name}"),
            Self::Other => f.write_str("its last answer was an error"),
        }
    }
}

/// Returns `true` for the name of an authentication mechanism, such as `SCRAM` or `MONGODB-X509`.
fn is_mechanism(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'-')
}

fn is_address(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| it.is_alphanumeric() || "-._:[]/%".contains(it))
}
