//! What is still to be made of a plan, and what is in conflict with it.

use super::CollectionChanges;
use crate::{
    error::{Error, ErrorKind, Result, SchemaError},
    index::Index,
    operation::Verb,
    schema::{
        change::{Difference, SchemaChange, join},
        live::LiveIndex,
        spec::Spec,
    },
};

const LIST_INDEXES: Verb = Verb::new("apply", "listIndexes").reading();

impl CollectionChanges {
    /// Returns which of the allowed changes are still to be made, and the indexes. Returns an error if someone changed
    /// the collection in a way that the plan does not contain.
    pub(super) async fn still_pending(
        &self,
        cause: Option<Error>,
    ) -> Result<(Vec<SchemaChange>, Vec<LiveIndex>)> {
        let (now, live) = self.comparison.again(&self.collection).await?;
        let mut pending = Vec::new();
        for change in now {
            if let Some(planned) = self.allowed.iter().find(|planned| is_about_the_same(planned, &change)) {
                if !is_covered(planned, &change) {
                    return Err(self.conflict(&change, cause));
                }
                pending.push(change);
            }
        }
        Ok((pending, live))
    }

    fn conflict(&self, change: &SchemaChange, cause: Option<Error>) -> Error {
        let differences = match change {
            SchemaChange::ModifyIndex { differences, .. }
            | SchemaChange::RebuildIndex { differences, .. }
            | SchemaChange::ModifyCollection { differences, .. }
            | SchemaChange::RecreateCollection { differences, .. }
            | SchemaChange::ModifyValidator { differences, .. } => join(differences),
            SchemaChange::CreateValidator { .. } => "it is missing, and there are documents now".to_owned(),
            _ => "it is missing, and now deletes documents".to_owned(),
        };
        if change.validator().is_some() {
            let error =
                SchemaError::ValidatorConflict { collection: self.collection.name.to_owned(), differences };
            return self.caused(error, cause);
        }
        if change.index().is_none() {
            let collection = self.collection.name.to_owned();
            return self.caused(SchemaError::CollectionConflict { collection, differences }, cause);
        }
        let index = change.index().map(Index::name).unwrap_or_default();
        let error = SchemaError::Conflict { collection: self.collection.name.to_owned(), index, differences };
        self.caused(error, cause)
    }

    fn caused(&self, error: SchemaError, cause: Option<Error>) -> Error {
        match cause {
            Some(cause) => cause.in_schema(error),
            None => Error::new(ErrorKind::Schema(error)).during(&self.operation(LIST_INDEXES)),
        }
    }
}

/// Returns whether both changes are about the same declared index, the same undeclared one, the validator, or the
/// collection and its options.
fn is_about_the_same(planned: &SchemaChange, now: &SchemaChange) -> bool {
    use SchemaChange::{
        CreateCollection, CreateSearchIndex, CreateValidator, ModifyCollection, ModifySearchIndex,
        ModifyValidator, RecreateCollection,
    };

    match (planned, now) {
        // A collection that is created with its validator and its options may exist without them.
        (
            CreateCollection { validator: Some(_), .. } | CreateValidator { .. } | ModifyValidator { .. },
            CreateValidator { .. } | ModifyValidator { .. },
        )
        | (
            CreateCollection { .. },
            CreateCollection { .. } | ModifyCollection { .. } | RecreateCollection { .. },
        )
        | (ModifyCollection { .. }, ModifyCollection { .. }) => true,
        (CreateSearchIndex { index, .. } | ModifySearchIndex { index, .. }, now) => {
            matches!(now, CreateSearchIndex { index: other, .. } | ModifySearchIndex { index: other, .. } if other == index)
        }
        _ => match (planned.index(), now.index()) {
            (Some(planned), Some(now)) => planned == now,
            (None, None) => planned == now,
            _ => false,
        },
    }
}

/// Returns whether the planned change includes this one: the same, or the rest of it after a part was done. A change that
/// the plan did not show as destructive never becomes destructive.
fn is_covered(planned: &SchemaChange, now: &SchemaChange) -> bool {
    use SchemaChange::{
        CreateCollection, CreateIndex, CreateValidator, ModifyCollection, ModifyIndex, ModifyValidator,
        RebuildIndex, RecreateCollection,
    };

    // An interrupted conversion leaves an index that is prepared.
    let contains = |planned: &[Difference], now: &[Difference]| {
        now.iter().all(|difference| planned.contains(difference) || difference.what() == Spec::PREPARED)
    };
    if now.is_destructive() && !planned.is_destructive()
        || now.is_narrowing() && !planned.is_narrowing() && !planned.is_destructive()
    {
        return false;
    }
    match (planned, now) {
        (
            RebuildIndex { differences: planned, replaces: dropped, .. },
            RebuildIndex { differences: now, replaces, .. },
        ) => contains(planned, now) && replaces.iter().all(|name| dropped.contains(name)),
        (ModifyIndex { differences: planned, .. }, ModifyIndex { differences: now, .. })
        | (ModifyValidator { differences: planned, .. }, ModifyValidator { differences: now, .. })
        | (ModifyCollection { differences: planned, .. }, ModifyCollection { differences: now, .. }) => {
            contains(planned, now)
        }
        (CreateCollection { .. }, ModifyCollection { .. } | RecreateCollection { .. })
        | (CreateCollection { .. } | CreateValidator { .. }, ModifyValidator { .. })
        | (_, RebuildIndex { .. })
        | (CreateIndex { .. }, ModifyIndex { .. }) => false,
        // The index is missing: it was dropped to be built again, or by someone else.
        _ => true,
    }
}
