//! Field operators: `$set $setOnInsert $unset $rename $inc $mul $min $max $currentDate`.

use mongodb::bson::{Bson, DateTime, Timestamp, doc};

use super::Update;
use crate::{
    path::{Assign, IntoBase, Location, One, OnePlace, Operand, Path},
    value::{Nullable, Number, Optional, Ordered, Value},
};

impl<M, V: Value, R> Path<M, V, R> {
    /// Sets the field to this value.
    ///
    /// `{ $set: { field: value } }`; an optional field also accepts an `Option`, and stores `None` as null.
    /// [`set_null`](Path::set_null) stores null without a type annotation.
    pub fn set<K>(&self, value: impl Assign<V, K>) -> Update<M>
    where
        R: OnePlace,
    {
        Update::change(self.location(), "$set", value.assign())
    }

    /// Sets the field to null, which decodes as `None`.
    ///
    /// `{ $set: { field: null } }`
    pub fn set_null(&self) -> Update<M>
    where
        R: OnePlace,
        V: Nullable,
    {
        Update::change(self.location(), "$set", Ok(Bson::Null))
    }

    /// Removes the field. A missing field decodes as `None`.
    ///
    /// `{ $unset: { field: "" } }`
    pub fn unset(&self) -> Update<M>
    where
        R: OnePlace,
        V: Optional,
    {
        Update::change(self.location(), "$unset", Ok(Bson::String(String::new())))
    }

    /// Adds an amount to the number. A missing field counts as zero.
    ///
    /// `{ $inc: { field: amount } }`
    ///
    /// The amount is signed even if the field is not, so that a counter can decrease. The server stores a result that
    /// the type of the field cannot hold, and reading it is then an error.
    pub fn inc<K>(&self, amount: impl Operand<V::Step, K>) -> Update<M>
    where
        V: Number,
        R: OnePlace,
    {
        Update::change(self.location(), "$inc", amount.operand())
    }

    /// Multiplies the number. A missing field becomes zero.
    ///
    /// `{ $mul: { field: factor } }`; as with [`inc`](Path::inc), the server stores any result.
    pub fn mul<K>(&self, factor: impl Operand<V::Step, K>) -> Update<M>
    where
        V: Number,
        R: OnePlace,
    {
        Update::change(self.location(), "$mul", factor.operand())
    }

    /// Sets the field to this value if it is less than the stored value, or if the field is missing.
    ///
    /// `{ $min: { field: value } }`; values of different types compare by the order of BSON types, so null is less
    /// than any number.
    pub fn min<K>(&self, value: impl Operand<V::NonNull, K>) -> Update<M>
    where
        V: Ordered,
        R: OnePlace,
    {
        Update::change(self.location(), "$min", value.operand())
    }

    /// Sets the field to this value if it is greater than the stored value, or if the field is missing.
    ///
    /// `{ $max: { field: value } }`
    pub fn max<K>(&self, value: impl Operand<V::NonNull, K>) -> Update<M>
    where
        V: Ordered,
        R: OnePlace,
    {
        Update::change(self.location(), "$max", value.operand())
    }

    /// Sets the field to this value if the update inserts a document. Otherwise, changes nothing.
    ///
    /// `{ $setOnInsert: { field: value } }`
    pub fn set_on_insert<K>(&self, value: impl Assign<V, K>) -> Update<M>
    where
        R: OnePlace,
    {
        Update::change(self.location(), "$setOnInsert", value.assign())
    }

    /// Sets the field to the server's current date.
    ///
    /// `{ $currentDate: { field: true } }`
    pub fn current_date(&self) -> Update<M>
    where
        V: DateTimeField,
        R: OnePlace,
    {
        Update::change(self.location(), "$currentDate", Ok(Bson::Boolean(true)))
    }

    /// Sets the field to the server's current timestamp: seconds and a counter, as in the oplog.
    ///
    /// `{ $currentDate: { field: { $type: "timestamp" } } }`
    pub fn current_timestamp(&self) -> Update<M>
    where
        V: TimestampField,
        R: OnePlace,
    {
        Update::change(self.location(), "$currentDate", Ok(doc! { "$type": "timestamp" }.into()))
    }
}

/// A type of fields that `current_date` can set: a date with a time.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a date with a time",
    label = "`current_date` needs a field for a moment",
    note = "moments are `bson::DateTime`, `chrono::DateTime<Utc>` and the like, and `Option`s of them; a date without a time is not a moment, nor is an array of dates"
)]
pub trait DateTimeField: Value {}

impl DateTimeField for DateTime {}
impl DateTimeField for Bson {}
#[cfg(feature = "chrono")]
impl DateTimeField for chrono::DateTime<chrono::Utc> {}
#[cfg(feature = "chrono")]
impl DateTimeField for chrono::NaiveDateTime {}
#[cfg(feature = "time")]
impl DateTimeField for time::OffsetDateTime {}
#[cfg(feature = "time")]
impl DateTimeField for time::UtcDateTime {}
#[cfg(feature = "time")]
impl DateTimeField for time::PrimitiveDateTime {}
#[diagnostic::do_not_recommend]
impl<T: DateTimeField> DateTimeField for Option<T> {}

/// A type of fields that `current_timestamp` can set.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a timestamp",
    label = "`current_timestamp` needs a `bson::Timestamp` field",
    note = "dates take `.current_date()`"
)]
pub trait TimestampField: Value {}

impl TimestampField for Timestamp {}
#[diagnostic::do_not_recommend]
impl TimestampField for Bson {}
#[diagnostic::do_not_recommend]
impl<T: TimestampField> TimestampField for Option<T> {}

impl<M, V: Value> Path<M, V, One> {
    /// Moves the value to another field, whose own value is lost. This field is missing afterwards, so it must be an
    /// `Option`. If it is missing already, nothing is moved.
    ///
    /// `{ $rename: { field: "other" } }`; neither field may be in an array. The other field has the same type, or the
    /// type inside the `Option`. In the second case, first update the documents whose field is null or missing.
    pub fn rename<F>(&self, to: F) -> Update<M>
    where
        F: IntoBase,
        F::Base: RenameTo<M, V::Itself>,
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
    note = "the stored value is moved: this field must be an `Option<T>`, the other an `Option<T>` or a `T`, and neither may be in an array"
)]
pub trait RenameTo<M, V> {
    /// Returns the location of the field.
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
