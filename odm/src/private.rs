//! The items that generated code uses, and nothing else. This is not a public interface.

pub use mongodb::{
    bson::{Bson, Decimal128, oid::ObjectId, spec::ElementType},
    options::{Collation, CollationAlternate, CollationCaseFirst, CollationMaxVariable, CollationStrength},
};
pub use serde;

pub use crate::{
    error::codec::{CodecError, CodecResult},
    expr::Expression,
    filter::partial::partial_filter,
    hooks::hook_table,
    index::{
        Index, IndexType, SearchFieldType, SearchIndex, Similarity,
        key::{date_key, dated, every_field_key, field_key, geo_key, text_key, time_field},
        search::declared::{filter_field, search_field, search_field_as, vector_field, words_search_field},
    },
    meta::{
        ContentMeta, Deferred, DocumentMeta, EnumMeta, FieldMeta, OnDelete, Tagging, TypeMeta, VariantMeta,
        delete_rule::{
            DeleteRuleOf, RuleOfFoundReference, RuleOfNullableReference, RuleOfReference, delete_rule_problem,
        },
    },
    model::{
        Check, CollectionOptions, Granularity, HasHooks, HookTable, Identified, Model, PolicyFields,
        ShardKey, SoftDelete, Tenanted, TimeSeries, Validate, Validator, id_in,
    },
    patch::{Changed, Patch},
    path::{
        Path,
        context::Context,
        into_base::IntoBase,
        key::{Key, Layer, NoLayer, OneField, types_only},
        narrow::{Narrows, NarrowsUntagged, VariantTest},
    },
    pipeline::{MaterializedView, Pipeline},
    relation::{LoadableView, Target, reader::AsView},
    row::{With, WithFieldType},
    rule::{
        check::custom,
        compare::{Operator, order},
        declared::{TypedRule, check_rules},
        required_together::present,
    },
    shape::{Filled, FillsField, IdOf, InObject, Produces, RenderedFields, ShapeLiteral, Slot, SlotValue},
    value::{
        Array, Bits, Decode, Doc, Flatten, FromText, Integer, Keyed, Map, MapKey, Nullable, Number, Ordered,
        OwnedRow, Row, SchemaVersion, StringValue, Text, Value, Versioned,
        arrays::Arrays,
        bson_number::Arithmetic,
        convertible::Scalar,
        decimal::decimal_bytes,
        elements::{Elements, require, unknown_field, unknown_variant},
        encoding::{
            Encoded,
            binary::{BinarySlot, StoredAsBinary},
            serde_with::{Serde, SerdeInOrder, SerdeWith, decode_with, encode_with, serde_names},
            unit::{Days, Hours, Micros, Millis, Minutes, Nanos, Seconds, StoredInUnit, UnitSlot},
        },
        field::{
            FieldAccess, HasField, Placeholder, Stores, UntaggedAccess, check_field, field_or_default,
            fill_field, fill_id, put_content, put_field, require_field, take_field, take_id,
        },
        field_names::FieldNames,
        flatten::{
            FlattenedAccess, HasFlattened, ReadsFrom, UnclaimedElements, VariantAccess, check_flattened,
            claim_content, claim_flattened, content_names, flattened, flattened_after_tag, flattened_names,
            put_flattened, skip_flattened,
        },
        meta::{
            content_meta, default_of, document_meta, enum_document_meta, enum_meta, field_meta,
            flattened_content_meta, flattened_default, flattened_meta, stored_document, stored_enum,
        },
        ordered::InOrder,
        raw::Raw,
        tagging::{
            item_required, read_content, read_content_or_missing, refuse_content, require_content,
            skipped_variant,
        },
        upgrade::{Outcome, current_version, decode_versioned, put_version, skip_version},
        writer::Writer,
    },
    view::{
        View,
        projection::Projection,
        reader::{Reader, parent, text_score},
        transparent::Transparent,
    },
    watch::models::{collection_of_change, read_other_change},
};

/// A value as it is sent.
pub type Rendered = CodecResult<mongodb::bson::Bson>;

/// An expression as it is sent.
pub type RenderedExpression = CodecResult<crate::expr::rendered::Rendered>;
