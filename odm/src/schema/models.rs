//! The models of a schema. The caller lists them, because there is no registry.

use std::any::type_name;

use mongodb::bson::Document;

use super::{
    scan::{Read, read},
    spec::{Spec, expected},
    validator::ModelValidator,
};
use crate::{
    Model,
    error::{DeclaredProblem, Error, ErrorKind, Result, SchemaError},
    index::{Index, IndexType, SearchIndex},
    model::{CollectionOptions, ModelMeta, Validator},
};

/// A list of models, for [`Database::schema`](crate::Database::schema).
///
/// Construct with [`models!`](crate::models!).
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Models(Vec<Declared>);

/// The declarations of one model.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub(super) model: &'static str,
    pub(super) collection: &'static str,
    pub(super) indexes: Vec<Index>,
    pub(super) search_indexes: Vec<SearchIndex>,
    pub(super) validator: Option<Validator>,
    pub(super) options: CollectionOptions,
    /// The options replace those of the attributes.
    has_options: bool,
    pub(super) meta: Option<&'static ModelMeta>,
    /// Reads a stored document as the model, and checks its rules.
    pub(super) read: Read,
}

impl Models {
    /// Returns an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `M` to the list.
    pub fn with<M: Model>(self) -> Self {
        self.with_indexes::<M>([])
    }

    /// Adds `M` to the list, with indexes in addition to those that its attributes declare: for indexes that are known
    /// only at run time. If `M` is in the list already, adds the indexes to it.
    ///
    /// ```
    /// # use odm::{Model, index::{Index, IndexType}};
    /// # fn list<Order: Model>() {
    /// let by_hand = Index::new().key("customer", IndexType::Hashed);
    /// let models = odm::schema::Models::new().with_indexes::<Order>([by_hand]);
    /// # drop(models);
    /// # }
    /// ```
    pub fn with_indexes<M: Model>(mut self, indexes: impl IntoIterator<Item = Index>) -> Self {
        let indexes = M::indexes().into_iter().chain(indexes).collect();
        self.0.push(Declared { indexes, ..Declared::of::<M>() });
        self
    }

    /// Adds `M` to the list, with search indexes in addition to those that its attributes declare. If `M` is in the list
    /// already, adds the search indexes to it.
    ///
    /// ```
    /// # use odm::{Model, index::SearchIndex};
    /// # fn list<Article: Model>() {
    /// let all = SearchIndex::search("all").dynamic();
    /// let models = odm::schema::Models::new().with_search_indexes::<Article>([all]);
    /// # drop(models);
    /// # }
    /// ```
    pub fn with_search_indexes<M: Model>(mut self, indexes: impl IntoIterator<Item = SearchIndex>) -> Self {
        let search_indexes = M::search_indexes().into_iter().chain(indexes).collect();
        self.0.push(Declared { search_indexes, indexes: M::indexes(), ..Declared::of::<M>() });
        self
    }

    /// Adds `M` to the list, with this validator instead of the one that its attributes declare, if they do. If `M` is
    /// in the list already, changes its validator.
    ///
    /// ```
    /// # use odm::{Model, model::Validator};
    /// # fn list<Order: Model>() {
    /// let models = odm::schema::Models::new().with_validator::<Order>(Validator::new().moderate());
    /// # drop(models);
    /// # }
    /// ```
    pub fn with_validator<M: Model>(mut self, validator: Validator) -> Self {
        self.0.push(Declared { validator: Some(validator), indexes: M::indexes(), ..Declared::of::<M>() });
        self
    }

    /// Adds `M` to the list, with these options of its collection instead of those that its attributes declare. If `M`
    /// is in the list already, changes its options.
    ///
    /// ```
    /// # use odm::{Model, model::CollectionOptions};
    /// # fn list<Event: Model>() {
    /// let options = CollectionOptions::new().capped(1_048_576, None);
    /// let models = odm::schema::Models::new().with_options::<Event>(options);
    /// # drop(models);
    /// # }
    /// ```
    pub fn with_options<M: Model>(mut self, options: CollectionOptions) -> Self {
        self.0.push(Declared { options, has_options: true, indexes: M::indexes(), ..Declared::of::<M>() });
        self
    }

