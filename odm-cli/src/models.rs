//! The models of a command line: their schema, and their descriptions.

use odm::{Model, model::ModelMeta};

/// A list of models, with their declarations for the schema and for the diagram.
///
/// Construct with [`models!`](crate::models!).
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Models {
    schema: odm::schema::Models,
    metas: Vec<&'static ModelMeta>,
}

impl Models {
    /// Returns an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `M` to the list.
    pub fn with<M: Model>(mut self) -> Self {
        self.schema = self.schema.with::<M>();
        self.metas.push(M::MODEL);
        self
    }

    /// Returns the models for [`Database::schema`](odm::Database::schema).
    pub fn schema(&self) -> odm::schema::Models {
        self.schema.clone()
    }

    /// Returns the descriptions of the models.
    pub fn metas(&self) -> &[&'static ModelMeta] {
        &self.metas
    }
}

/// The models of a command line: `odm_cli::models![Order, Customer]`.
///
/// ```
/// # use odm::Model;
/// # fn list<Order: Model, Customer: Model>() {
/// let all = odm_cli::models![Order, Customer];
/// let same = odm_cli::Models::new().with::<Order>().with::<Customer>();
/// # drop((all, same));
/// # }
/// ```
#[macro_export]
macro_rules! models {
    ($($model:ty),* $(,)?) => {
        $crate::Models::new()$(.with::<$model>())*
    };
}
