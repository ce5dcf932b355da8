//! Converts writes into commands, and replies into the outcome of each write.

use mongodb::{
    ClientSession,
    bson::{Bson, RawArrayBuf, RawBson, RawDocumentBuf, raw::cstr, serialize_to_raw_document_buf},
    options::{Acknowledgment, BulkWriteOptions, InsertManyOptions, SessionOptions, WriteConcern},
};

use super::{
    BULK_WRITE,
    retryable::{self, Numbering},
};
use crate::{
    action::{
        batch::Limits,
        insert_many::insert_batch,
        prepare::{check_newer, newer},
        version_guard,
    },
    collection::Target,
    error::{BulkWriteError, Command, Error, ErrorKind, Result, WriteCounts, WriteReply},
    exec::{self, Servers},
    operation::{Operation, Verb},
    pipeline::unknown_operator,
    write::{Ready, ReplyMeaning, Statement, VersionGuard, unwritten},
};

/// Returns the verb of a command that `bulk_write` sends.
const fn verb(command: Command) -> Verb {
    Verb::writes("bulk_write", name(command))
}

const fn name(command: Command) -> &'static str {
    match command {
        Command::Insert => "insert",
        Command::Update => "update",
        Command::Delete => "delete",
    }
}

/// Writes as elements of the arrays of their commands, in the order in which they were added.
#[derive(Default)]
pub(super) struct Elements {
    count: usize,
    /// Writes that are finished after the hooks of their model.
    statements: Vec<(usize, Statement)>,
    accepted: Vec<Element>,
    refused: Vec<(usize, Error)>,
}

struct Element {
    kind: Kind,
    sorted: bool,
    bytes: RawDocumentBuf,
    guard: Option<Box<VersionGuard>>,
}

/// What determines which writes share a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    command: Command,
    many: bool,
    /// The update is a delete, so its reply counts deleted documents.
    deletes: bool,
    /// The reply must show whether this write matched. A shared reply shows only how many did.
    alone: bool,
}

impl Elements {
    /// Adds the next write, or its error if it cannot be sent. A write with hooks is finished later.
    pub(super) fn push(&mut self, write: Result<Statement>, is_hooked: bool) {
        let position = self.count;
        self.count += 1;
        match write {
            Ok(statement) if is_hooked => self.statements.push((position, statement)),
            write => self.put(position, write.and_then(Statement::finish)),
        }
    }

    /// Returns the writes that are not finished, by their positions. Returns none if the error of another write is
    /// known already.
    pub(super) fn take_statements(&mut self) -> Vec<(usize, Statement)> {
        let statements = std::mem::take(&mut self.statements);
        if self.refused.is_empty() { statements } else { Vec::new() }
    }

