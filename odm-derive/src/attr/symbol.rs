//! The attributes in `#[odm(..)]`, and their options: the correct form of each, the positions where it is valid, and
//! what to do elsewhere.

mod elsewhere;
mod name;
mod other_mappers;

use self::AttributePosition::{Container, Field, FieldIndex, VariantField};
pub(crate) use self::elsewhere::Elsewhere;
pub(crate) use self::name::{AttributeName, AttributePosition, closest, correct, enumerate, malformed};
pub(crate) use self::other_mappers::refused;
use crate::derive::Derive::{Embedded, Model, Shape, Value};

/// Declares the attributes, one line each: `Variant("name", "correct form", positions, elsewhere)`. The last part is the
/// class of its messages at other positions, if there are any.
///
/// Each group of attributes becomes an enum. The positions are a pattern, where `_` stands for all positions of the
/// group.
macro_rules! attribute_names {
    ($(
        $(#[$doc:meta])*
        $Group:ident { $($AttributeName:ident($text:literal, $form:expr, $positions:pat $(, $elsewhere:expr)?)),+ $(,)? }
    )+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $Group {
            $($AttributeName),+
        }

        impl AttributeName for $Group {
            const ALL: &'static [Self] = &[$(Self::$AttributeName),+];

            fn text(self) -> &'static str {
                match self {
                    $(Self::$AttributeName => $text),+
                }
            }

            fn form(self) -> &'static str {
                match self {
                    $(Self::$AttributeName => $form),+
                }
            }

            fn is_valid(self, position: AttributePosition) -> bool {
                match self {
                    $(Self::$AttributeName => matches!(position, $positions)),+
                }
            }

            fn elsewhere(self) -> Option<Elsewhere> {
                match self {
                    $(Self::$AttributeName => None$(.or(Some($elsewhere)))?),+
                }
            }
        }
    )+};
}

