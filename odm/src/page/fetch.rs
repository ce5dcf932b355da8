//! The commands of a page: its documents, and the number of all documents.

use futures_util::future::join;
use mongodb::{
    bson::{Document, RawDocumentBuf},
    options::{CountOptions, CursorType, FindOptions},
};

use crate::{
    action::{BorrowedSession, count::COUNT, read},
    collection::Target,
    cursor::{Cursor, SessionCursor, decode},
    error::{Error, Result},
    meta::DocumentMeta,
    operation::{Operation, Verb},
    policies::Policies,
    query::Query,
    relation::{HopOptions, IncludeRun, Reader},
    value::OwnedRow,
};

/// The settings of the builder of a page.
pub(super) trait Settings {
    /// What the replies are read with.
    type Reader;

    /// Returns the commands, and what their replies are read with.
    fn prepare(self, source: &Source<'_>, parts: (Document, FindOptions)) -> Result<Prepared<Self::Reader>>;
}

/// The collection that is paged over.
pub(super) struct Source<'a> {
    pub(super) namespace: &'a str,
    /// The policies of the model, in the scope of the handle.
    pub(super) policies: &'a Policies,
    pub(super) model: &'static DocumentMeta,
}

/// The commands of a page.
pub(super) struct Prepared<R> {
    pub(super) find: Query<Document, FindOptions>,
    pub(super) total: Option<Query<Document, CountOptions>>,
    pub(super) reader: R,
}

/// The replies to the commands of a page.
pub(super) struct Fetched<R> {
    pub(super) rows: Vec<RawDocumentBuf>,
    pub(super) total: Option<u64>,
    pub(super) reader: R,
}

impl<R> Prepared<R> {
    /// Sends the commands, both at once.
    pub(super) async fn run(self, target: &Target, verb: Verb) -> Result<Fetched<R>> {
        let Self { find, total, reader } = self;
        let rows = async {
            let driver = read::find(target, verb, Ok(find)).await?;
            Cursor::new(target.clone(), verb, driver).try_collect().await
        };
        let count = async {
            match total {
                Some(total) => read::count(target.clone(), COUNT, Ok(total), None).await.map(Some),
                None => Ok(None),
            }
        };
        // Not `try_join`: it would drop a call of the driver after an error of the other.
        let (rows, total) = join(rows, count).await;
        Ok(Fetched { rows: rows?, total: total?, reader })
    }

    /// Sends the commands one after the other, in a session.
    pub(super) async fn run_in(
        self,
        target: &Target,
        verb: Verb,
        lent: &mut BorrowedSession<'_>,
    ) -> Result<Fetched<R>> {
        let Self { find, total, reader } = self;
        let mut lent = lent.reborrow();
        let total = match total {
            Some(total) => {
                let BorrowedSession { driver, observer } = &mut lent;
                let count = read::count(target.clone(), COUNT, Ok(total), Some(&mut **driver));
                Some(Box::pin(observer.observe(count)).await?)
            }
            None => None,
        };
        let driver = Box::pin(read::find_in(target, verb, Ok(find), &mut lent)).await?;
        let rows = SessionCursor::new(target.clone(), verb, driver, lent).try_collect().await?;
        Ok(Fetched { rows, total, reader })
    }
}

/// How the documents of a page are read.
pub(super) enum Rows<T> {
    /// They are decoded.
    Decoded(fn(&Operation<'_>, &[RawDocumentBuf]) -> Result<Vec<T>>),
    /// What they refer to is loaded too, with so many ids in a command.
    Included(Reader<T>, usize),
}

impl<T: OwnedRow> Rows<T> {
    pub(super) fn decoded() -> Self {
        Self::Decoded(|operation, rows| rows.iter().map(|row| decode(operation, row.as_bytes())).collect())
    }
}

impl<T> Rows<T> {
    /// Returns an error if the include cannot be sent.
    pub(super) fn check(&self, target: &Target) -> Result<()> {
        match self {
            Self::Decoded(_) => Ok(()),
            Self::Included(reader, _) => {
                IncludeRun::new(target, HopOptions::default(), 1, None).check(&reader.hops)
            }
        }
    }

    /// Reads the documents. The commands of an include have the options of the find.
    pub(super) async fn read(
        self,
        (target, verb): (&Target, Verb),
        options: HopOptions,
        rows: &[RawDocumentBuf],
        session: Option<BorrowedSession<'_>>,
    ) -> Result<Vec<T>> {
        let operation = target.operation(verb);
        match self {
            Self::Decoded(decode) => decode(&operation, rows),
            Self::Included(reader, ids_per_command) => {
                let run = IncludeRun::new(target, options, ids_per_command, session);
                reader.read(&run, operation, rows).await
            }
        }
    }
}

/// Returns the command that counts the documents of all pages.
pub(super) fn total(filter: Document, options: &FindOptions) -> Result<Query<Document, CountOptions>> {
    if options.let_vars.is_some() {
        return Err(Error::refused(
            "the `find` has variables (`let_`), which a count cannot have: write their values into the filter, or read \
             the page without the number of all documents (`.page(size, &key)`)",
        ));
    }
    Ok(Query::new(filter, count_options(options)))
}

fn count_options(options: &FindOptions) -> CountOptions {
    CountOptions::builder()
        .hint(options.hint.clone())
        .collation(options.collation.clone())
        .comment(options.comment.clone())
        .max_time(options.max_time)
        .read_concern(options.read_concern.clone())
        .selection_criteria(options.selection_criteria.clone())
        .build()
}

/// Sets how many documents the find returns, in one batch.
pub(super) fn limit(options: &mut FindOptions, documents: u64) -> Result<()> {
    let limit = i64::try_from(documents)
        .map_err(|_| Error::refused(format!("a page cannot have {documents} documents")))?;
    options.limit = Some(limit);
    if options.batch_size.is_none() {
        options.batch_size = u32::try_from(documents).ok();
    }
    Ok(())
}

/// Refuses options that have no meaning for a page, or that the page sets itself.
pub(super) fn pageable(options: &FindOptions) -> Result<()> {
    let refused = if options.skip.is_some_and(|skip| skip > 0) {
        "`skip` is set, and a page has no documents to skip: use `.offset_page(skip, limit)`"
    } else if options.limit.is_some_and(|limit| limit != 0) {
        "`limit` is set, and the size of a page is its limit: `.page(size, &key)` or `.offset_page(skip, limit)`"
    } else if options.min.is_some() || options.max.is_some() {
        "`min` or `max` is set, and a page sets them itself: select the documents with a filter"
    } else if options.return_key == Some(true) {
        "`return_key` is set, and the keys of an index are not the documents of a page: read the page as a view"
    } else if matches!(options.cursor_type, Some(CursorType::Tailable | CursorType::TailableAwait)) {
        "a tailable cursor does not end, so it has no pages"
    } else {
        return Ok(());
    };
    Err(Error::refused(refused))
}
