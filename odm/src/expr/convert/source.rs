//! What the server converts to each type.

use mongodb::bson::{Bson, DateTime, Decimal128, Timestamp, oid::ObjectId};

use crate::value::{Scalar, Value};

/// Makes a trait of the types that are stored as one of these BSON types.
macro_rules! sources {
    ($($(#[$doc:meta])* $trait:ident by $marker:ident: $($bson:ty),*;)*) => { $(
        $(#[$doc])*
        pub trait $trait: Value {}

        /// The BSON types, each as its Rust type.
        pub trait $marker {}

        $(impl $marker for $bson {})*

        #[diagnostic::do_not_recommend]
        impl<T: Scalar<BsonType: $marker>> $trait for T {}
    )* };
}

sources! {
    /// A value that the server converts to an int32, or one that may be absent: required by `to_int`.
    #[diagnostic::on_unimplemented(
        message = "the server does not convert `{Self}` to an int32",
        label = "expected a number, a string or a bool",
        note = "`.to_long()` converts a date to a number of milliseconds"
    )]
    IntSource by IntBson: i32, i64, f64, Decimal128, String, bool, Bson;

    /// A value that the server converts to a number, or one that may be absent: required by `to_long`, `to_double` and
    /// `to_decimal`.
    #[diagnostic::on_unimplemented(
        message = "the server does not convert `{Self}` to a number",
        label = "expected a number, a string, a bool or a date"
    )]
    NumberSource by NumberBson: i32, i64, f64, Decimal128, String, bool, DateTime, Bson;

    /// A value that the server converts to a string, or one that may be absent: required by `to_string`.
    #[diagnostic::on_unimplemented(
        message = "the server does not convert `{Self}` to a string",
        label = "expected a number, a string, a bool, a date or an `ObjectId`"
    )]
    StringSource by StringBson: i32, i64, f64, Decimal128, String, bool, DateTime, ObjectId, Bson;

    /// A value that the server converts to a date, or one that may be absent: required by `to_date`.
    #[diagnostic::on_unimplemented(
        message = "the server does not convert `{Self}` to a date",
        label = "expected a string, an int64, double or decimal, a date, a timestamp or an `ObjectId`",
        note = "an `i32` is converted by `.to_long().to_date()`: a number is one of milliseconds"
    )]
    DateSource by DateBson: i64, f64, Decimal128, String, DateTime, Timestamp, ObjectId, Bson;

    /// A value that the server converts to an `ObjectId`, or one that may be absent: required by `to_object_id`.
    #[diagnostic::on_unimplemented(
        message = "the server does not convert `{Self}` to an `ObjectId`",
        label = "expected a string of 24 hexadecimal digits, or an `ObjectId`"
    )]
    ObjectIdSource by ObjectIdBson: String, ObjectId, Bson;
}
