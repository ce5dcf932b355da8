//! What generated code may name, and nothing else. Not a public interface.

pub use mongodb::bson::{oid::ObjectId, spec::ElementType};
pub use serde;

pub use crate::{
    error::codec::{CodecError, CodecResult},
    index::{Direction, Index, date},
    model::{Check, Model, Validate},
    path::{At, Based, Just, Key, Path},
    pipeline::{Expression, Filled, Fills, Gives, IdOf, InObject, Over, Slot, Slots, With},
    value::{
        Accessed, Days, Decode, Doc, Elements, Has, Hours, InBinary, InUnit, Keyed, MapKey, Micros, Millis,
        Minutes, Nanos, Raw, Seconds, Serde, Stores, Value, Via, ViaSerde, Writer, check_field, decode_via,
        encode_via, fill_field, given_field, put_field, require_field, take_field, unknown_field,
        unknown_variant,
    },
};

/// What an expression is as it is sent.
pub type Rendered = CodecResult<mongodb::bson::Bson>;
