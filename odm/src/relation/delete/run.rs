//! Runs the deletes in a transaction.

use std::collections::{HashSet, VecDeque};

use mongodb::bson::{Bson, doc};

use super::{
    Deleted,
    rules::{Handles, Rules},
};
use crate::{
    error::{Error, ErrorKind, ReferenceError, Result},
    meta::OnDelete,
    session::BorrowedSession,
    value::{Value, Writer},
};

/// How many ids one command contains. An id can be large, and a command has at most 16 MiB.
const IDS_PER_COMMAND: usize = 1_000;

/// The documents with which a delete starts.
pub(super) struct Start {
    pub(super) member: usize,
    pub(super) ids: Vec<Bson>,
}

/// The ids of a member that will be deleted, each once.
#[derive(Default)]
struct Scheduled {
    known: HashSet<Vec<u8>>,
    ids: Vec<Bson>,
}

impl Scheduled {
    /// Adds ids, and returns those that are new.
    fn add(&mut self, found: Vec<Bson>) -> Result<Vec<Bson>> {
        let mut new = Vec::new();
        for id in found {
            if self.known.insert(bytes(&id)?) {
                new.push(id);
            }
        }
        self.ids.extend(new.iter().cloned());
        Ok(new)
    }

    fn contains(&self, id: &Bson) -> Result<bool> {
        Ok(self.known.contains(&bytes(id)?))
    }
}

fn bytes(id: &Bson) -> Result<Vec<u8>> {
    let mut writer = Writer::short();
    let element_type = id.encode(&mut writer)?;
    let mut bytes = writer.into_bytes();
    bytes.push(element_type as u8);
    Ok(bytes)
}

/// Finds what is to be deleted, checks what restricts it, removes references, and deletes.
pub(super) async fn run(
    handles: &Handles,
    rules: &Rules,
    start: &Start,
    lent: &mut BorrowedSession<'_>,
) -> Result<Deleted> {
    let mut scheduled: Vec<Scheduled> = rules.members.iter().map(|_| Scheduled::default()).collect();
    let mut open = VecDeque::new();
    for ids in start.ids.chunks(IDS_PER_COMMAND) {
        let find = rules.members[start.member].find;
        let existing = find(handles, lent, doc! { "_id": { "$in": ids } }, None).await?;
        open.push_back((start.member, scheduled[start.member].add(existing)?));
    }
    while let Some((target, ids)) = open.pop_front() {
        for rule in rules.of_kind(OnDelete::Cascade, target) {
            for ids in ids.chunks(IDS_PER_COMMAND) {
                let find = rules.members[rule.from].find;
                let found = find(handles, lent, rule.filter(ids), None).await?;
                let new = scheduled[rule.from].add(found)?;
                if !new.is_empty() {
                    open.push_back((rule.from, new));
                }
            }
        }
    }
    check_restrictions(handles, rules, &scheduled, lent).await?;

    let mut deleted = Deleted::default();
    for (target, of_target) in scheduled.iter().enumerate() {
        for rule in rules.of_kind(OnDelete::Nullify, target) {
            let member = rules.members[rule.from];
            for ids in of_target.ids.chunks(IDS_PER_COMMAND) {
                let changed = (member.update)(handles, lent, rule.filter(ids), rule.removal(ids)).await?;
                deleted.add_nullified(member.meta.collection(), changed);
            }
        }
    }
    for (member, of_member) in rules.members.iter().zip(&scheduled) {
        for ids in of_member.ids.chunks(IDS_PER_COMMAND) {
            let count = (member.delete)(handles, lent, doc! { "_id": { "$in": ids } }).await?;
            check_all_are_deleted(member.meta.collection(), ids.len(), count)?;
            deleted.add_deleted(member.meta.collection(), count);
        }
    }
    Ok(deleted)
}

/// Returns an error if documents remain. The transaction has found them, so only a hook can have excluded them.
fn check_all_are_deleted(collection: &str, expected: usize, deleted: u64) -> Result<()> {
    if usize::try_from(deleted).is_ok_and(|deleted| deleted >= expected) {
        return Ok(());
    }
    Err(Error::aborted(format!(
        "only {deleted} of {expected} documents of `{collection}` were deleted, because the hook `before_delete` of its \
         model excludes the others; a delete by the rules of references deletes all or none"
    )))
}

/// Returns an error if a document that is not deleted restricts the delete.
async fn check_restrictions(
    handles: &Handles,
    rules: &Rules,
    scheduled: &[Scheduled],
    lent: &mut BorrowedSession<'_>,
) -> Result<()> {
    for (target, of_target) in scheduled.iter().enumerate() {
        for rule in rules.of_kind(OnDelete::Restrict, target) {
            let (member, to) = (rules.members[rule.from], rules.members[target]);
            // Of one more document than will be deleted, at least one remains.
            let limit = i64::try_from(scheduled[rule.from].ids.len()).unwrap_or(i64::MAX - 1) + 1;
            for ids in of_target.ids.chunks(IDS_PER_COMMAND) {
                for id in (member.find)(handles, lent, rule.filter(ids), Some(limit)).await? {
                    if !scheduled[rule.from].contains(&id)? {
                        let (from, to) = (member.meta.collection(), to.meta.collection());
                        let restriction = ReferenceError::restricted(from, rule.path(), to, id);
                        return Err(Error::new(ErrorKind::Restricted(restriction)));
                    }
                }
            }
        }
    }
    Ok(())
}
