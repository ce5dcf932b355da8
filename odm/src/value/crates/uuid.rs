//! `uuid`: stored as BSON binary data of subtype 4, where serde would store subtype 0 (or a string).

use mongodb::bson::{self, Bson, spec::ElementType};
use uuid::Uuid;

use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
    path::{Operand, operands::Like},
    value::{Id, Keyed, MapKey, NewKey, Raw, Value, Writer, leaf},
};

/// Stored as binary data of subtype 4; another subtype is an error, because a filter would not find it.
impl Value for Uuid {
    leaf!();
    const STORED_AS: &'static TypeMeta = <bson::Uuid as Value>::STORED_AS;
    #[inline]
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        bson::Uuid::from_bytes(self.into_bytes()).encode(writer)
    }
    #[inline]
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        <bson::Uuid as Value>::decode(raw).map(|uuid| Self::from_bytes(uuid.bytes()))
    }
}

/// Generates a random UUID (version 4).
impl NewKey for Uuid {
    fn new_key() -> Self {
        Self::from_bytes(bson::Uuid::new().bytes())
    }
}

impl<M: Keyed<Key = Uuid>> From<Uuid> for Id<M> {
    fn from(key: Uuid) -> Self {
        Self::from_key(key)
    }
}

/// Written with hyphens and in lower case.
impl MapKey for Uuid {
    fn to_key(&self) -> String {
        self.to_string()
    }
    fn from_key(key: &str) -> CodecResult<Self> {
        Self::parse_str(key).map_err(|_| CodecError::new("a UUID as key", "another text").with_value(key))
    }
}

macro_rules! same_uuid {
    ($($for:ty: $($type:ty),*;)*) => { $($(
        #[diagnostic::do_not_recommend]
        impl Operand<$for, Like> for $type {
            fn operand(self) -> CodecResult<Bson> {
                self.to_bson()
            }
        }
    )*)* };
}

same_uuid! {
    bson::Uuid: Uuid, &Uuid;
    Uuid: bson::Uuid, &bson::Uuid;
}
