//! Dead letters: changes that could not be handled.

use std::sync::atomic::AtomicBool;

use mongodb::{
    ClientSession,
    action::Action,
    bson::{DateTime, RawDocumentBuf, doc, raw::cstr, rawdoc},
};

use super::setup::Setup;
use crate::{
    error::{ErrorKind, Result},
    exec,
    operation::{Operation, Verb},
};

const STORE: Verb = Verb::new("subscribe", "update");

/// The largest event that a letter contains. The server stores documents of up to 16 MiB.
const LARGEST_EVENT: usize = 16 * 1024 * 1024 - 64 * 1024;
/// The longest reason that is stored, in bytes.
const LONGEST_REASON: usize = 16 * 1024;

/// A change that could not be handled.
pub(super) struct Letter {
    pub(super) collection: String,
    pub(super) key: String,
    pub(super) event: RawDocumentBuf,
    pub(super) reason: String,
    pub(super) attempts: u32,
    /// Whether a transaction has written it, which may not be committed.
    pub(super) is_written: AtomicBool,
}

/// Stores a letter.
pub(super) async fn store(setup: &Setup, letter: &Letter) -> Result<()> {
    put(setup, letter, None).await
}

/// Stores a letter, in a transaction if there is a session.
pub(super) async fn put(setup: &Setup, letter: &Letter, session: Option<&mut ClientSession>) -> Result<()> {
    let database = setup.target.database();
    let operation = Operation::new(STORE, database.name(), Some(&letter.collection));
    let id = rawdoc! { "subscription": setup.name.as_str(), "key": letter.key.as_str() };
    let mut document = rawdoc! { "_id": id };
    if letter.event.as_bytes().len() <= LARGEST_EVENT {
        document.append(cstr!("event"), letter.event.clone());
    }
    document.append(cstr!("reason"), shortened(&letter.reason));
    document.append(cstr!("attempts"), i64::from(letter.attempts));
    document.append(cstr!("at"), DateTime::now());
    let collection = database.driver().collection::<RawDocumentBuf>(&letter.collection);
    let filter = doc! { "_id": { "subscription": &setup.name, "key": &letter.key } };
    let call = collection
        .replace_one(filter, document)
        .upsert(true)
        .optional(session, mongodb::action::ReplaceOne::session);
    match exec::run(operation, call).await {
        // Another attempt stored the same letter at the same time.
        Err(error) if matches!(error.kind(), ErrorKind::DuplicateKey(_)) => Ok(()),
        stored => stored.map(drop),
    }
}

fn shortened(reason: &str) -> &str {
    let mut end = reason.len().min(LONGEST_REASON);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    &reason[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let long = "ü".repeat(LONGEST_REASON);
        assert_eq!(shortened(&long).len(), LONGEST_REASON);
        assert_eq!(shortened(&format!("x{long}")).len(), LONGEST_REASON - 1);
        assert_eq!(shortened("short"), "short");
    }
}
