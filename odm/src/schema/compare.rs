//! Reading the live schema, and comparing the declared one with it.

use mongodb::bson::Document;

use super::{
    change::SchemaChange,
    diff::{DeclaredIndex, UndeclaredPolicy, diff},
    live::{self, LiveCollection, LiveIndex, LiveValidator},
    models::{Declared, Models},
    options::{self, DeclaredOptions},
    search::{self, LiveSearch},
    spec::{self, Spec, expected},
    validator::{self, ModelValidator},
};
use crate::{
    Database,
    error::{Error, ErrorKind, Result, SchemaError},
    index::{Index, SearchIndex},
    model::CollectionOptions,
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
    pub(super) undeclared: UndeclaredPolicy,
    /// The collections and names of indexes that no model declares and that are left out.
    pub(super) known: Vec<(&'static str, String)>,
    /// The collections whose validators no model declares and that are left out.
    pub(super) known_validators: Vec<&'static str>,
    /// The collections whose options no model declares and that are left out.
    pub(super) known_options: Vec<&'static str>,
}

/// One collection, with its declared indexes and their differences from the live ones.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    pub(super) name: &'static str,
    /// The default collation of its indexes.
    pub(super) collation: Option<Document>,
    pub(super) options: DeclaredOptions,
    pub(super) is_time_series: bool,
    pub(super) indexes: Vec<DeclaredIndex>,
    pub(super) search_indexes: Vec<SearchIndex>,
    pub(super) validator: Option<ModelValidator>,
    pub(super) changes: Vec<SchemaChange>,
}

impl Compared {
    /// Returns whether the collection has a declared validator, or one to drop.
    fn is_validated(&self) -> bool {
        let drops = |change: &SchemaChange| matches!(change, SchemaChange::DropValidator { .. });
        self.validator.is_some() || self.changes.iter().any(drops)
    }

    /// Returns whether options of the collection are declared, or to be changed.
    fn has_options(&self) -> bool {
        let changes = |change: &SchemaChange| matches!(change, SchemaChange::ModifyCollection { .. });
        !self.options.options.is_plain() || self.changes.iter().any(changes)
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
        let has_search = declared.iter().any(|model| !model.search_indexes.is_empty());
        let names: Vec<&str> = declared.iter().map(|model| model.collection).collect();
        let found = live::collections(&self.database, &names).await?;
        let is_sharded = declared.iter().any(|model| model.options.shard_key.is_some());
        let is_cluster = is_sharded && live::is_router(&self.database).await?;
        let mut collections = Vec::new();
        for model in declared {
            let (name, validator) = (model.collection, model.validator());
            let live = found.get(name);
            self.check_type(&model, live)?;
            let options = self.options(&model, live).await?;
            let default = live.map_or(options.collation.as_ref(), LiveCollection::collation);
            let collation = default.cloned();
            let indexes = self.resolve(&model, collation.as_ref()).await?;
            let found = self.indexes(name, live).await?;
            let mut changes = self.changes(name, &indexes, found.as_deref(), live).await?;
            self.add_options(name, &options, live, &mut changes).await?;
            self.add_validator(name, validator.as_ref(), validator_of(live), &mut changes).await?;
            // A view and a time series have search indexes only if their models declare some.
            let may_have_some = has_search && live.is_some_and(LiveCollection::is_ordinary);
            if may_have_some || !model.search_indexes.is_empty() {
                self.add_search_indexes(name, &model.search_indexes, live.is_some(), &mut changes).await?;
            }
            self.add_shard_key(name, &options.options, is_cluster, &mut changes).await?;
            let is_declared = options.options.time_series.is_some();
            let is_time_series = live.map_or(is_declared, LiveCollection::is_time_series);
            collections.push(Compared {
                name,
                collation,
                options,
                is_time_series,
                indexes,
                search_indexes: model.search_indexes,
                validator,
                changes,
            });
        }
        Ok(collections)
    }

    /// Returns the changes of a collection, and its indexes, as they are now.
    pub(super) async fn again(&self, collection: &Compared) -> Result<(Vec<SchemaChange>, Vec<LiveIndex>)> {
        let name = collection.name;
        if !collection.is_validated() && !collection.has_options() {
            let live = live::indexes(&self.database, name, collection.is_time_series).await?;
            let mut changes = self.changes(name, &collection.indexes, live.as_deref(), None).await?;
            self.add_search_indexes_again(collection, live.is_some(), &mut changes).await?;
            return Ok((changes, live.unwrap_or_default()));
        }
        let found = live::collections(&self.database, &[name]).await?;
        let live = found.get(name);
        let indexes = self.indexes(name, live).await?;
        let mut changes = self.changes(name, &collection.indexes, indexes.as_deref(), live).await?;
        self.add_options(name, &collection.options, live, &mut changes).await?;
        if collection.is_validated() {
            let validator = collection.validator.as_ref();
            self.add_validator(name, validator, validator_of(live), &mut changes).await?;
        }
        self.add_search_indexes_again(collection, live.is_some(), &mut changes).await?;
        Ok((changes, indexes.unwrap_or_default()))
    }

    /// Adds the changes of the search indexes, if some are declared or to be dropped.
    async fn add_search_indexes_again(
        &self,
        collection: &Compared,
        exists: bool,
        changes: &mut Vec<SchemaChange>,
    ) -> Result<()> {
        let drops = |change: &SchemaChange| matches!(change, SchemaChange::DropSearchIndex { .. });
        let declared = &collection.search_indexes;
        if declared.is_empty() && !collection.changes.iter().any(drops) {
            return Ok(());
        }
        self.add_search_indexes(collection.name, declared, exists, changes).await
    }

