//! What generated code may name, and nothing else. Not a public interface.

pub use mongodb::bson::{oid::ObjectId, spec::ElementType};
pub use serde;

pub use crate::{
    error::codec::{CodecError, CodecResult},
    index::{Direction, Index},
    model::{Check, Model, Validate},
    path::{At, Based, Just, Key, Path},
    value::{
        Decode, Doc, Elements, Keyed, MapKey, Raw, Serde, Value, Via, ViaSerde, Writer, decode_via, encode_via,
        require, unknown_field, unknown_variant,
    },
};
pub use crate::stub::*;
