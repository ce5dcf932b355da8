//! Servers that do not answer: the driver's page of text on the topology, as one line.

use std::fmt::Write;

/// Which servers were tried and what each answered.
pub(super) fn unavailable(message: &str) -> String {
    let servers: Vec<String> = message.split("{ Address: ").skip(1).map(server).collect();
    let mut text = String::from("no server could be used in time");
    if servers.is_empty() {
        let _ = write!(text, ": {}", first_cause(message));
    } else {
        let _ = write!(text, ": {}", servers.join(", "));
    }
    text.push_str("; is MongoDB running there, and does the URI name the right host?");
    text
}

/// `127.0.0.1:27017, Type: Unknown, Error: Kind: I/O error: .., labels: ..` in short.
fn server(text: &str) -> String {
    let (address, rest) = text.split_once(", Type: ").unwrap_or((text, ""));
    let state = match rest.split_once("Error: Kind: ") {
        Some((_, error)) => first_cause(error),
        None => rest.split([',', ' ']).next().unwrap_or_default(),
    };
    format!("{address} ({state})")
}

/// The driver prints an error as `Kind: .., labels: .., source: .., server response: ..`.
pub(super) fn first_cause(text: &str) -> &str {
    let text = text.rsplit_once("Kind: ").map_or(text, |(_, cause)| cause);
    text.split_once(", labels: ").map_or(text, |(cause, _)| cause).trim()
}