    /// Adds a finished write, or its error. The writes are added in their order.
    pub(super) fn put(&mut self, position: usize, write: Result<Ready>) {
        let element = write.and_then(|mut write| {
            let ((command, many), sorted) = (write.command_kind(), write.is_sorted());
            let (deletes, guard) = match write.take_meaning() {
                ReplyMeaning::Same => (false, None),
                ReplyMeaning::Delete => (true, None),
                ReplyMeaning::OfVersion(guard) => (false, Some(guard)),
            };
            let kind = Kind { command, many, deletes, alone: guard.is_some() };
            Ok(Element { kind, sorted, bytes: write.into_element()?, guard })
        });
        match element {
            Ok(element) => self.accepted.push(element),
            Err(error) => self.refused.push((position, error)),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Returns the writes, or an error with each write that cannot be sent.
    fn check(self, servers: &Servers) -> Result<Vec<Element>> {
        let mut report = BulkWriteError::of_writes(self.count);
        if self.refused.is_empty() {
            for (position, element) in self.accepted.iter().enumerate() {
                if let Err(error) = check_newer(servers, element.sorted, "sort", "8.0") {
                    report.fail(position, error);
                }
            }
        }
        for (position, error) in self.refused {
            report.fail(position, error);
        }
        report.into_result().map(|_| self.accepted)
    }
}

/// Groups the positions of the writes into runs, each of one kind of command. An ordered bulk write has a run for
/// adjacent writes of the same command. An unordered one has a run per command, and separate runs for writes of many
/// documents, because only these cannot be retried.
fn runs(kinds: &[Kind], ordered: bool) -> Vec<Vec<usize>> {
    let mut positions: Vec<usize> = (0..kinds.len()).collect();
    let kind = |position: &usize| kinds.get(*position).copied();
    let of_run = |position: &usize| {
        let kind = kind(position)?;
        Some((kind.command, kind.deletes, kind.many && !ordered))
    };
    if !ordered {
        // The sort is stable, so the writes of a run keep their order.
        positions.sort_by_key(of_run);
    }
    let together = |one: &usize, two: &usize| {
        of_run(one) == of_run(two) && ![one, two].into_iter().filter_map(kind).any(|kind| kind.alone)
    };
    positions.chunk_by(together).map(<[usize]>::to_vec).collect()
}

/// Sends the writes in as few commands as the server's limits and their order allow.
pub(super) async fn send(
    target: &Target,
    elements: Elements,
    options: BulkWriteOptions,
    mut session: Option<&mut ClientSession>,
) -> Result<(WriteCounts, Vec<(usize, Bson)>)> {
    let operation = target.operation(BULK_WRITE);
    let elements = operation.check(elements.check(target.database().servers()))?;
    let envelope = operation.check(Envelope::new(target, options))?;
    if let (true, Some(session)) = (envelope.options.write_concern.is_some(), session.as_deref_mut())
        && retryable::next(target, session).await? == Numbering::InTransaction
    {
        return operation.check(Err(Error::refused(
            "a write in a transaction cannot have a write concern: it is set when the transaction starts",
        )));
    }
    let mut own = None;
    let mut report = BulkWriteError::of_writes(elements.len());
    let kinds: Vec<_> = elements.iter().map(|element| element.kind).collect();
    'runs: for run in runs(&kinds, envelope.ordered) {
        let Some(Kind { command, deletes, .. }) = run.first().and_then(|first| kinds.get(*first)).copied()
        else {
            continue;
        };
        let operation = target.operation(verb(command));
        let sizes =
            run.iter().map(|at| (*at, elements.get(*at).map_or(0, |element| element.bytes.as_bytes().len())));
        let limits = if command == Command::Insert { Limits::DOCUMENTS } else { Limits::COMMAND };
        for batch in limits.cut(sizes) {
            let of_batch: Vec<&Element> = batch.iter().filter_map(|at| elements.get(*at)).collect();
            let answer = if command == Command::Insert {
                let documents = of_batch.iter().map(|element| &*element.bytes).collect();
                insert_batch(target, operation, documents, envelope.of_insert(), session.as_deref_mut()).await
            } else {
                let batch = Batch { command, elements: of_batch };
                batch.send(target, operation, &envelope, session.as_deref_mut(), &mut own).await
            };
            let many = |index: usize| elements.get(*batch.get(index)?).map(|element| element.kind.many);
            let answer = answer.map(|answer| answer.mark_many(|index| many(index).unwrap_or(false)));
            let answer = answer.map(|answer| if deletes { answer.of_deletes() } else { answer });
            let guard = batch.first().and_then(|at| elements.get(*at)?.guard.as_deref());
            let answer = match (answer, guard) {
                (Ok(answer), Some(guard)) => {
                    guarded(target, operation, guard, answer, session.as_deref_mut()).await
                }
                (answer, _) => answer,
            };
            if !report.take(&batch, answer, envelope.ordered) {
                break 'runs;
            }
        }
    }
    operation.check(report.into_result())
}

/// Returns the reply to the replacement of a version, with an error if it matched no document because of the version.
async fn guarded(
    target: &Target,
    operation: Operation<'_>,
    guard: &VersionGuard,
    answer: WriteReply,
    session: Option<&mut ClientSession>,
) -> Result<WriteReply> {
    if let Some(error) = answer.first_failure() {
        let is_stale = version_guard::is_stale(target, operation, guard, error).await;
        return Ok(answer
            .map_failures(|error| if is_stale { error.with_kind(ErrorKind::StaleVersion) } else { error }));
    }
    if !answer.matched_nothing() {
        return Ok(answer);
    }
    match version_guard::check(target, operation, guard.clone(), session).await {
        Ok(()) => Ok(answer),
        Err(error) if error.is_stale_version() || error.is_not_found() => Ok(answer.failed(error)),
        Err(error) => Err(error),
    }
}

/// Statements of one `update` or `delete` command.
struct Batch<'e> {
    command: Command,
    elements: Vec<&'e Element>,
}

impl Batch<'_> {
    async fn send(
        self,
        target: &Target,
        operation: Operation<'_>,
        envelope: &Envelope,
        session: Option<&mut ClientSession>,
        own: &mut Option<ClientSession>,
    ) -> Result<WriteReply> {
        let can_repeat =
            target.database().retries_writes() && self.elements.iter().all(|element| !element.kind.many);
        let (session, numbering) = match session {
            // `next` is also called for a batch that cannot be retried, because it detects a transaction.
            Some(session) => {
                let numbering = match retryable::next(target, session).await? {
                    Numbering::Numbered(_) if !can_repeat => Numbering::Plain,
                    numbering => numbering,
                };
                (Some(session), numbering)
            }
            None if can_repeat => {
                let session = match own {
                    Some(session) => session,
                    None => own.insert(start_session(target).await?),
                };
                let numbering = retryable::next(target, session).await?;
                (Some(session), numbering)
            }
            None => (None, Numbering::Plain),
        };
        let body = envelope.body(target, &self, numbering);
        let sorted = self.elements.iter().any(|element| element.sorted);
        let answer = retryable::send(target, operation, self.command, body, numbering, session).await;
        answer
            .map(|answer| answer.map_failures(unknown_operator))
            .map_err(|error| unknown_operator(newer(error, sorted, "sort", "8.0")))
    }
}

