//! What generated code may name, and nothing else. Not a public interface.

pub use mongodb::bson::spec::ElementType;

pub use crate::{
    error::codec::{CodecError, CodecResult},
    index::{Direction, Index, date},
    model::{Check, Model, Validate},
    path::{At, Based, Just, Key, Path},
    pipeline::{Expression, Filled, Fills, Gives, IdOf, InObject, Over, Slot, Slots, With},
    value::{
        Decode, Doc, Elements, Keyed, Raw, Serde, Value, Via, ViaSerde, Writer, decode_via, encode_via,
        require,
    },
};
