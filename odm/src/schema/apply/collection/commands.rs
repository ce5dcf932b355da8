//! The commands that change a collection.

use mongodb::bson::{Bson, Document, doc, serialize_to_bson};

use super::{CollectionChanges, INDEX_NOT_FOUND, NAMESPACE_EXISTS};
use crate::{
    error::Result,
    exec,
    index::SearchIndex,
    model::{CollectionOptions, Validator},
    operation::Verb,
    pipeline::{check_stages, unknown_operator},
    schema::validator::ModelValidator,
};

const CREATE: Verb = Verb::new("apply", "create");
const CREATE_INDEXES: Verb = Verb::new("apply", "createIndexes");
const COLL_MOD: Verb = Verb::new("apply", "collMod");
const CREATE_SEARCH: Verb = Verb::new("apply", "createSearchIndexes");
const UPDATE_SEARCH: Verb = Verb::new("apply", "updateSearchIndex");
const DROP_SEARCH: Verb = Verb::new("apply", "dropSearchIndex");
const DROP_INDEXES: Verb = Verb::new("apply", "dropIndexes");

impl CollectionChanges {
    /// Returns whether this call created the collection, and not another process after the plan was made.
    pub(super) async fn create_collection(
        &self,
        name: &str,
        options: &CollectionOptions,
        validator: Option<&ModelValidator>,
    ) -> Result<bool> {
        let mut command = doc! { "create": name };
        command.extend(options.to_document());
        if let Some(validator) = validator {
            let options = validator.options();
            command.insert("validator", validator.document().clone());
            command.insert("validationLevel", options.level());
            command.insert("validationAction", options.action());
        }
        let is_plain = command.len() == 1;
        match self.send(CREATE, command).await {
            Ok(_) => Ok(true),
            // The other process may have created it differently: then the collection is compared again.
            Err(error) if error.code() == Some(NAMESPACE_EXISTS) && is_plain => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Modifies options of the collection.
    pub(super) async fn coll_mod_options(&self, options: Document) -> Result<()> {
        let mut command = doc! { "collMod": self.collection.name };
        command.extend(options);
        self.send(COLL_MOD, command).await.map(drop)
    }

    /// Replaces the validator of the collection. An empty document removes it.
    pub(super) async fn set_validator(&self, validator: Document, options: Validator) -> Result<()> {
        let command = doc! {
            "collMod": self.collection.name,
            "validator": validator,
            "validationLevel": options.level(),
            "validationAction": options.action(),
        };
        self.send(COLL_MOD, command).await.map(drop)
    }

    /// Creates the indexes that are missing. Returns `false` if another process created all of them meanwhile.
    pub(super) async fn create_indexes(&self, indexes: Vec<Document>) -> Result<bool> {
        let command = doc! { "createIndexes": self.collection.name, "indexes": indexes };
        let reply = self.reporting(self.send(CREATE_INDEXES, command)).await?;
        // A router replies without these numbers.
        let [before, after] = ["numIndexesBefore", "numIndexesAfter"].map(|count| reply.get(count));
        Ok(before.is_none() || before != after)
    }

    pub(super) async fn coll_mod(&self, index: Document) -> Result<()> {
        self.send(COLL_MOD, doc! { "collMod": self.collection.name, "index": index }).await.map(drop)
    }

    /// Drops the index. Returns `false` if it does not exist.
    pub(super) async fn drop_index(&self, name: &str) -> Result<bool> {
        let command = doc! { "dropIndexes": self.collection.name, "index": name };
        match self.send(DROP_INDEXES, command).await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some(INDEX_NOT_FOUND) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn create_search_index(&self, index: &SearchIndex) -> Result<()> {
        let command = doc! { "createSearchIndexes": self.collection.name, "indexes": [index.to_document()] };
        self.search(CREATE_SEARCH, command).await
    }

    pub(super) async fn update_search_index(&self, index: &SearchIndex) -> Result<()> {
        let command = doc! {
            "updateSearchIndex": self.collection.name, "name": index.name(), "definition": index.definition().clone(),
        };
        self.search(UPDATE_SEARCH, command).await
    }

    pub(super) async fn drop_search_index(&self, name: &str) -> Result<()> {
        self.search(DROP_SEARCH, doc! { "dropSearchIndex": self.collection.name, "name": name }).await
    }

    /// Sends a command about a search index, which takes no write concern.
    async fn search(&self, verb: Verb, command: Document) -> Result<()> {
        let database = self.comparison.database().driver();
        exec::run(self.operation(verb), database.run_command(command)).await.map(drop)
    }

    /// Sends a command with the write concern of the database, which `run_command` does not add.
    async fn send(&self, verb: Verb, mut command: Document) -> Result<Document> {
        if let Ok(stages) = command.get_array("pipeline") {
            let stages: Vec<_> = stages.iter().filter_map(Bson::as_document).cloned().collect();
            let servers = self.comparison.database().servers();
            self.operation(verb).check(check_stages(servers, &stages))?;
        }
        let database = self.comparison.database().driver();
        let concern = database.write_concern().and_then(|concern| serialize_to_bson(concern).ok());
        if let Some(Bson::Document(concern)) = concern
            && !concern.is_empty()
        {
            command.insert("writeConcern", concern);
        }
        exec::run(self.operation(verb), database.run_command(command)).await.map_err(unknown_operator)
    }
}
