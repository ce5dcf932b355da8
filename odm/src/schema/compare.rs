//! Reading the live schema, and comparing the declared one with it.

use mongodb::bson::Document;

use super::{
    change::SchemaChange,
    diff::{DeclaredIndex, Undeclared, diff},
    live::{self, LiveIndex},
    models::{Declared, Models},
    spec::{Spec, expected},
};
use crate::{
    Database,
    error::{Error, Result, SchemaError},
    index::Index,
    operation::{Operation, Verb},
};

/// The server's code for a collation that it refuses.
const BAD_VALUE: i32 = 2;

const PLAN: Verb = Verb::new("plan", "listCollections");

/// What to compare, and with which database.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    pub(super) database: Database,
    pub(super) models: Models,
    pub(super) undeclared: Undeclared,
    /// The collections and names of indexes that no model declares and that are left out.
    pub(super) known: Vec<(&'static str, String)>,
}

/// One collection, with its declared indexes and their differences from the live ones.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    pub(super) name: &'static str,
    /// The default collation of its indexes.
    pub(super) collation: Option<Document>,
    pub(super) indexes: Vec<DeclaredIndex>,
    pub(super) changes: Vec<SchemaChange>,
}

impl Comparison {
    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// Returns the collections of the models, as listed.
    pub(super) async fn compare(&self) -> Result<Vec<Compared>> {
        let operation = Operation {
            verb: PLAN,
            database: self.database.name(),
            collection: None,
            names: &[],
            called_at: None,
        };
        let declared = self.models.checked().map_err(|error| error.during(&operation))?;
        let names: Vec<&str> = declared.iter().map(|model| model.collection).collect();
        let found = live::collections(&self.database, &names).await?;
        let mut collections = Vec::new();
        for model in declared {
            let name = model.collection;
            let (exists, collation) = match found.get(name) {
                Some(collection) => (true, collection.collation.clone()),
                None => (false, None),
            };
            let indexes = self.resolve(&model, collation.as_ref()).await?;
            let live = if exists { live::indexes(&self.database, name).await? } else { None };
            let changes = self.changes(name, &indexes, live.as_deref()).await?;
            collections.push(Compared { name, collation, indexes, changes });
        }
        Ok(collections)
    }

    /// Returns the changes of a collection, and its indexes, as they are now.
    pub(super) async fn again(&self, collection: &Compared) -> Result<(Vec<SchemaChange>, Vec<LiveIndex>)> {
        let live = live::indexes(&self.database, collection.name).await?;
        let changes = self.changes(collection.name, &collection.indexes, live.as_deref()).await?;
        Ok((changes, live.unwrap_or_default()))
    }

    async fn changes(
        &self,
        name: &str,
        indexes: &[DeclaredIndex],
        live: Option<&[LiveIndex]>,
    ) -> Result<Vec<SchemaChange>> {
        let known = self.known.iter().filter(|(collection, _)| *collection == name);
        let known: Vec<&str> = known.map(|(_, index)| index.as_str()).collect();
        let mut changes = diff(name, indexes, live, self.undeclared, &known);
        if changes.iter().any(SchemaChange::deletes_documents) && live::is_empty(&self.database, name).await?
        {
            changes.iter_mut().for_each(SchemaChange::without_documents);
        }
        Ok(changes)
    }

    /// Returns the declared indexes with what the server is expected to make of them.
    async fn resolve(&self, model: &Declared, default: Option<&Document>) -> Result<Vec<DeclaredIndex>> {
        let mut completed: Vec<(Document, Document)> = Vec::new();
        for index in &model.indexes {
            if let Ok(collation) = index.to_document().get_document("collation")
                && !matches!(collation.get_str("locale"), Ok("simple"))
                && !completed.iter().any(|(known, _)| known == collation)
            {
                let full = live::completed(&self.database, model.collection, collation).await;
                let full = full.map_err(|error| refused(error, model.collection, index))?;
                completed.push((collation.clone(), full));
            }
        }
        let complete = |collation: &Document| {
            let known = completed.iter().find(|(declared, _)| declared == collation);
            known.map_or(collation, |(_, full)| full).clone()
        };
        let declared = |index: &Index| DeclaredIndex {
            spec: Spec::read(&expected(index, default, complete)),
            index: index.clone(),
        };
        Ok(model.indexes.iter().map(declared).collect())
    }
}

/// Converts the error of a query with the collation of an index.
fn refused(error: Error, collection: &str, index: &Index) -> Error {
    if error.code() != Some(BAD_VALUE) {
        return error;
    }
    error.in_schema(SchemaError::Collation { collection: collection.to_owned(), index: index.name() })
}
