//! The schema: what the models declare, compared with what the database has.
//!
//! Nothing here runs by itself, and nothing is ever dropped or altered: [`Schema::plan`] reads and compares,
//! the [`Plan`] can be looked at, and [`Plan::apply`] creates what is missing. What is there but declared
//! otherwise, or not declared at all, is reported and left alone.

mod applied;
mod change;
mod diff;
mod live;
mod models;
mod plan;

pub use self::{
    applied::Applied,
    change::{Change, Difference},
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
    /// The schema that the models declare, to be compared with this database.
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

/// What models declare, and the database it is meant for.
///
/// You get one from [`Database::schema`].
#[derive(Debug, Clone)]
#[must_use = "a schema does nothing until it is planned: `.plan().await`"]
pub struct Schema {
    database: Database,
    models: Models,
}

impl Schema {
    /// Compares what is declared with what the database has. Reads only.
    ///
    /// `await` gives the [`Plan`]. Both sides are brought to one form first, so that what the server fills in by
    /// itself is no difference: see MongoDB's
    /// [`listIndexes`](https://www.mongodb.com/docs/manual/reference/command/listIndexes/). As for the server, an
    /// index is the same index if its keys, `unique` and `sparse` are the same, whatever its name.
    ///
    /// # Errors
    ///
    /// [`Error::schema`](crate::Error::schema) tells what no database can have (two models in one collection, a
    /// TTL on several keys), with [`is_not_sent`](crate::Error::is_not_sent), and that the name of a collection
    /// belongs to a view. [`is_unavailable`](crate::Error::is_unavailable),
    /// [`is_unauthorized`](crate::Error::is_unauthorized) (the user needs `listCollections` and `listIndexes`).
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
