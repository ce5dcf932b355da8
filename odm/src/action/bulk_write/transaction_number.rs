//! `TransactionNumber`: reads the transaction number of a session from its `Debug` output, because the driver has no
//! interface for it.
//!
//! Ask upstream for one of these; either would replace this module:
//!
//! - `ClientSession::next_txn_number(&mut self) -> Option<i64>`, which takes the next number for a write that the
//!   application sends itself as a raw command, and `None` if the deployment does not support retryable writes.
//! - An option `retryable: bool` of `Database::run_raw_command`, with which the driver adds `txnNumber` and retries, as
//!   it does for its own writes.
//!
//! A test pins the version of the driver. Its message lists what to verify for another version.

use std::fmt::{self, Write};

use mongodb::{ClientSession, error::ErrorKind as Driver};

use crate::error::Error;

/// A session whose last transaction number can be read.
pub(super) trait TransactionNumber {
    /// Returns the last transaction number of the session. `None` if the driver does not show it.
    fn transaction_number(&self) -> Option<i64>;
}

/// Reads the number from the `Debug` output of the session.
impl TransactionNumber for ClientSession {
    fn transaction_number(&self) -> Option<i64> {
        let mut scan = Scan::default();
        // `Scan` returns an error when it has found the number, because the session prints its whole client after it.
        let _ = write!(scan, "{self:?}");
        scan.number
    }
}

#[derive(Default)]
struct Scan {
    text: String,
    number: Option<i64>,
}

impl fmt::Write for Scan {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.text.push_str(part);
        let Some((_, number)) = self.text.split_once("txn_number: ") else { return Ok(()) };
        let Some(end) = number.find(|letter: char| !letter.is_ascii_digit()) else { return Ok(()) };
        self.number = number.get(..end).and_then(|number| number.parse().ok());
        Err(fmt::Error)
    }
}

/// Returns whether the error of a start of a transaction means that one runs already.
pub(super) fn is_in_transaction(error: &Error) -> bool {
    error.driver().is_some_and(|error| {
        matches!(&*error.kind, Driver::Transaction { message, .. } if message.contains("already in progress"))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use mongodb::Client;

    use super::*;

    /// The version of the driver whose strings this module was verified with.
    const VERIFIED: &str = "3.9.1";

    #[test]
    fn the_driver_has_the_version_whose_texts_are_known() {
        let lock = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock")).unwrap();
        let (_, package) = lock.split_once("name = \"mongodb\"\n").unwrap();
        let version = package.lines().next().unwrap();
        assert_eq!(
            version,
            format!("version = \"{VERIFIED}\""),
            "the driver was updated. Verify in its sources, then change `VERIFIED`: (1) `Debug` of `ClientSession` still \
             prints `txn_number: <number>`, and prints it before any other text that may contain this; (2) \
             `start_transaction` increments the number by one, also without a server command; (3) \
             `abort_transaction` of a transaction without commands sends nothing; (4) the error of \
             `start_transaction` in a transaction contains `already in progress`; (5) whether the driver has an \
             interface for this now. Then run `cargo test --workspace --test it -- retry_bulk bulk_write`",
        );
    }

    #[tokio::test]
    async fn a_session_shows_its_transaction_number() {
        let client = Client::with_uri_str("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=1").await.unwrap();
        let session = client.start_session().await.unwrap();
        assert_eq!(session.transaction_number(), Some(0));
    }

    /// The number is found at once, even if the text arrives in small parts.
    #[test]
    fn the_number_ends_the_scan() {
        let mut scan = Scan::default();
        let mut shown = "ClientSession { txn_number: 417, client: ..".chars();
        assert!(shown.try_for_each(|letter| scan.write_char(letter)).is_err());
        assert_eq!(shown.as_str(), " client: ..");
        assert_eq!(scan.number, Some(417));

        let mut other = Scan::default();
        assert!(other.write_str("ClientSession { number: 417, txn_number: none }").is_err());
        assert_eq!(other.number, None);
    }
}
