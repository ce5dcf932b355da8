//! The commands that change a collection.

use mongodb::{
    bson::{Bson, Document, doc, serialize_to_bson},
    options::{ValidationAction, ValidationLevel},
};

use super::{INDEX_NOT_FOUND, NAMESPACE_EXISTS, Run};
use crate::{error::Result, exec, model::Validator, operation::Verb, schema::validator::ModelValidator};

const CREATE: Verb = Verb::new("apply", "create");
const CREATE_INDEXES: Verb = Verb::new("apply", "createIndexes");
const COLL_MOD: Verb = Verb::new("apply", "collMod");
const DROP_INDEXES: Verb = Verb::new("apply", "dropIndexes");

impl Run {
    /// Returns whether this call created the collection, and not another process after the plan was made.
    pub(super) async fn create_collection(
        &self,
        name: &str,
        validator: Option<&ModelValidator>,
    ) -> Result<bool> {
        let mut created = self.comparison.database().driver().create_collection(name);
        if let Some(validator) = validator {
            let options = validator.options();
            let is_moderate = options.level() == "moderate";
            let level = if is_moderate { ValidationLevel::Moderate } else { ValidationLevel::Strict };
            let warns = options.action() == "warn";
            let action = if warns { ValidationAction::Warn } else { ValidationAction::Error };
            created = created.validator(validator.document().clone());
            created = created.validation_level(level).validation_action(action);
        }
        match exec::run(self.operation(CREATE), created).await {
            Ok(()) => Ok(true),
            // The other process may have created it without the validator: then the collection is compared again.
            Err(error) if error.code() == Some(NAMESPACE_EXISTS) && validator.is_none() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Replaces the validator of the collection. An empty document removes it.
    pub(super) async fn set_validator(&self, validator: Document, options: Validator) -> Result<()> {
        let command = doc! {
            "collMod": self.collection.name,
            "validator": validator,
            "validationLevel": options.level(),
            "validationAction": options.action(),
        };
        self.send(COLL_MOD, command).await
    }

    pub(super) async fn create_indexes(&self, indexes: Vec<Document>) -> Result<()> {
        let command = doc! { "createIndexes": self.collection.name, "indexes": indexes };
        self.send(CREATE_INDEXES, command).await
    }

    pub(super) async fn coll_mod(&self, index: Document) -> Result<()> {
        self.send(COLL_MOD, doc! { "collMod": self.collection.name, "index": index }).await
    }

    /// Drops the index, if it exists.
    pub(super) async fn drop_index(&self, name: &str) -> Result<()> {
        let command = doc! { "dropIndexes": self.collection.name, "index": name };
        match self.send(DROP_INDEXES, command).await {
            Err(error) if error.code() == Some(INDEX_NOT_FOUND) => Ok(()),
            result => result,
        }
    }

    /// Sends a command with the write concern of the database, which `run_command` does not add.
    async fn send(&self, verb: Verb, mut command: Document) -> Result<()> {
        let database = self.comparison.database().driver();
        let concern = database.write_concern().and_then(|concern| serialize_to_bson(concern).ok());
        if let Some(Bson::Document(concern)) = concern
            && !concern.is_empty()
        {
            command.insert("writeConcern", concern);
        }
        exec::run(self.operation(verb), database.run_command(command)).await.map(drop)
    }
}
