//! A write of a bulk write before it is sent, without the type of its model: the arguments as the caller passed them.

use mongodb::{
    bson::{Document, RawDocumentBuf},
    options::{Collation, Hint},
};

use crate::{
    error::{Error, Result},
    update::Update,
    write::{self, Policies, Ready, Statement, WriteOptions},
};

pub(super) struct Pending {
    kind: Kind,
    policies: Policies,
    pub(super) upsert: Option<bool>,
    pub(super) or_insert: Option<Result<RawDocumentBuf>>,
    pub(super) array_filters: Option<Vec<Document>>,
    pub(super) sort: Option<Result<Document>>,
    pub(super) hint: Option<Result<Hint>>,
    pub(super) collation: Option<Collation>,
}

#[allow(clippy::large_enum_variant, reason = "most writes of a bulk are updates")]
pub(super) enum Kind {
    Insert { document: Result<RawDocumentBuf> },
    Update { many: bool, filter: Result<Document>, update: Update<()> },
    Replace { filter: Result<Document>, document: Result<RawDocumentBuf> },
    Delete { many: bool, filter: Result<Document> },
}

impl Pending {
    pub(super) fn new(kind: Kind, policies: Policies) -> Self {
        Self {
            kind,
            policies,
            upsert: None,
            or_insert: None,
            array_filters: None,
            sort: None,
            hint: None,
            collation: None,
        }
    }

    /// Returns the write as a statement that can be rendered.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](Error::is_not_sent) is true if a part of the write cannot be sent,
    /// or if a setter was called that the write does not have.
    pub(super) fn finish(self) -> Result<Ready> {
        if let Some(setter) = self.misplaced() {
            return Err(Error::refused(format!("`{}` has no `{setter}`", self.verb())));
        }
        let options = WriteOptions {
            upsert: self.upsert,
            array_filters: self.array_filters,
            sort: self.sort.transpose()?,
            hint: self.hint.transpose()?,
            collation: self.collation,
            ..WriteOptions::default()
        };
        let kind = match self.kind {
            Kind::Insert { document } => write::Kind::Insert { document: document? },
            Kind::Update { many, filter, update } => {
                write::Kind::Update { many, filter: filter?, update, or_insert: self.or_insert.transpose()? }
            }
            Kind::Replace { filter, document } => {
                write::Kind::Replace { filter: filter?, document: document? }
            }
            Kind::Delete { many, filter } => write::Kind::Delete { many, filter: filter? },
        };
        Statement::with_policies(kind, options, self.policies).finish()
    }

    /// Returns a setter that was called and that the write does not have.
    fn misplaced(&self) -> Option<&'static str> {
        let (inserts, upserts, updates_one) = match self.kind {
            Kind::Insert { .. } => (true, false, false),
            Kind::Update { many, .. } => (false, true, !many),
            Kind::Replace { .. } => (false, true, false),
            Kind::Delete { .. } => (false, false, false),
        };
        let (updates, replaces) =
            (matches!(self.kind, Kind::Update { .. }), matches!(self.kind, Kind::Replace { .. }));
        [
            ("or_insert", self.or_insert.is_some() && !updates_one),
            ("upsert", self.upsert.is_some() && !upserts),
            ("array_filters", self.array_filters.is_some() && !updates),
            ("sort", self.sort.is_some() && !updates_one && !replaces),
            ("hint", self.hint.is_some() && inserts),
            ("collation", self.collation.is_some() && inserts),
        ]
        .into_iter()
        .find_map(|(setter, misplaced)| misplaced.then_some(setter))
    }

    /// Returns the name of the verb that the write corresponds to.
    pub(super) fn verb(&self) -> &'static str {
        match self.kind {
            Kind::Insert { .. } => "insert_one",
            Kind::Update { many: false, .. } => "update_one",
            Kind::Update { many: true, .. } => "update_many",
            Kind::Replace { .. } => "replace_one",
            Kind::Delete { many: false, .. } => "delete_one",
            Kind::Delete { many: true, .. } => "delete_many",
        }
    }
}
