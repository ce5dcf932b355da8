//! Log lines of the kit, on standard error.
//!
//! They are written to the stream itself and not through `eprintln!`, because the test harness captures the latter.
//! Every test log must show which source the server comes from.

use std::{fmt, io::Write as _};

/// Writes one line, `odm-test: …`, to standard error.
pub(crate) fn log(line: impl fmt::Display) {
    // One write per message, so that lines of parallel tests do not mix. A closed standard error is ignored.
    let _ = std::io::stderr().write_all(format!("odm-test: {line}\n").as_bytes());
}

/// Returns a connection string without its credentials.
pub(crate) fn without_credentials(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else { return "(not a connection string)".to_owned() };
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((_, hosts)) => format!("{scheme}://***@{hosts}{tail}"),
        None => uri.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_credentials;

    #[test]
    fn credentials_are_left_out() {
        assert_eq!(without_credentials("mongodb://localhost:27017/?a=b"), "mongodb://localhost:27017/?a=b");
        assert_eq!(
            without_credentials("mongodb://ann:p%40ss@db1,db2/shop?tls=true"),
            "mongodb://***@db1,db2/shop?tls=true"
        );
        assert_eq!(without_credentials("mongodb+srv://ann:p@host"), "mongodb+srv://***@host");
        assert_eq!(without_credentials("ann:p@host"), "(not a connection string)");
    }
}