/// Starts a session for batches with numbers.
async fn start_session(target: &Target) -> Result<ClientSession> {
    let options = SessionOptions::builder().causal_consistency(false).build();
    let call = target.database().client().start_session().with_options(options);
    exec::run(target.operation(BULK_WRITE), call).await
}

/// The fields of a command beside its statements.
struct Envelope {
    ordered: bool,
    options: BulkWriteOptions,
    write_concern: Option<RawDocumentBuf>,
    comment: Option<RawBson>,
    variables: Option<RawDocumentBuf>,
}

impl Envelope {
    fn new(target: &Target, options: BulkWriteOptions) -> Result<Self> {
        let concern = options.write_concern.as_ref().or(target.driver().write_concern());
        if concern.is_some_and(is_unacknowledged) {
            return Err(Error::refused(
                "a write concern of 0 acknowledges nothing, so nothing could be reported",
            ));
        }
        Ok(Self {
            ordered: options.ordered.unwrap_or(true),
            write_concern: concern.map(serialize_to_raw_document_buf).transpose().map_err(unwritten)?,
            comment: options.comment.clone().map(RawBson::try_from).transpose().map_err(unwritten)?,
            variables: options
                .let_vars
                .as_ref()
                .map(RawDocumentBuf::try_from)
                .transpose()
                .map_err(unwritten)?,
            options,
        })
    }

    /// Returns the same options for the driver's `insert`.
    fn of_insert(&self) -> InsertManyOptions {
        let mut options = InsertManyOptions::default();
        options.ordered = Some(self.ordered);
        options.bypass_document_validation = self.options.bypass_document_validation;
        options.comment.clone_from(&self.options.comment);
        options.write_concern.clone_from(&self.options.write_concern);
        options
    }

    fn body(&self, target: &Target, batch: &Batch<'_>, numbering: Numbering) -> RawDocumentBuf {
        let mut body = RawDocumentBuf::new();
        let mut statements = RawArrayBuf::new();
        for element in &batch.elements {
            statements.push(&*element.bytes);
        }
        match batch.command {
            Command::Delete => {
                body.append(cstr!("delete"), target.driver().name());
                body.append(cstr!("deletes"), statements);
            }
            _ => {
                body.append(cstr!("update"), target.driver().name());
                body.append(cstr!("updates"), statements);
            }
        }
        body.append(cstr!("ordered"), self.ordered);
        if let (Some(bypass), Command::Update) = (self.options.bypass_document_validation, batch.command) {
            body.append(cstr!("bypassDocumentValidation"), bypass);
        }
        if let Some(variables) = &self.variables {
            body.append(cstr!("let"), &**variables);
        }
        if let Some(comment) = &self.comment {
            body.append(cstr!("comment"), comment.clone());
        }
        // A transaction has its own write concern.
        if let (Some(concern), true) = (&self.write_concern, numbering != Numbering::InTransaction) {
            body.append(cstr!("writeConcern"), &**concern);
        }
        body
    }
}

fn is_unacknowledged(concern: &WriteConcern) -> bool {
    concern.w == Some(Acknowledgment::Nodes(0)) && concern.journal != Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_sent_with_their_like() {
        use Command::{Delete, Insert, Update};
        let kinds = [
            (Insert, false),
            (Update, false),
            (Update, true),
            (Insert, false),
            (Delete, true),
            (Delete, false),
            (Update, false),
        ];
        let kinds = kinds.map(|(command, many)| Kind { command, many, deletes: false, alone: false });
        assert_eq!(runs(&kinds, true), [vec![0], vec![1, 2], vec![3], vec![4, 5], vec![6]]);
        assert_eq!(runs(&kinds, false), [vec![0, 3], vec![1, 6], vec![2], vec![5], vec![4]]);
        assert!(runs(&[], true).is_empty() && runs(&[], false).is_empty());
    }

    #[test]
    fn a_write_whose_reply_must_be_its_own_is_sent_alone() {
        let update = Kind { command: Command::Update, many: false, deletes: false, alone: false };
        let delete = Kind { deletes: true, ..update };
        let alone = Kind { alone: true, ..update };
        let kinds = [update, alone, alone, update, delete, delete];
        assert_eq!(runs(&kinds, true), [vec![0], vec![1], vec![2], vec![3], vec![4, 5]]);
        assert_eq!(runs(&kinds, false), [vec![0], vec![1], vec![2], vec![3], vec![4, 5]]);
    }
}
