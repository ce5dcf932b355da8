//! Reading the live schema, and comparing the declared one with it.

use mongodb::bson::Document;

use super::{
    change::SchemaChange,
    diff::{DeclaredIndex, Undeclared, diff},
    live::{self, LiveIndex, LiveValidator},
    models::{Declared, Models},
    spec::{Spec, expected},
    validator::{self, ModelValidator},
};
use crate::{
    Database,
    error::{Error, ErrorKind, Result, SchemaError},
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
    /// The collections whose validators no model declares and that are left out.
    pub(super) known_validators: Vec<&'static str>,
}

/// One collection, with its declared indexes and their differences from the live ones.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    pub(super) name: &'static str,
    /// The default collation of its indexes.
    pub(super) collation: Option<Document>,
    pub(super) indexes: Vec<DeclaredIndex>,
    pub(super) validator: Option<ModelValidator>,
    pub(super) changes: Vec<SchemaChange>,
}

impl Compared {
    /// Returns whether the collection has a declared validator, or one to drop.
    fn is_validated(&self) -> bool {
        let drops = |change: &SchemaChange| matches!(change, SchemaChange::DropValidator { .. });
        self.validator.is_some() || self.changes.iter().any(drops)
    }
}

impl Comparison {
    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// Returns the declarations of the models.
    pub(super) fn declared(&self) -> Result<Vec<Declared>> {
        let operation = Operation::new(PLAN, self.database.name(), None);
        self.models.checked().map_err(|error| error.during(&operation))
    }

    /// Returns the collections of the models, as listed.
    pub(super) async fn compare(&self) -> Result<Vec<Compared>> {
        let declared = self.declared()?;
        let names: Vec<&str> = declared.iter().map(|model| model.collection).collect();
        let found = live::collections(&self.database, &names).await?;
        let mut collections = Vec::new();
        for model in declared {
            let name = model.collection;
            let (exists, collation, live_validator) = match found.get(name) {
                Some(collection) => (true, collection.collation.clone(), collection.validator.as_ref()),
                None => (false, None, None),
            };
            let indexes = self.resolve(&model, collation.as_ref()).await?;
            let live = if exists { live::indexes(&self.database, name).await? } else { None };
            let validator = model.validator();
            if validator.is_some() && found.get(name).is_some_and(|collection| collection.is_time_series) {
                let error = ErrorKind::Schema(SchemaError::TimeSeries { collection: name.to_owned() });
                let database = self.database.name();
                let operation = Operation::new(PLAN, database, Some(name));
                return Err(Error::new(error).during(&operation));
            }
            let mut changes = self.changes(name, &indexes, live.as_deref()).await?;
            self.add_validator(name, validator.as_ref(), live_validator, &mut changes).await?;
            collections.push(Compared { name, collation, indexes, validator, changes });
        }
        Ok(collections)
    }

    /// Returns the changes of a collection, and its indexes, as they are now.
    pub(super) async fn again(&self, collection: &Compared) -> Result<(Vec<SchemaChange>, Vec<LiveIndex>)> {
        let live = live::indexes(&self.database, collection.name).await?;
        let mut changes = self.changes(collection.name, &collection.indexes, live.as_deref()).await?;
        if collection.is_validated() {
            let found = live::collections(&self.database, &[collection.name]).await?;
            let found = found.get(collection.name).and_then(|collection| collection.validator.as_ref());
            self.add_validator(collection.name, collection.validator.as_ref(), found, &mut changes).await?;
        }
        Ok((changes, live.unwrap_or_default()))
    }

    /// Adds the change of the validator, if there is one: before those of the indexes, because the server refuses to
    /// modify a collection while it builds an index.
    async fn add_validator(
        &self,
        name: &str,
        declared: Option<&ModelValidator>,
        live: Option<&LiveValidator>,
        changes: &mut Vec<SchemaChange>,
    ) -> Result<()> {
        let is_known = self.known_validators.contains(&name);
        let Some(declared) = declared else {
            if live.is_some() && !is_known {
                let collection = name.to_owned();
                changes.push(match self.undeclared {
                    Undeclared::Report => SchemaChange::UndeclaredValidator { collection },
                    Undeclared::Drop => SchemaChange::DropValidator { collection },
                });
            }
            return Ok(());
        };
        if let Some(SchemaChange::CreateCollection { validator, .. }) = changes.first_mut() {
            *validator = Some(Box::new(declared.clone()));
            return Ok(());
        }
        let is_empty = live.is_none() && live::is_empty(&self.database, name).await?;
        if let Some(change) = validator::diff::diff(name, declared, live, is_empty) {
            changes.insert(0, change);
        }
        Ok(())
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