// Messages list the attributes in the order of these lines.
attribute_names! {
    /// The attributes on a struct or enum. Those on a view and on a patch are [`ViewAttribute`].
    ContainerAttribute {
        Ordered("ordered", "#[odm(ordered)]", Container(Value), Elsewhere::Always(ON_UNIT_ENUMS)),
        Collection("collection", "#[odm(collection = \"orders\")]", Container(Model), Elsewhere::OfModels("only a model has a collection: derive `odm::Model`")),
        Index("index", "#[odm(index(customer, placed_at = -1, unique))]", Container(Model), Elsewhere::Index),
        SearchIndex("search_index", SEARCH_INDEX, Container(Model), Elsewhere::SearchIndex),
        VectorSearchIndex("vector_search_index", VECTOR_SEARCH_INDEX, Container(Model), Elsewhere::SearchIndex),
        Key("key", "#[odm(key = String)]", Container(Model), Elsewhere::OfModels("only a model has an id, so a key: derive `odm::Model`")),
        Validate("validate", DOCUMENT_RULES, Container(Model | Embedded), Elsewhere::Validate),
        Validator("validator", VALIDATOR, Container(Model), Elsewhere::OfModels(VALIDATOR_ELSEWHERE)),
        Capped("capped", "#[odm(capped(size = 1048576, max = 1000))]", Container(Model), Elsewhere::OfCollections),
        TimeSeries("time_series", TIME_SERIES, Container(Model), Elsewhere::OfCollections),
        Clustered("clustered", CLUSTERED, Container(Model), Elsewhere::OfCollections),
        Collation("collation", COLLATION, Container(Model), Elsewhere::OfCollections),
        PreAndPostImages("pre_and_post_images", "#[odm(pre_and_post_images)]", Container(Model), Elsewhere::OfCollections),
        View("view", "#[odm(view(on = Order, pipeline = path::to::function))]", Container(Model), Elsewhere::OfCollections),
        MaterializedView("materialized_view", MATERIALIZED_VIEW, Container(Model), Elsewhere::OfCollections),
        ShardKey("shard_key", SHARD_KEY, Container(Model), Elsewhere::OfCollections),
        Hooks("hooks", "#[odm(hooks)]", Container(Model), Elsewhere::OfModels(HOOKS_ELSEWHERE)),
        SchemaVersion("schema_version", SCHEMA_VERSION, Container(Model | Embedded), Elsewhere::OfDocuments),
        Upgrade("upgrade", "#[odm(upgrade(1 = path::to::step, 2 = path::to::next_step))]", Container(Model | Embedded), Elsewhere::OfDocuments),
        Crate("crate", CRATE, _),
    }

    /// The attributes on a view, and on a patch.
    ViewAttribute {
        Of("of", "#[odm(of = Order)]", _),
        Crate("crate", CRATE, _),
    }

    /// The attributes on a variant.
    VariantAttribute {
        Rename("rename", RENAME, _),
    }

    /// The attributes on a field. Those on a field of a view are [`ViewFieldAttribute`], those on a
    /// field of a patch [`PatchFieldAttribute`].
    FieldAttribute {
        Id("id", "#[odm(id)]", Field(Model | Shape) | VariantField(Model), Elsewhere::Id),
        Index("index", FIELD_INDEX, Field(Model), Elsewhere::Index),
        Rename("rename", RENAME, Field(Model | Embedded | Shape) | VariantField(_), Elsewhere::Rename),
        Serde("serde", SERDE, _, Elsewhere::Encoding),
        Binary("binary", "#[odm(binary)]", _, Elsewhere::Encoding),
        Unit("unit", "#[odm(unit = \"ms\")]", _, Elsewhere::Encoding),
        Validate("validate", "#[odm(validate(length(min = 1, max = 100)))]", Field(Model | Embedded) | VariantField(_), Elsewhere::Validate),
        OnDelete("on_delete", ON_DELETE, Field(Model | Embedded) | VariantField(_), Elsewhere::OfStored("a shape is stored nowhere, so it has no delete rules: put it on the model")),
        CreatedAt("created_at", "#[odm(created_at)]", Field(Model), Elsewhere::Policy),
        UpdatedAt("updated_at", "#[odm(updated_at)]", Field(Model), Elsewhere::Policy),
        Version("version", "#[odm(version)]", Field(Model), Elsewhere::Policy),
        DeletedAt("deleted_at", "#[odm(deleted_at)]", Field(Model), Elsewhere::Policy),
        Tenant("tenant", "#[odm(tenant)]", Field(Model), Elsewhere::Policy),
    }

    /// The attributes on a field of a view.
    ViewFieldAttribute {
        From("from", "#[odm(from = parents_field)]", _),
        TextScore("text_score", "#[odm(text_score)]", _),
    }

    /// The attributes on a field of a patch.
    PatchFieldAttribute {
        To("to", "#[odm(to = documents_field)]", _),
    }

    /// The options in `index(..)`.
    IndexAttribute {
        Unique("unique", FIELD_INDEX, _),
        Sparse("sparse", FIELD_INDEX, _),
        Hidden("hidden", FIELD_INDEX, _),
        Descending("descending", "#[odm(index(descending))]", FieldIndex),
        Type("type", "type = \"text\"`, or `2dsphere`, `2d`, `hashed`, `wildcard", FieldIndex),
        EveryField("every_field", "every_field = \"wildcard\"` or `every_field = \"text\"", AttributePosition::Index),
        Ttl("ttl", "ttl = \"90d\"", _),
        Name("name", "#[odm(index(customer, name = \"by_customer\"))]", _),
        Partial("partial", "partial = |order| order.total().gt(100)", _),
        Collation("collation", COLLATION, _),
        Weights("weights", "weights(title = 10)", AttributePosition::Index),
        DefaultLanguage("default_language", "default_language = \"german\"", _),
        LanguageOverride("language_override", "language_override = \"storedName\"", _),
        Bounds("bounds", BOUNDS, _),
        Include("include", "include(attributes)", AttributePosition::Index),
        Exclude("exclude", "exclude(remarks)", AttributePosition::Index),
    }

    /// The options in `collation(..)`.
    CollationAttribute {
        Locale("locale", COLLATION, _),
        Strength("strength", "strength = 2`, or `1`, `3`, `4`, `5", _),
        CaseLevel("case_level", "case_level = true", _),
        CaseFirst("case_first", "case_first = \"upper\"`, or `lower`, `off", _),
        NumericOrdering("numeric_ordering", "numeric_ordering = true", _),
        Alternate("alternate", "alternate = \"shifted\"`, or `non-ignorable", _),
        MaxVariable("max_variable", "max_variable = \"space\"`, or `punct", _),
        Normalization("normalization", "normalization = true", _),
        Backwards("backwards", "backwards = true", _),
    }

    /// The options in `bounds(..)`.
    BoundsAttribute {
        Min("min", BOUNDS, _),
        Max("max", BOUNDS, _),
        Bits("bits", BOUNDS, _),
    }

    /// The options in `search_index(..)`.
    SearchIndexAttribute {
        Name("name", SEARCH_NAME, _),
        Dynamic("dynamic", "#[odm(search_index(dynamic))]", _),
        Analyzer("analyzer", ANALYZER, _),
        SearchAnalyzer("search_analyzer", SEARCH_ANALYZER, _),
        Field("field", SEARCH_FIELD, _),
    }

    /// The options in `field(..)` of a search index.
    SearchFieldAttribute {
        Type("type", SEARCH_TYPE, _),
        Analyzer("analyzer", ANALYZER, _),
        SearchAnalyzer("search_analyzer", SEARCH_ANALYZER, _),
    }

    /// The options in `vector_search_index(..)`.
    VectorSearchIndexAttribute {
        Name("name", SEARCH_NAME, _),
        Vector("vector", VECTOR, _),
        Filter("filter", "filter(year, genre)", _),
    }

    /// The options in `vector(..)`.
    VectorAttribute {
        NumDimensions("num_dimensions", VECTOR, _),
        Similarity("similarity", "similarity = \"cosine\"`, or `euclidean`, `dotProduct", _),
        Quantization("quantization", "quantization = \"scalar\"`, or `binary`, `none", _),
    }

    /// The rules in `validate(..)`.
    RuleAttribute {
        Length("length", LENGTH, AttributePosition::FieldRules),
        Range("range", RANGE, AttributePosition::FieldRules),
        Pattern("pattern", "pattern = \"^[a-z]+$\"", AttributePosition::FieldRules),
        Email("email", "email", AttributePosition::FieldRules),
        Url("url", "url", AttributePosition::FieldRules),
        OneOf("one_of", "one_of = [\"draft\", \"final\"]", AttributePosition::FieldRules),
        MultipleOf("multiple_of", "multiple_of = 5", AttributePosition::FieldRules),
        UniqueItems("unique_items", "unique_items", AttributePosition::FieldRules),
        Compare("compare", "compare(starts_at <= ends_at)", AttributePosition::DocumentRules),
        RequiredTogether("required_together", "required_together(street, city)", AttributePosition::DocumentRules),
        Nested("nested", "nested", AttributePosition::FieldRules),
        Custom("custom", "custom = path::to::function", _),
    }

    /// The bounds in `length(..)`.
    LengthAttribute {
        Min("min", LENGTH, _),
        Max("max", LENGTH, _),
        Equal("equal", LENGTH, _),
    }

    /// The bounds in `range(..)`.
    RangeAttribute {
        Min("min", RANGE, _),
        Max("max", RANGE, _),
    }

    /// The options in `validator(..)`.
    ValidatorAttribute {
        Level("level", "level = \"moderate\"`, or `strict", _),
        Action("action", "action = \"warn\"`, or `error", _),
        DenyUnknownFields("deny_unknown_fields", "#[odm(validator(deny_unknown_fields))]", _),
        ExactTypes("exact_types", "#[odm(validator(exact_types))]", _),
    }

    /// The bounds in `capped(..)`.
    CappedAttribute {
        Size("size", "size = 1048576", _),
        Max("max", "max = 1000", _),
    }

    /// The options in `time_series(..)`.
    TimeSeriesAttribute {
        Time("time", TIME_SERIES, _),
        Meta("meta", TIME_SERIES, _),
        Granularity("granularity", "granularity = \"seconds\"`, or `minutes`, `hours", _),
        ExpireAfter("expire_after", "expire_after = \"90d\"", _),
    }

    /// The options in `clustered(..)`.
    ClusteredAttribute {
        ExpireAfter("expire_after", CLUSTERED, _),
    }

    /// The options in `view(..)` and `materialized_view(..)`.
    ViewSourceAttribute {
        On("on", "on = Order", _),
        Pipeline("pipeline", "pipeline = path::to::function", _),
        Write("write", "write = \"merge\"`, or `out", AttributePosition::MaterializedView),
    }

    /// The options in `shard_key(..)`.
    ShardKeyAttribute {
        Unique("unique", SHARD_KEY, _),
    }

    /// The options in `schema_version(..)`.
    SchemaVersionAttribute {
        Name("name", SCHEMA_VERSION, _),
    }

    /// The options in `serde(..)`.
    SerdeAttribute {
        Ordered("ordered", SERDE, _),
    }
}

