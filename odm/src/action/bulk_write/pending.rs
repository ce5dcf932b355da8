//! A write as it was said, without the type of its model: what its setters were given, until it is sent.

use mongodb::{
    bson::{Document, RawDocumentBuf, serialize_to_bson, serialize_to_document},
    options::{Collation, Hint},
};

use super::statement::{Change, Statement, To};
use crate::{
    action::{
        command::unwritten,
        prepare::{NewDocument, OnInsert},
    },
    error::{Error, Result},
    update::Update,
    value::SchemaVersion,
};

pub(super) struct Draft {
    kind: Kind,
    pub(super) upsert: Option<bool>,
    pub(super) on_insert: NewDocument,
    pub(super) array_filters: Option<Result<Vec<Document>>>,
    pub(super) sort: Option<Result<Document>>,
    pub(super) hint: Option<Result<Hint>>,
    pub(super) collation: Option<Collation>,
}

#[allow(clippy::large_enum_variant, reason = "most writes of a bulk are updates")]
pub(super) enum Kind {
    Insert { document: Result<RawDocumentBuf> },
    Update { multi: bool, filter: Result<Document>, update: Update<()>, version: Option<SchemaVersion> },
    Replace { filter: Result<Document>, document: Result<RawDocumentBuf> },
    Delete { multi: bool, filter: Result<Document> },
}

impl Draft {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            upsert: None,
            on_insert: None,
            array_filters: None,
            sort: None,
            hint: None,
            collation: None,
        }
    }

    /// The write as it is sent, if it can be.
    pub(super) fn into_statement(self) -> Result<Statement> {
        if let Some(setter) = self.misplaced() {
            return Err(Error::refused(format!("`{}` has no `{setter}`", self.verb())));
        }
        let Self { kind, mut upsert, on_insert, array_filters, sort, hint, collation } = self;
        let (sort, hint) = (sort.transpose()?, hint.transpose()?);
        let array_filters = array_filters.transpose()?;
        let to = |multi, filter: Document| {
            let hint = hint.as_ref().map(serialize_to_bson).transpose().map_err(unwritten)?;
            let collation = collation.as_ref().map(serialize_to_document).transpose().map_err(unwritten)?;
            Ok::<_, Error>(To { filter, multi, sort, hint, collation })
        };
        Ok(match kind {
            Kind::Insert { document } => Statement::Insert(document?),
            Kind::Update { multi, filter, update, version } => {
                let update = OnInsert::of(on_insert, &mut upsert, version).join(update, &filter);
                let to = to(multi, filter?)?;
                let (update, typed) = update?;
                let array_filters = array_filters.into_iter().flatten().chain(typed).collect();
                Statement::Change { to, change: Change::Update { update, array_filters }, upsert }
            }
            Kind::Replace { filter, document } => {
                Statement::Change { to: to(false, filter?)?, change: Change::Replace(document?), upsert }
            }
            Kind::Delete { multi, filter } => Statement::Delete(to(multi, filter?)?),
        })
    }

    /// A setter that was called and that this write has no use for.
    fn misplaced(&self) -> Option<&'static str> {
        let (inserts, upserts, updates_one) = match self.kind {
            Kind::Insert { .. } => (true, false, false),
            Kind::Update { multi, .. } => (false, true, !multi),
            Kind::Replace { .. } => (false, true, false),
            Kind::Delete { .. } => (false, false, false),
        };
        let (updates, replaces) =
            (matches!(self.kind, Kind::Update { .. }), matches!(self.kind, Kind::Replace { .. }));
        [
            ("or_insert", self.on_insert.is_some() && !updates_one),
            ("upsert", self.upsert.is_some() && !upserts),
            ("array_filters", self.array_filters.is_some() && !updates),
            ("sort", self.sort.is_some() && !updates_one && !replaces),
            ("hint", self.hint.is_some() && inserts),
            ("collation", self.collation.is_some() && inserts),
        ]
        .into_iter()
        .find_map(|(setter, misplaced)| misplaced.then_some(setter))
    }

    /// The verb that it means.
    pub(super) fn verb(&self) -> &'static str {
        match self.kind {
            Kind::Insert { .. } => "insert_one",
            Kind::Update { multi: false, .. } => "update_one",
            Kind::Update { multi: true, .. } => "update_many",
            Kind::Replace { .. } => "replace_one",
            Kind::Delete { multi: false, .. } => "delete_one",
            Kind::Delete { multi: true, .. } => "delete_many",
        }
    }
}
