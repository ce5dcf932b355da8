//! The schema: what the models declare, compared with what the database has.
//!
//! Nothing here runs by itself, and nothing is dropped or altered. [`Schema::plan`] reads and compares, the [`Plan`]
//! shows the differences, and [`Plan::apply`] creates what is missing. Indexes that differ from their declaration, or
//! that are not declared, are reported and not changed.

mod applied;
mod change;
mod diff;
mod live;
mod models;
mod plan;

pub use self::{
    applied::Applied,
    change::{Difference, SchemaChange},
    models::Models,
    plan::Plan,
};

use crate::{
    Database,
    error::Result,
    exec,
    operation::{Operation, Verb},
};

const PLAN: Verb = Verb::new("plan", "listCollections");

impl Database {
    /// Returns the schema that the models declare, for comparison with this database.
    ///
    /// ```no_run
    /// # use odm::{Model, models};
    /// # async fn deploy<Order: Model, Customer: Model>(db: odm::Database) -> odm::Result<()> {
    /// let plan = db.schema(models![Order, Customer]).plan().await?;
    /// println!("{plan}");
    /// println!("{}", plan.apply().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn schema(&self, models: Models) -> Schema {
        Schema { database: self.clone(), models }
    }
}

/// The declarations of models, and the database to compare them with.
///
/// You get one from [`Database::schema`].
#[derive(Debug, Clone)]
#[must_use = "a schema does nothing until it is planned: `.plan().await`"]
pub struct Schema {
    database: Database,
    models: Models,
}

impl Schema {
    /// Compares the declared schema with the database, and returns the [`Plan`]. Changes nothing.
    ///
    /// Both sides are normalized first, so that a value that the server fills in is not a difference: see MongoDB's
    /// [`listIndexes`](https://www.mongodb.com/docs/manual/reference/command/listIndexes/). As on the server, two
    /// indexes are the same if their keys, `unique` and `sparse` are the same, regardless of their names.
    ///
    /// # Errors
    ///
    /// Returns an error with an [`Error::schema`](crate::Error::schema):
    ///
    /// - if no database can have the declared schema (two models in one collection, a TTL on several keys). Then
    ///   [`is_not_sent`](crate::Error::is_not_sent) is true.
    /// - if the name of a collection is that of a view.
    ///
    /// Returns an error for which [`is_unavailable`](crate::Error::is_unavailable) is true if no server could be used
    /// in time, or [`is_unauthorized`](crate::Error::is_unauthorized) if the user may not run `listCollections` and
    /// `listIndexes`.
    pub async fn plan(&self) -> Result<Plan> {
        let schema = self.clone();
        exec::completed(Box::pin(async move { schema.compare().await })).await
    }

    async fn compare(&self) -> Result<Plan> {
        let operation =
            Operation { verb: PLAN, database: self.database.name(), collection: None, names: &[] };
        let declared = self.models.checked().map_err(|error| error.during(&operation))?;
        let names: Vec<&str> = declared.iter().map(|model| model.collection).collect();
        let found = live::collections(&self.database, &names).await?;
        let mut changes = Vec::new();
        for model in &declared {
            let live = match found.get(model.collection) {
                Some(collection) => Some(live::indexes(&self.database, collection).await?),
                None => None,
            };
            changes.extend(diff::diff(model.collection, &model.indexes, live.as_deref()));
        }
        Ok(Plan::new(self.database.clone(), declared, changes))
    }
}
