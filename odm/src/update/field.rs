//! Field operators: `$set $setOnInsert $unset $rename $inc $mul $min $max $currentDate`.

use mongodb::bson::{Bson, DateTime, Timestamp, doc};

use super::Update;
use crate::{
    path::{Assign, IntoBase, Location, One, OnePlace, Operand, Path},
    value::{Nullable, Number, Optional, Ordered, Value},
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
        V: Nullable,
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

    /// Multiplies the number; a missing field becomes zero.
    ///
    /// `{ $mul: { field: factor } }`; as with [`inc`](Path::inc), the server stores what comes of it.
    pub fn mul<K>(&self, factor: impl Operand<V::Step, K>) -> Update<M>
    where
        V: Number,
        R: OnePlace,
    {
        Update::change(self.location(), "$mul", factor.operand())
    }

    /// Gives the field this value if that is less than what it has, or if it is missing.
    ///
    /// `{ $min: { field: value } }`; values of different types compare by the order of BSON types, so null is less
    /// than any number.
    pub fn min<K>(&self, value: impl Operand<V::Bare, K>) -> Update<M>
    where
        V: Ordered,
        R: OnePlace,
    {
        Update::change(self.location(), "$min", value.operand())
    }

    /// Gives the field this value if that is greater than what it has, or if it is missing.
    ///
    /// `{ $max: { field: value } }`
    pub fn max<K>(&self, value: impl Operand<V::Bare, K>) -> Update<M>
    where
        V: Ordered,
        R: OnePlace,
    {
        Update::change(self.location(), "$max", value.operand())
    }

    /// Gives the field this value if the update makes a new document; otherwise it changes nothing.
    ///
    /// `{ $setOnInsert: { field: value } }`
    pub fn set_on_insert<K>(&self, value: impl Assign<V, K>) -> Update<M>
    where
        R: OnePlace,
    {
        Update::change(self.location(), "$setOnInsert", value.assign())
    }

    /// Gives the field the server's present date.
    ///
    /// `{ $currentDate: { field: true } }`
    pub fn current_date(&self) -> Update<M>
    where
        V: Moment,
        R: OnePlace,
    {
        Update::change(self.location(), "$currentDate", Ok(Bson::Boolean(true)))
    }

    /// Gives the field the server's present timestamp: seconds and a counter, as the oplog has them.
    ///
    /// `{ $currentDate: { field: { $type: "timestamp" } } }`
    pub fn current_timestamp(&self) -> Update<M>
    where
        V: Stamped,
        R: OnePlace,
    {
        Update::change(self.location(), "$currentDate", Ok(doc! { "$type": "timestamp" }.into()))
    }
}

/// A field that holds a moment: what `current_date` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a date with a time",
    label = "`current_date` needs a field for a moment",
    note = "moments are `bson::DateTime`, `chrono::DateTime<Utc>` and the like, and an `Option` of one; a day is none, nor is an array of dates"
)]
pub trait Moment: Value {}

impl Moment for DateTime {}
impl Moment for Bson {}
#[cfg(feature = "chrono")]
impl Moment for chrono::DateTime<chrono::Utc> {}
#[cfg(feature = "chrono")]
impl Moment for chrono::NaiveDateTime {}
#[cfg(feature = "time")]
impl Moment for time::OffsetDateTime {}
#[cfg(feature = "time")]
impl Moment for time::UtcDateTime {}
#[cfg(feature = "time")]
impl Moment for time::PrimitiveDateTime {}
#[diagnostic::do_not_recommend]
impl<T: Moment> Moment for Option<T> {}

/// A field that holds a timestamp: what `current_timestamp` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a timestamp",
    label = "`current_timestamp` needs a `bson::Timestamp` field",
    note = "dates take `.current_date()`"
)]
pub trait Stamped: Value {}

impl Stamped for Timestamp {}
#[diagnostic::do_not_recommend]
impl Stamped for Bson {}
#[diagnostic::do_not_recommend]
impl<T: Stamped> Stamped for Option<T> {}

impl<M, V: Value> Path<M, V, One> {
    /// Moves the value to another field, which loses its own. This one is missing then, so it is an `Option`; a field that is
    /// missing already moves nothing.
    ///
    /// `{ $rename: { field: "other" } }`; neither may be in an array. The other field has the same type, or that which the
    /// `Option` holds: documents whose field is null or missing are to be seen to before.
    pub fn rename<F>(&self, to: F) -> Update<M>
    where
        F: IntoBase,
        F::Base: RenameTo<M, V>,
        V: Optional,
    {
        let to = to.into_base();
        let to = to.place();
        let name = match to.problem() {
            Some(problem) => Err(problem.clone()),
            None => Ok(Bson::String(to.name().to_owned())),
        };
        Update::change(self.location(), "$rename", name)
    }
}

/// A field of `M` that a field of type `V` can be renamed to.
#[diagnostic::on_unimplemented(
    message = "a field of `{M}` of type `{V}` cannot be renamed to `{Self}`",
    label = "not one field of that type",
    note = "the value moves as it is stored: the field is an `Option<T>`, the other one too or a `T`, and neither is in an array"
)]
pub trait RenameTo<M, V> {
    /// Its name.
    fn place(&self) -> &Location;
}

impl<M, V> RenameTo<M, V> for Path<M, V, One> {
    fn place(&self) -> &Location {
        self.location()
    }
}

impl<M, V> RenameTo<M, Option<V>> for Path<M, V, One> {
    fn place(&self) -> &Location {
        self.location()
    }
}