    /// Returns the descriptions of the models, each once, in the order of the list.
    pub fn metas(&self) -> Vec<&'static ModelMeta> {
        let mut metas: Vec<&'static ModelMeta> = Vec::new();
        for meta in self.0.iter().filter_map(|declared| declared.meta) {
            if !metas.iter().any(|known| known.type_id() == meta.type_id()) {
                metas.push(meta);
            }
        }
        metas
    }

    /// Returns the declarations without duplicates, or an error with all problems in them.
    pub(super) fn checked(&self) -> Result<Vec<Declared>> {
        let mut listed: Vec<Declared> = Vec::new();
        let mut shared = Vec::new();
        for declared in &self.0 {
            match listed.iter_mut().find(|other| other.collection == declared.collection) {
                Some(other) if other.model == declared.model => {
                    other.indexes.extend(declared.indexes.iter().cloned());
                    let known = other.search_indexes.clone();
                    let new = declared.search_indexes.iter().filter(|index| !known.contains(index));
                    other.search_indexes.extend(new.cloned());
                    other.validator = declared.validator.or(other.validator);
                    if declared.has_options {
                        other.options = declared.options.clone();
                        other.has_options = true;
                    }
                }
                Some(other) => shared.push(DeclaredProblem::SharedCollection {
                    collection: declared.collection.to_owned(),
                    models: [other.model, declared.model],
                }),
                None => listed.push(declared.clone()),
            }
        }
        let mut problems = Vec::new();
        let models = listed.iter().map(|declared| declared.checked(&mut problems)).collect();
        problems.extend(shared);
        if problems.is_empty() {
            Ok(models)
        } else {
            Err(Error::new(ErrorKind::Schema(SchemaError::Declared(problems))))
        }
    }
}

impl Declared {
    fn of<M: Model>() -> Self {
        Self {
            model: type_name::<M>(),
            collection: M::COLLECTION,
            indexes: Vec::new(),
            search_indexes: M::search_indexes(),
            validator: M::VALIDATOR,
            options: M::collection_options(),
            has_options: false,
            meta: Some(M::MODEL),
            read: read::<M>,
        }
    }

    /// Returns the validator of the collection, if there is one.
    pub(super) fn validator(&self) -> Option<ModelValidator> {
        Some(ModelValidator::new(self.meta?, self.validator?))
    }

    fn checked(&self, problems: &mut Vec<DeclaredProblem>) -> Self {
        let mut indexes: Vec<Index> = Vec::new();
        let collection = self.options.problem().or_else(|| self.validated());
        if let Some(problem) = collection {
            let collection = self.collection.to_owned();
            problems.push(DeclaredProblem::Collection { model: self.model, collection, problem });
        }
        self.check_search_indexes(problems);
        for index in &self.indexes {
            if indexes.contains(index) {
                continue;
            }
            let problem = index.problem().or_else(|| self.options.index_problem(index));
            if let Some(problem) = problem.or_else(|| clash(index, &indexes)) {
                let index = index.name();
                problems.push(DeclaredProblem::Index { model: self.model, index, problem });
            }
            indexes.push(index.clone());
        }
        Self { indexes, ..self.clone() }
    }

    fn check_search_indexes(&self, problems: &mut Vec<DeclaredProblem>) {
        for (at, index) in self.search_indexes.iter().enumerate() {
            let is_second = self.search_indexes[..at].iter().any(|other| other.name() == index.name());
            let problem = index.problem().or_else(|| {
                is_second.then(|| "has the name of another search index of the model".to_owned())
            });
            problems.extend(problem.map(|problem| DeclaredProblem::Index {
                model: self.model,
                index: index.to_string(),
                problem,
            }));
        }
    }

    /// Returns why the collection cannot have a validator, if it cannot and has one.
    fn validated(&self) -> Option<String> {
        if self.validator.is_none() {
            None
        } else if self.options.is_view() {
            Some("is a view with a validator: nothing is written to it".to_owned())
        } else {
            self.options
                .time_series
                .is_some()
                .then(|| "is a time series with a validator: the server validates no measurements".to_owned())
        }
    }
}