    /// Adds the changes of the search indexes.
    async fn add_search_indexes(
        &self,
        name: &str,
        declared: &[SearchIndex],
        exists: bool,
        changes: &mut Vec<SchemaChange>,
    ) -> Result<()> {
        let live = search::live(&self.database, name).await?;
        let live = match live {
            LiveSearch::Indexes(_) if !exists => LiveSearch::Indexes(Vec::new()),
            live => live,
        };
        let known = self.known.iter().filter(|(collection, _)| *collection == name);
        let known: Vec<&str> = known.map(|(_, index)| index.as_str()).collect();
        let mut found = search::diff(name, declared, &live, self.undeclared, &known);
        if self.known_options.contains(&name) {
            found.retain(|change| !matches!(change, SchemaChange::NoSearch { .. }));
        }
        changes.extend(found);
        Ok(())
    }

    /// Returns an error if the live collection is of a type for which the model declares something impossible.
    fn check_type(&self, model: &Declared, live: Option<&LiveCollection>) -> Result<()> {
        let collection = || model.collection.to_owned();
        let error = match live {
            Some(live) if live.is_view() && !model.options.is_view() => {
                SchemaError::NotACollection { collection: collection(), found: live.kind.clone() }
            }
            Some(live) if live.is_time_series() && model.validator.is_some() => {
                SchemaError::TimeSeries { collection: collection() }
            }
            _ => return Ok(()),
        };
        let operation = Operation::new(PLAN, self.database.name(), Some(model.collection));
        Err(Error::new(ErrorKind::Schema(error)).during(&operation))
    }

    /// Returns the declared options, with what the server makes of the collation.
    async fn options(&self, model: &Declared, live: Option<&LiveCollection>) -> Result<DeclaredOptions> {
        let options = model.options.clone();
        let Some(collation) = &options.collation else {
            return Ok(DeclaredOptions { options, collation: None });
        };
        // A query of a view with another collation than its own is refused. Any name returns the same collation.
        let is_stored = live.is_none_or(|live| !live.is_view() && !live.is_time_series());
        let asked =
            if is_stored { model.collection.to_owned() } else { format!("{}.none", model.collection) };
        let completed = live::completed(&self.database, &asked, collation).await.map_err(|error| {
            let collection = model.collection.to_owned();
            let is_refused = error.code() == Some(BAD_VALUE);
            if is_refused { error.in_schema(SchemaError::CollectionCollation { collection }) } else { error }
        })?;
        Ok(DeclaredOptions { options, collation: Some(completed) })
    }

    /// Returns the indexes of a collection. A view has none. Returns `None` if the collection does not exist.
    async fn indexes(&self, name: &str, live: Option<&LiveCollection>) -> Result<Option<Vec<LiveIndex>>> {
        match live {
            Some(live) if live.is_view() => Ok(Some(Vec::new())),
            Some(live) => live::indexes(&self.database, name, live.is_time_series()).await,
            None => Ok(None),
        }
    }

    /// Adds the changes of the options, if there are any.
    async fn add_options(
        &self,
        name: &str,
        declared: &DeclaredOptions,
        live: Option<&LiveCollection>,
        changes: &mut Vec<SchemaChange>,
    ) -> Result<()> {
        if let Some(SchemaChange::CreateCollection { options, .. }) = changes.first_mut() {
            **options = declared.options.clone();
            return Ok(());
        }
        let Some(live) = live else { return Ok(()) };
        let is_known = self.known_options.contains(&name);
        let mut found = options::diff(name, declared, live, self.undeclared, is_known);
        if found.iter().any(SchemaChange::deletes_documents) && live::is_empty(&self.database, name).await? {
            found.iter_mut().for_each(SchemaChange::without_documents);
        }
        let (reported, made): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|change| change.impact().is_none());
        changes.splice(0..0, made);
        changes.extend(reported);
        Ok(())
    }

    /// Adds the command of the shell that distributes the collection, unless it is distributed as declared.
    async fn add_shard_key(
        &self,
        name: &str,
        options: &CollectionOptions,
        is_cluster: bool,
        changes: &mut Vec<SchemaChange>,
    ) -> Result<()> {
        let Some(key) = &options.shard_key else { return Ok(()) };
        let namespace = format!("{}.{name}", self.database.name());
        let live = if is_cluster { live::shard_key(&self.database, name).await? } else { None };
        let normal = |key: &Document| key.iter().map(spec::direction).collect::<Document>().to_string();
        let command = match live {
            Some(live) if normal(&live) == normal(&key.to_document()) => return Ok(()),
            Some(_) => key.command_again(&namespace),
            None => key.command(&namespace, options.collation.is_some()),
        };
        if is_cluster || !self.known_options.contains(&name) {
            let collection = name.to_owned();
            changes.push(SchemaChange::ShardCollection { collection, command, is_cluster });
        }
        Ok(())
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
                    UndeclaredPolicy::Report => SchemaChange::UndeclaredValidator { collection },
                    UndeclaredPolicy::Drop => SchemaChange::DropValidator { collection },
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
        collection: Option<&LiveCollection>,
    ) -> Result<Vec<SchemaChange>> {
        let known = self.known.iter().filter(|(collection, _)| *collection == name);
        let automatic = collection.and_then(LiveCollection::automatic_index);
        let known: Vec<&str> = known.map(|(_, index)| index.as_str()).chain(automatic.as_deref()).collect();
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

fn validator_of(live: Option<&LiveCollection>) -> Option<&LiveValidator> {
    live.and_then(|collection| collection.validator.as_ref())
}

/// Converts the error of a query with the collation of an index.
fn refused(error: Error, collection: &str, index: &Index) -> Error {
    if error.code() != Some(BAD_VALUE) {
        return error;
    }
    error.in_schema(SchemaError::Collation { collection: collection.to_owned(), index: index.name() })
}
