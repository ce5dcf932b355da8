//! Field operators: `$set $unset $inc`.

use mongodb::bson::Bson;

use super::Update;
use crate::{
    path::{Assign, OnePlace, Operand, Path},
    value::{Number, Optional, Value},
};

impl<M, V: Value, R> Path<M, V, R> {
    /// Gives the field this value.
    ///
    /// `{ $set: { field: value } }`; an optional field takes an `Option` too, and stores `None` as null (for
    /// null itself, [`set_null`](Path::set_null) needs no type).
    pub fn set<K>(&self, value: impl Assign<V, K>) -> Update<M>
    where
        R: OnePlace,
    {
        Update::change(self.location(), "$set", value.assign())
    }

    /// Stores null in the field, which then reads as `None`.
    ///
    /// `{ $set: { field: null } }`
    pub fn set_null(&self) -> Update<M>
    where
        R: OnePlace,
        V: Optional,
    {
        Update::change(self.location(), "$set", Ok(Bson::Null))
    }

    /// Removes the field, which then reads as `None`.
    ///
    /// `{ $unset: { field: "" } }`
    pub fn unset(&self) -> Update<M>
    where
        R: OnePlace,
        V: Optional,
    {
        Update::change(self.location(), "$unset", Ok(Bson::String(String::new())))
    }

    /// Adds to the number; a missing field counts as zero.
    ///
    /// `{ $inc: { field: amount } }`
    ///
    /// The amount is signed also where the field is not, so that a counter can go down: a result that the
    /// field's type cannot hold is stored by the server and is then an error on reading.
    pub fn inc<K>(&self, amount: impl Operand<V::Step, K>) -> Update<M>
    where
        V: Number,
        R: OnePlace,
    {
        Update::change(self.location(), "$inc", amount.operand())
    }
}