/// Returns why this index is in conflict with the others, if it is.
fn clash(index: &Index, others: &[Index]) -> Option<String> {
    if others.iter().any(|other| other.name() == index.name()) {
        return Some(
            "has the name of another index of the model: give one of them a name of its own".to_owned(),
        );
    }
    let text = |index: &Index| index.has(IndexType::Text);
    if let Some(other) = others.iter().find(|other| text(other) && text(index)) {
        return Some(format!("is a second text index, beside `{}`: a collection has one", other.name()));
    }
    let spec = |index: &Index| Spec::read(&expected(index, None, Document::clone));
    let same = others.iter().find(|other| spec(other).is_same(&spec(index)))?;
    Some(format!(
        "is the same index as `{}` for the server: same keys, and same `unique`, `sparse`, `partial` and `collation`",
        same.name()
    ))
}

/// The models of a schema: `db.schema(models![Order, Customer])`.
///
/// ```
/// # use odm::{Model, models};
/// # fn list<Order: Model, Customer: Model>() {
/// let all = models![Order, Customer];
/// let same = odm::schema::Models::new().with::<Order>().with::<Customer>();
/// # }
/// ```
#[macro_export]
macro_rules! models {
    ($($model:ty),* $(,)?) => {
        $crate::schema::Models::new()$(.with::<$model>())*
    };
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::index::IndexType::{Ascending, Descending, Text};

    fn declared(model: &'static str, collection: &'static str, indexes: Vec<Index>) -> Declared {
        let options = CollectionOptions::new();
        Declared {
            model,
            collection,
            indexes,
            search_indexes: Vec::new(),
            validator: None,
            options,
            has_options: false,
            meta: None,
            read: |_| Ok(()),
        }
    }

    fn refusal(models: Vec<Declared>) -> String {
        Models(models).checked().unwrap_err().to_string()
    }

    fn on(field: &str) -> Index {
        Index::new().key(field, Ascending)
    }

    #[test]
    fn two_models_in_one_collection_are_both_named() {
        let models =
            vec![declared("shop::Order", "orders", vec![]), declared("bill::Order", "orders", vec![])];
        assert_eq!(
            refusal(models),
            "`shop::Order` and `bill::Order` both declare the collection `orders`; nothing was sent"
        );
    }

    #[test]
    fn a_model_listed_twice_counts_once() {
        let order = declared("shop::Order", "orders", vec![on("a"), on("a")]);
        let checked = Models(vec![order.clone(), order.clone()]).checked().unwrap();
        assert_eq!(checked.len(), 1);
        assert_eq!(checked[0].indexes, [on("a")]);
        let more = declared("shop::Order", "orders", vec![on("a"), on("b")]);
        let checked = Models(vec![order, more]).checked().unwrap();
        assert_eq!(checked.len(), 1);
        assert_eq!(checked[0].indexes, [on("a"), on("b")]);
    }

    #[test]
    fn every_problem_is_listed_and_nothing_was_sent() {
        let ttl = on("a").key("b", Descending).expire_after(Duration::from_secs(1));
        let models =
            vec![declared("Order", "orders", vec![Index::new(), ttl]), declared("Bill", "orders", vec![])];
        let error = Models(models).checked().unwrap_err();
        assert!(error.is_not_sent());
        assert_eq!(
            error.to_string(),
            "an index of `Order` has no keys; index `a_1_b_-1` of `Order` has a ttl and several keys: documents \
             expire by one date field; `Order` and `Bill` both declare the collection `orders`; nothing was sent"
        );
    }

    #[test]
    fn indexes_of_one_model_must_differ_as_the_server_sees_it() {
        assert_eq!(
            refusal(vec![declared("Order", "orders", vec![on("a"), on("a").unique()])]),
            "index `a_1` of `Order` has the name of another index of the model: give one of them a name of its \
             own; nothing was sent"
        );
        let ttl = on("a").expire_after(Duration::from_secs(1)).named("ttl");
        assert_eq!(
            refusal(vec![declared("Order", "orders", vec![on("a"), ttl])]),
            "index `ttl` of `Order` is the same index as `a_1` for the server: same keys, and same `unique`, `sparse`, \
             `partial` and `collation`; nothing was sent"
        );
        let text = |field: &str| Index::new().key(field, Text);
        assert_eq!(
            refusal(vec![declared("Order", "orders", vec![text("a"), text("b")])]),
            "index `b_text` of `Order` is a second text index, beside `a_text`: a collection has one; nothing was sent"
        );
        let unique = on("a").unique().named("a_unique");
        assert!(Models(vec![declared("Order", "orders", vec![on("a"), unique])]).checked().is_ok());
    }
}
