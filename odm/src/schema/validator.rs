//! Validators: what the models declare about their documents, as the `validator` of a collection.

mod clause;
mod covers;
pub(super) mod diff;
mod json_schema;
pub(super) mod normal;
mod object;
mod pattern;
mod place;
mod rust_only;
mod types;

use mongodb::bson::{Bson, Document, doc};

use self::json_schema::{Rendered, render, render_value};
pub use self::rust_only::RustOnly;
use crate::{
    Model,
    meta::TypeMeta,
    model::{ModelMeta, Validator},
};

/// How the title of a generated schema begins. A validator with another title was written by someone else.
const TITLE: &str = "odm model ";

/// The validator of a collection, as a model declares it: a `$jsonSchema`, and query clauses for what a schema cannot
/// express.
///
/// [`of`](Self::of) returns it without a database, for example to compare it in a test or to pass it to another tool.
/// See [`schema`](crate::schema#validators) for what it accepts.
///
/// ```
/// use odm::{Id, Model, schema::ModelValidator};
///
/// #[derive(Model)]
/// #[odm(collection = "people", validator)]
/// struct Person {
///     id: Id<Person>,
///     #[odm(validate(length(min = 1)))]
///     name: String,
///     #[odm(validate(email))]
///     email: Option<String>,
/// }
///
/// let validator = ModelValidator::of::<Person>();
/// let name = validator.json_schema().get_document("properties")?.get_document("name")?;
/// assert_eq!(name.to_string(), r#"{ "bsonType": "string", "minLength": 1 }"#);
/// assert_eq!(validator.rust_only()[0].to_string(), "email (email: the server has no such rule)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ModelValidator {
    document: Document,
    schema: Document,
    options: Validator,
    rust_only: Vec<RustOnly>,
}

impl ModelValidator {
    /// Returns the validator of `M`. A model that declares none has one with the default options.
    pub fn of<M: Model>() -> Self {
        Self::new(M::MODEL, M::VALIDATOR.unwrap_or_default())
    }

    /// Returns the validator of a model with these options.
    pub fn new(model: &ModelMeta, options: Validator) -> Self {
        let Rendered { schema, clauses, rust_only } = render(model.document(), options);
        let mut titled = doc! { "title": format!("{TITLE}{}", model.document().name()) };
        titled.extend(schema);
        let mut document = doc! { "$jsonSchema": &titled };
        if !clauses.is_empty() {
            document.insert("$and", clauses);
        }
        Self { document, schema: titled, options, rust_only }
    }

    /// Returns the validator as the server gets it: `{ $jsonSchema: { .. }, $and: [..] }`, without `$and` if there are
    /// no clauses.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Returns the `$jsonSchema` of the validator. Its `title` is `odm model <name of the type>`, by which a plan
    /// distinguishes it from the validators of other programs.
    #[doc(alias = "$jsonSchema")]
    pub fn json_schema(&self) -> &Document {
        &self.schema
    }

    /// Returns the options.
    pub fn options(&self) -> Validator {
        self.options
    }

    /// Returns what the validator cannot express, so that only the client checks it.
    pub fn rust_only(&self) -> &[RustOnly] {
        &self.rust_only
    }
}

/// Returns the `$jsonSchema` of the values of a type, for a validator that you write yourself.
///
/// ```
/// use odm::{Value, model::Validator, schema::value_schema};
///
/// let schema = value_schema(<Option<Vec<u8>>>::STORED_AS, Validator::new().exact_types());
/// assert_eq!(
///     schema.to_string(),
///     r#"{ "bsonType": ["array", "null"], "items": { "bsonType": "int", "minimum": 0, "maximum": 255 } }"#,
/// );
/// ```
pub fn value_schema(stored_as: &'static TypeMeta, options: Validator) -> Document {
    render_value(stored_as, options)
}

/// Returns whether a validator was generated from a model, by its title.
pub(super) fn is_generated(validator: &Document) -> bool {
    let title = validator.get_document("$jsonSchema").ok().and_then(|schema| schema.get("title"));
    matches!(title, Some(Bson::String(title)) if title.starts_with(TITLE))
}
