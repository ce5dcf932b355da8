//! Models: document types with a collection.

mod hooks;
mod meta;
pub(crate) mod options;
mod policies;
mod validator;

pub use self::{
    hooks::{HasHooks, HookTable},
    meta::ModelMeta,
    options::{CollectionOptions, Granularity, ShardKey, TimeSeries},
    policies::{PolicyFields, SoftDelete, Tenanted},
    validator::Validator,
};
pub use crate::rule::check::{Check, Validate};

use crate::{
    index::{Index, SearchIndex},
    path::{InQuery, Root},
    value::{Decode, Doc, Keyed, Value},
};

/// A document with an id. Each variant of a model that is an enum contains one.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no id, so it cannot be a document of a collection",
    label = "a variant of a model holds a document with an id",
    note = "derive `odm::Embedded` for `{Self}` with a field that is always stored as `_id`: `#[odm(rename = \"_id\")] id: Id<..>`"
)]
pub trait Identified {
    /// The type of the id as declared.
    type Id;

    /// Returns the id of this document.
    fn id(&self) -> &Self::Id;
}

#[diagnostic::do_not_recommend]
impl<M: Model> Identified for M {
    type Id = <M as Model>::Id;

    fn id(&self) -> &Self::Id {
        Model::id(self)
    }
}

/// Returns the id of a variant's document. The ids of all variants have the same type.
#[doc(hidden)]
pub fn id_in<D: Identified<Id = I>, I>(document: &D) -> &I {
    document.id()
}

/// A document with a collection of its own.
///
/// Derive it with [`Model`](macro@crate::Model). The field named `id` (or marked `#[odm(id)]`) is stored as `_id`.
/// `#[odm(collection = "..")]` specifies the name of the collection.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "expected a document type with a collection",
    note = "derive it: `#[derive(odm::Model)]` with `#[odm(collection = \"..\")]` and a field `id`"
)]
pub trait Model: Doc + Decode + Keyed + Validate {
    /// The name of the collection.
    const COLLECTION: &'static str;

    /// The type of the id field as declared: `Id<Self>`, or a plain key.
    type Id: Value + Clone + Send + Sync;

    /// The fields that policies maintain. See [`ModelMeta::policies`].
    #[doc(hidden)]
    const POLICIES: &'static PolicyFields = &PolicyFields::NONE;

    /// The hooks, if the model is marked `#[odm(hooks)]`. See [`hooks`](crate::hooks).
    #[doc(hidden)]
    const HOOKS: Option<HookTable> = None;

    /// The validator of the collection, if the model declares one.
    const VALIDATOR: Option<Validator> = None;

    /// The model as declared: its collection, its document, its indexes and its validator. See [`meta`](crate::meta).
    const MODEL: &'static ModelMeta = &ModelMeta::of::<Self>();

    /// Returns the id of this document.
    fn id(&self) -> &Self::Id;

    /// Returns the indexes that the attributes declare.
    fn indexes() -> Vec<Index> {
        Vec::new()
    }

    /// Returns the search indexes that the attributes declare.
    fn search_indexes() -> Vec<SearchIndex> {
        Vec::new()
    }

    /// Returns how the collection is created, as the attributes declare it.
    fn collection_options() -> CollectionOptions {
        CollectionOptions::new()
    }

    /// Returns the typed paths of the model, from which filters, updates and sorts are built.
    ///
    /// ```
    /// # use odm::Model;
    /// # use serde::{Serialize, Deserialize};
    /// # #[derive(Serialize, Deserialize, Model)]
    /// # #[odm(collection = "people")]
    /// # struct Person { id: odm::Id<Person>, age: u8 }
    /// let p = Person::fields();
    /// assert_eq!(p.age().gte(18).to_string(), r#"{ "age": { "$gte": 18 } }"#);
    /// ```
    fn fields() -> Root<Self> {
        Self::under(InQuery::root(), ())
    }
}
