//! What generated code may name, and nothing else. Not a public interface.

pub use mongodb::bson::{Decimal128, oid::ObjectId, spec::ElementType};
pub use serde;

pub use crate::{
    error::codec::{CodecError, CodecResult},
    expr::Expression,
    index::{Direction, Index, date},
    model::{Check, Identified, Model, Validate, id_in},
    path::{Context, IntoBase, Key, Narrows, NarrowsUntagged, OneField, Path, VariantTest, types_only},
    pipeline::{Over, With},
    shape::{FillsField, IdOf, InObject, Produces, RenderedFields, ShapeLiteral, Slot},
    value::{
        Array, Arrays, BinarySlot, Bits, Days, Decode, Doc, Elements, Encoded, FieldAccess, FieldNames,
        Flatten, FlattenedAccess, FromText, HasField, HasFlattened, Hours, InOrder, Integer, Keyed, Map,
        MapKey, Micros, Millis, Minutes, Nanos, Nullable, Number, Ordered, Outcome, OwnedRow, Placeholder,
        Raw, Rest, Row, SchemaVersion, Seconds, Serde, SerdeInOrder, SerdeWith, Shown, StoredAsBinary,
        StoredInUnit, Stores, Text, UnitSlot, UntaggedAccess, Value, VariantAccess, Versioned, Writer, bare,
        check_field, check_flattened, claim_content, claim_flattened, content, content_names,
        content_or_missing, current_version, decimal_bytes, decode_versioned, decode_with, encode_with,
        fill_field, fill_id, flattened, flattened_after_tag, flattened_names, given_field, held,
        item_required, pass_flattened, pass_version, put_content, put_field, put_flattened, put_version,
        require_field, serde_names, skipped_variant, take_field, take_id, unknown_field, unknown_variant,
    },
    view::{Projection, Reader, Transparent, View, parent, text_score},
};

/// What an expression is as it is sent.
pub type Rendered = CodecResult<mongodb::bson::Bson>;
