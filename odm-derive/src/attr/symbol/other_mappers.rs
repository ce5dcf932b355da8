//! The words that other mappers have for our attributes, and what to write here.

use syn::Ident;

use super::AttributePosition::{self, Container, Field, FieldIndex, FieldRules, Index, VariantField};
use crate::derive::Derive::{Embedded, Model};

/// Where a word is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Model,
    Document,
    Field,
    ModelOrItsField,
    Index,
    Rules,
}

impl Place {
    fn contains(self, position: AttributePosition) -> bool {
        match self {
            Self::Model => matches!(position, Container(Model)),
            Self::Document => matches!(position, Container(Model | Embedded)),
            Self::Field => matches!(position, Field(Model | Embedded) | VariantField(_)),
            Self::ModelOrItsField => matches!(position, Container(Model) | Field(Model)),
            Self::Index => matches!(position, Index | FieldIndex),
            Self::Rules => matches!(position, FieldRules),
        }
    }
}

/// A line of the table: the words, where they are understood, and the advice.
type Line = (&'static [&'static str], Place, &'static str);

const TABLE: &[Line] = &[
    // Policies.
    (
        &["soft_delete", "soft_deletes", "soft_deleted", "deleted", "is_deleted", "paranoid"],
        Place::ModelOrItsField,
        "deletes keep the document if a field has `#[odm(deleted_at)]`",
    ),
    (
        &["timestamps", "timestamp", "auto_timestamps", "use_timestamps"],
        Place::ModelOrItsField,
        "the fields with the times have `#[odm(created_at)]` and `#[odm(updated_at)]`",
    ),
    (
        &["created", "created_date", "created_on", "auto_now_add", "auto_create_time"],
        Place::ModelOrItsField,
        "the field with the time of the insert has `#[odm(created_at)]`",
    ),
    (
        &["updated", "updated_on", "modified_at", "last_modified", "last_modified_date", "auto_now"],
        Place::ModelOrItsField,
        "the field with the time of the last write has `#[odm(updated_at)]`",
    ),
    (
        &[
            "optimistic_lock",
            "optimistic_locking",
            "optimistic_concurrency",
            "lock",
            "lock_version",
            "version_key",
            "revision",
            "use_revision",
        ],
        Place::ModelOrItsField,
        "the field with the version of the document has `#[odm(version)]`",
    ),
    (
        &["multi_tenant", "multi_tenancy", "tenancy", "tenant_id", "tenant_key", "tenanted"],
        Place::ModelOrItsField,
        "the field with the tenant of the document has `#[odm(tenant)]`",
    ),
    (
        &[
            "pre",
            "post",
            "pre_save",
            "post_save",
            "before_save",
            "after_save",
            "before_insert",
            "after_insert",
            "before_update",
            "after_update",
            "before_delete",
            "after_delete",
            "pre_persist",
            "events",
            "listeners",
            "middleware",
            "callbacks",
            "trim",
            "lowercase",
            "uppercase",
        ],
        Place::ModelOrItsField,
        "code that runs around the writes is a hook: `#[odm(hooks)]` on the model, and `impl Hooks`",
    ),
    // The collection.
    (
        &["name", "table", "table_name", "collection_name", "coll", "document", "entity"],
        Place::Model,
        "the name of the collection is `#[odm(collection = \"orders\")]`",
    ),
    (
        &["database", "db", "connection"],
        Place::Model,
        "a model has no database: its collection is in that of the `Database` handle",
    ),
    (
        &["schema", "json_schema", "strict"],
        Place::Model,
        "the server checks the documents with `#[odm(validator)]`, and `validator(deny_unknown_fields)` accepts no \
         other fields",
    ),
    (
        &[
            "discriminator",
            "discriminator_key",
            "discriminator_column",
            "inheritance",
            "polymorphic",
            "is_root",
        ],
        Place::Document,
        "documents of several kinds are an enum with `#[serde(tag = \"kind\")]`",
    ),
    (
        &[
            "indexes",
            "indices",
            "indexed",
            "compound_index",
            "compound_indexes",
            "unique_index",
            "unique_together",
            "text_index",
            "geo_index",
        ],
        Place::ModelOrItsField,
        "an index is `#[odm(index(customer, placed_at = -1, unique))]` on the model, or `#[odm(index)]` on a field",
    ),
    // Fields.
    (
        &["primary_key", "pk", "_id", "object_id"],
        Place::Field,
        "the id has the type `Id<Model>` and the name `id`",
    ),
    (
        &["name", "column", "column_name", "field", "field_name", "db_field", "db_name", "map", "property"],
        Place::Field,
        "the stored name is `#[odm(rename = \"storedName\")]`",
    ),
    (
        &["required", "not_null", "nullable", "optional", "null", "blank"],
        Place::Field,
        "every field is required, unless its type is an `Option`",
    ),
    (
        &[
            "ref",
            "reference",
            "references",
            "relation",
            "link",
            "db_ref",
            "dbref",
            "foreign_key",
            "belongs_to",
            "has_one",
            "has_many",
            "many_to_one",
            "one_to_many",
            "many_to_many",
            "populate",
        ],
        Place::Field,
        "a reference is a field of the type `Id<Other>`, an `Option` or a list of them",
    ),
    (
        &[
            "cascade",
            "cascade_delete",
            "restrict",
            "nullify",
            "set_null",
            "delete_rule",
            "reverse_delete_rule",
        ],
        Place::Field,
        "the delete rule of a reference is `#[odm(on_delete = \"cascade\")]`, or `restrict`, `nullify`",
    ),
    (
        &["expires", "expire_after", "expire_after_seconds", "expires_at"],
        Place::Field,
        "documents expire with `#[odm(index(ttl = \"90d\"))]`",
    ),
    // Rules.
    (
        &["min", "max", "range", "positive", "gt", "ge", "lt", "le"],
        Place::Field,
        "bounds are `#[odm(validate(range(min = 0, max = 100)))]`",
    ),
    (
        &["length", "min_length", "max_length", "min_len", "max_len", "size", "not_blank", "not_empty"],
        Place::Field,
        "a length is `#[odm(validate(length(min = 1, max = 100)))]`",
    ),
    (
        &["pattern", "regex", "regexp", "matches"],
        Place::Field,
        "a pattern is `#[odm(validate(pattern = \"^[a-z]+$\"))]`",
    ),
    (
        &["one_of", "choices", "enum_values", "enumerated"],
        Place::Field,
        "the values are those of an enum that derives `odm::Value`, or `#[odm(validate(one_of = [\"a\", \"b\"]))]`",
    ),
    (&["email"], Place::Field, "an email address is `#[odm(validate(email))]`"),
    (&["url", "uri"], Place::Field, "a URL is `#[odm(validate(url))]`"),
    (
        &["min_length", "max_length", "min_len", "max_len", "size", "not_blank", "not_empty"],
        Place::Rules,
        "write `length(min = 1, max = 100)`",
    ),
    (&["min", "max", "positive", "gt", "ge", "lt", "le"], Place::Rules, "write `range(min = 0, max = 100)`"),
    (&["regex", "regexp", "matches"], Place::Rules, "write `pattern = \"^[a-z]+$\"`"),
    (
        &["choices", "enum_values"],
        Place::Rules,
        "write `one_of = [\"a\", \"b\"]`, or make the field an enum that derives `odm::Value`",
    ),
    (&["required", "not_null"], Place::Rules, "every field is required, unless its type is an `Option`"),
    // Options of an index.
    (&["expires", "expire_after", "expire_after_seconds"], Place::Index, "write `ttl = \"90d\"`"),
    (
        &["partial_filter", "partial_filter_expression", "partial_index"],
        Place::Index,
        "write `partial = |order| order.total().gt(100)`",
    ),
    (&["background"], Place::Index, "the server builds every index in the background: leave it out"),
    // Attributes of serde.
    (
        &["rename_all", "tag", "untagged", "content", "deny_unknown_fields", "transparent", "flatten"],
        Place::Document,
        "this is an attribute of serde: `#[serde(..)]`",
    ),
    (
        &[
            "default",
            "default_value",
            "skip",
            "skip_serializing_if",
            "flatten",
            "alias",
            "with",
            "ignore",
            "transient",
        ],
        Place::Field,
        "this is an attribute of serde: `#[serde(default)]`, `#[serde(skip)]`, `#[serde(flatten)]`, \
         `#[serde(alias = \"old\")]`",
    ),
];

/// Returns the error for a word of another mapper, which says what to write in its place.
pub(crate) fn refused(position: AttributePosition, word: &Ident) -> Option<syn::Error> {
    let text = plain(&word.to_string());
    let is_meant = |(words, place, _): &&Line| {
        place.contains(position) && words.iter().any(|other| plain(other) == text)
    };
    let (.., advice) = TABLE.iter().find(is_meant)?;
    let place = position.name();
    Some(syn::Error::new(word.span(), format!("unknown attribute `{word}` {place}: {advice}")))
}

/// Returns a word without its underscores and capitals: `softDelete` is `soft_delete`.
fn plain(word: &str) -> String {
    word.chars().filter(|letter| *letter != '_').flat_map(char::to_lowercase).collect()
}