// Messages elsewhere.
const ON_UNIT_ENUMS: &str = "`ordered` is only for an enum without data that derives `odm::Value`";
const VALIDATOR_ELSEWHERE: &str =
    "only a collection has a validator: put it on the model, whose validator includes what is inside";
const HOOKS_ELSEWHERE: &str =
    "only a model has hooks, which run around the writes of its documents: put it on the model";

// The forms of several attributes.
const ANALYZER: &str = "analyzer = \"lucene.english\"";
const BOUNDS: &str = "bounds(min = -180, max = 180, bits = 26)";
const COLLATION: &str = "collation(locale = \"en\", strength = 2)";
const DOCUMENT_RULES: &str = "#[odm(validate(compare(starts_at <= ends_at)))]` or \
                              `#[odm(validate(custom = path::to::function))]";
const CLUSTERED: &str = "#[odm(clustered)]` or `#[odm(clustered(expire_after = \"90d\"))]";
const CRATE: &str = "#[odm(crate = path::to::odm)]";
const FIELD_INDEX: &str = "#[odm(index)]` or `#[odm(index(unique, sparse, ttl = \"90d\"))]";
const LENGTH: &str = "length(min = 1, max = 100)` or `length(equal = 3)";
const MATERIALIZED_VIEW: &str = "#[odm(materialized_view(on = Order, pipeline = path::to::function))]";
const ON_DELETE: &str = "#[odm(on_delete = \"cascade\")]`, or `restrict`, `nullify";
const RANGE: &str = "range(min = 0, max = 100)";
const RENAME: &str = "#[odm(rename = \"storedName\")]";
const SCHEMA_VERSION: &str = "#[odm(schema_version = 3)]` or `#[odm(schema_version(3, name = \"v\"))]";
const SEARCH_ANALYZER: &str = "search_analyzer = \"lucene.simple\"";
const SEARCH_FIELD: &str = "field(title)` or `field(title, type = \"autocomplete\")";
const SEARCH_INDEX: &str =
    "#[odm(search_index(dynamic))]` or `#[odm(search_index(name = \"titles\", field(title)))]";
const SEARCH_NAME: &str = "name = \"titles\"";
const SEARCH_TYPE: &str = "type = \"string\"`, or `autocomplete`, `token`, `number`, `date`, `boolean`, `objectId`, `uuid`, \
                           `geo`, `document`, `embeddedDocuments";
const SERDE: &str = "#[odm(serde)]` or `#[odm(serde(ordered))]";
const SHARD_KEY: &str = "#[odm(shard_key(customer, id = \"hashed\"))]";
const TIME_SERIES: &str = "#[odm(time_series(time = at, meta = sensor, granularity = \"minutes\"))]";
const VECTOR: &str = "vector(embedding, num_dimensions = 1536, similarity = \"cosine\")";
const VECTOR_SEARCH_INDEX: &str = "#[odm(vector_search_index(vector(embedding, num_dimensions = 1536, similarity = \
                                   \"cosine\")))]";
const VALIDATOR: &str = "#[odm(validator)]` or `#[odm(validator(level = \"moderate\", action = \"warn\"))]";
