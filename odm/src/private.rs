//! What generated code may name, and nothing else. Not a public interface.

pub use mongodb::bson::{Decimal128, oid::ObjectId, spec::ElementType};
pub use serde;

pub use crate::{
    error::codec::{CodecError, CodecResult},
    index::{Direction, Index, date},
    model::{Check, Identified, Model, Validate, id_in},
    path::{Asks, At, Based, Just, Key, Narrows, Path, Sign, types_only},
    pipeline::{Expression, Filled, Fills, Gives, IdOf, InObject, Over, Slot, Slots, With},
    value::{
        Accessed, Array, Arrays, AsBinary, AsUnit, Asked, Bits, Days, Decode, Doc, Elements, Flatten,
        FromText, Has, HasPart, Hours, InBinary, InOrder, InUnit, Integer, Keyed, Map, MapKey, Micros,
        Millis, Minutes, Names, Nanos, Nullable, Number, Ordered, Outcome, OwnedRow, PartIn, PartOf, Raw,
        Rest, Row, SchemaVersion, Seconds, Serde, SerdeInOrder, Shown, StandIn, Stores, Text, Value,
        Versioned, Via, ViaSerde, Writer, bare, check_field, check_part, claim_content, claim_part, content,
        content_names, content_or_missing, current_version, decimal_bytes, decode_versioned, decode_via,
        encode_via, fill_field, fill_id, given_field, held, item_required, part, part_behind, part_names,
        pass_part, pass_version, put_content, put_field, put_part, put_version, require_field, serde_names,
        skipped_variant, take_field, take_id, unknown_field, unknown_variant,
    },
    view::{Opens, Projection, Reader, View, parent, text_score},
};

/// What an expression is as it is sent.
pub type Rendered = CodecResult<mongodb::bson::Bson>;
