//! What generated code may name, and nothing else. Not a public interface.

pub use mongodb::bson::{Decimal128, oid::ObjectId, spec::ElementType};
pub use serde;

pub use crate::{
    error::codec::{CodecError, CodecResult},
    expr::Expression,
    index::{Direction, Index, dated::date},
    model::{Check, Identified, Model, Validate, id_in},
    path::{
        Path,
        context::Context,
        into_base::IntoBase,
        key::{Key, OneField, types_only},
        narrow::{Narrows, NarrowsUntagged, VariantTest},
    },
    pipeline::{Over, With},
    shape::{FillsField, IdOf, InObject, Produces, RenderedFields, ShapeLiteral, Slot},
    value::{
        Array, Bits, Decode, Doc, Flatten, FromText, Integer, Keyed, Map, MapKey, Nullable, Number, Ordered,
        OwnedRow, Row, Text, Value,
        arrays::Arrays,
        decimal::decimal_bytes,
        elements::{Elements, require, unknown_field, unknown_variant},
        encoding::{
            Encoded,
            binary::{BinarySlot, StoredAsBinary},
            serde_with::{Serde, SerdeInOrder, SerdeWith, decode_with, encode_with, serde_names},
            unit::{Days, Hours, Micros, Millis, Minutes, Nanos, Seconds, StoredInUnit, UnitSlot},
        },
        field::{
            FieldAccess, HasField, Placeholder, Stores, UntaggedAccess, check_field, fill_field, fill_id,
            given_field, put_content, put_field, require_field, take_field, take_id,
        },
        field_names::FieldNames,
        flatten::{
            FlattenedAccess, HasFlattened, Rest, Shown, VariantAccess, check_flattened, claim_content,
            claim_flattened, content_names, flattened, flattened_after_tag, flattened_names, pass_flattened,
            put_flattened,
        },
        ordered::InOrder,
        raw::Raw,
        tagging::{bare, content, content_or_missing, held, item_required, skipped_variant},
        upgrade::{
            Outcome, SchemaVersion, Versioned, current_version, decode_versioned, pass_version, put_version,
        },
        writer::Writer,
    },
    view::{
        View,
        projection::Projection,
        reader::{Reader, parent, text_score},
        transparent::Transparent,
    },
};

/// What an expression is as it is sent.
pub type Rendered = CodecResult<mongodb::bson::Bson>;
