//! Types: conversions, tests, and types that are stored in the same way.

mod source;

use std::marker::PhantomData;

use mongodb::bson::{Binary, Bson, DateTime, Decimal128, Document, Uuid, oid::ObjectId};

pub use self::source::{DateSource, IntSource, NumberSource, ObjectIdSource, StringSource};
use super::{
    Alternative, Expr, Expression, Required,
    operators::{Operator, operator, operators},
    rendered::{Rendered, named, object},
};
use crate::{
    error::codec::CodecResult,
    value::{Integer, Number, StringValue, Value},
};

operators! {
    /// Converts a number, a string or a bool to an int32, without a fraction; null stays null. The server returns an error
    /// for a value that does not fit. A date is converted by [`to_long`].
    to_int = "$toInt" one(value: T [IntSource]) -> T::Lift<i32>;
    /// Converts a number, a string, a bool or a date to an int64, without a fraction; null stays null. The number of a date
    /// is that of milliseconds since 1970. The server returns an error for a value that does not fit.
    to_long = "$toLong" one(value: T [NumberSource]) -> T::Lift<i64>;
    /// Converts a number, a string, a bool or a date to a double; null stays null. The server returns an error for a string that is not a number.
    to_double = "$toDouble" one(value: T [NumberSource]) -> T::Lift<f64>;
    /// Converts a number, a string, a bool or a date to a decimal128; null stays null. The server returns an error for a string that is not a number.
    to_decimal = "$toDecimal" one(value: T [NumberSource]) -> T::Lift<Decimal128>;
    /// Converts to a bool; null stays null. A number is true if it is not 0; a value of any other type is true.
    to_bool = "$toBool" one(value: T [Value]) -> T::Lift<bool>;
    /// Converts a number, a string, a bool, a date or an `ObjectId` to a string; null stays null.
    to_string = "$toString" one(value: T [StringSource]) -> T::Lift<String>;
    /// Converts a string, an int64, double or decimal with a number of milliseconds, or an id to a date; null stays null. The
    /// server returns an error for a string that is not a date.
    to_date = "$toDate" one(value: T [DateSource]) -> T::Lift<DateTime>;
    /// Converts a string of 24 hexadecimal digits to an `ObjectId`; null stays null.
    to_object_id = "$toObjectId" one(value: T [ObjectIdSource]) -> T::Lift<ObjectId>;
    /// Converts a string to a UUID; null stays null. The server returns an error for a string that is not a UUID.
    to_uuid = "$toUUID" one(value: T [StringValue]) -> T::Lift<Uuid>, since "8.0";
    /// Converts a string of JSON to an array; null stays null.
    to_array = "$toArray" one(value: T [StringValue]) -> T::Lift<Vec<Bson>>, since "8.3";
    /// Converts a string of JSON to a document; null stays null.
    to_object = "$toObject" one(value: T [StringValue]) -> T::Lift<Document>, since "8.3";
    /// Returns whether the value is a number.
    is_number = "$isNumber" one(value: T [Value]) -> bool;
    /// Returns the name of the BSON type of the value: `"missing"` for a missing field.
    type_of = "$type" one(value: T [Value]) -> String;
    /// Returns the subtype of binary data; null stays null.
    subtype = "$subtype" one(data: T [super::size::Bytes]) -> T::Lift<i32>, since "8.3";
}

/// The operators with other forms.
pub(crate) const OTHERS: &[Operator] = &[operator!("$convert", convert), operator!("$convert", convert_to)];

/// A type that [`convert`](Expr::convert) converts to.
#[diagnostic::on_unimplemented(
    message = "a value cannot be converted to `{Self}`",
    label = "the server converts to `i32`, `i64`, `f64`, `Decimal128`, `bool`, `String`, `DateTime`, `ObjectId`, `Binary`, `Uuid`, `Vec<Bson>` and `Document`",
    note = "`convert_to(value, type)` converts to a type that is an expression"
)]
pub trait ConvertTarget: Value {
    /// The server's name of the type.
    const NAME: &'static str;

    /// The subtype of binary data.
    const SUBTYPE: Option<i32> = None;
}

macro_rules! targets {
    ($($type:ty: $name:literal $($subtype:literal)?;)*) => { $(
        impl ConvertTarget for $type {
            const NAME: &'static str = $name;
            $(const SUBTYPE: Option<i32> = Some($subtype);)?
        }
    )* };
}

targets! {
    i32: "int";
    i64: "long";
    f64: "double";
    Decimal128: "decimal";
    bool: "bool";
    String: "string";
    DateTime: "date";
    ObjectId: "objectId";
    Binary: "binData";
    Uuid: "binData" 4;
    Vec<Bson>: "array";
    Document: "object";
}

/// The optional arguments of [`convert`](Expr::convert). `N` is the type of the input, of which only matters whether it may
/// be null, and `E` the type of the result for an input that is not null.
#[derive(Debug)]
pub struct Convert<N, E>(PhantomData<fn() -> (N, E)>);

/// Converts a value to another type: `convert::<_, f64, _>(o.price())`. Null stays null.
///
/// `{ $convert: { input: value, to: "double" } }`
///
/// The server returns an error for a value that cannot be converted, unless [`on_error`](Expr::on_error) sets a value.
pub fn convert<R, U: ConvertTarget, T: Value>(
    value: impl Expression<R, T = T>,
) -> Expr<R, T::Lift<U>, Convert<T, U>> {
    let name = Ok(Rendered::leaf(U::NAME));
    let to = match U::SUBTYPE {
        Some(subtype) => object(&mut [("type", name), ("subtype", Ok(Rendered::leaf(subtype)))]),
        None => name,
    };
    Expr::computed(named("$convert", &mut [("input", value.render()), ("to", to)]))
}

/// Converts a value to the type with this name or number, which may be an expression: `convert_to(o.price(), o.kind())`,
/// `convert_to(o.price(), 16)`. Null stays null. Use [`Expr::cast`] to declare the type of the result.
///
/// `{ $convert: { input: value, to: type } }`
///
/// The server returns an error for a value that cannot be converted, unless [`on_error`](Expr::on_error) sets a value.
pub fn convert_to<R, T: Value>(
    value: impl Expression<R, T = T>,
    to: impl Expression<R, T: TypeName>,
) -> Expr<R, T::Lift<Bson>, Convert<T, Bson>> {
    Expr::computed(named("$convert", &mut [("input", value.render()), ("to", to.render())]))
}

/// The name or the number of a BSON type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the name or the number of a BSON type",
    label = "expected a string, such as `\"double\"`, or an `i32`"
)]
pub trait TypeName: Value {}

impl TypeName for i32 {}
#[diagnostic::do_not_recommend]
impl<T: StringValue> TypeName for T {}

impl<R, T: Value, O> Expr<R, T, O> {
    /// Converts to another type: `o.price().convert::<f64>().on_error(0)`. Null stays null.
    ///
    /// `{ $convert: { input: value, to: "double" } }`
    ///
    /// The server returns an error for a value that cannot be converted, unless [`on_error`](Expr::on_error) sets a
    /// value.
    pub fn convert<U: ConvertTarget>(&self) -> Expr<R, T::Lift<U>, Convert<T, U>> {
        convert::<R, U, T>(self.typed::<T>())
    }

    /// Converts to the type with this name or number, which may be an expression: `o.price().convert_to(o.kind())`. Null
    /// stays null. Use [`Expr::cast`] to declare the type of the result.
    ///
    /// `{ $convert: { input: value, to: type } }`
    pub fn convert_to(
        &self,
        to: impl Expression<R, T: TypeName>,
    ) -> Expr<R, T::Lift<Bson>, Convert<T, Bson>> {
        convert_to(self.typed::<T>(), to)
    }

    /// Returns the same number as another type that is stored as the same kind of number: `Cents` for an `i64`.
    ///
    /// The expression does not change. A number that the type cannot hold is an error when it is read.
    pub fn as_<U: Number<Stored = T::Stored>>(&self) -> Expr<R, U>
    where
        T: Number,
    {
        self.typed()
    }
}

impl<R, T, N: Value, E: Value> Expr<R, T, Convert<N, E>> {
    /// Sets the subtype of the binary data that a value is converted to: `o.text().convert::<Binary>().binary_subtype(0)`.
    /// Requires MongoDB 8.0.
    ///
    /// `to: { type: "binData", subtype: subtype }`
    pub fn binary_subtype<B>(self, subtype: impl Expression<R, T = B>) -> Self
    where
        B: Integer + Required,
    {
        let converted = self.source.render();
        Self::computed(
            converted.and_then(|it| it.with_argument_in("to", "type", ("subtype", subtype.render()))),
        )
    }

    /// Sets the base of the number in a string: 2, 8, 10 or 16. The default is 10. Requires MongoDB 8.3.
    ///
    /// `base: base`
    pub fn base<B: Integer>(self, base: impl Expression<R, T = B>) -> Converted<R, N, B::Lift<E>> {
        self.with("base", base.render())
    }

    /// Sets how a string contains binary data: `"base64"`, `"base64url"`, `"hex"`, `"utf8"`, `"uuid"` or `"auto"`. A
    /// conversion between a string and `Binary` needs it. Requires MongoDB 8.0.
    ///
    /// `format: format`
    pub fn format<B: StringValue>(self, format: impl Expression<R, T = B>) -> Converted<R, N, B::Lift<E>> {
        self.with("format", format.render())
    }

    /// Sets the order of the bytes of a number in binary data: `"little"`, the default, or `"big"`. Requires MongoDB 8.1.
    ///
    /// `byteOrder: byte_order`
    pub fn byte_order<B: StringValue>(
        self,
        byte_order: impl Expression<R, T = B>,
    ) -> Converted<R, N, B::Lift<E>> {
        self.with("byteOrder", byte_order.render())
    }

    /// Sets the value if the conversion fails.
    ///
    /// `onError: value`
    pub fn on_error<X, K>(self, value: X) -> Converted<R, N, X::Either>
    where
        X: Alternative<R, E, K>,
    {
        self.with("onError", value.render_operand())
    }

    /// Sets the value if the conversion fails, which may be of any type: the result is a [`Bson`].
    /// `o.price().convert::<f64>().on_error_as_bson("none")`
    ///
    /// `onError: value`
    pub fn on_error_as_bson(self, value: impl Expression<R>) -> Converted<R, N, Bson> {
        self.with("onError", value.render())
    }

    /// Sets the value if the input is null or missing.
    ///
    /// `onNull: value`
    pub fn on_null<X, K>(self, value: X) -> Converted<R, bool, X::Either>
    where
        X: Alternative<R, E, K>,
    {
        self.with("onNull", value.render_operand())
    }

    /// Sets the value if the input is null or missing, which may be of any type: the result is a [`Bson`].
    ///
    /// `onNull: value`
    pub fn on_null_as_bson(self, value: impl Expression<R>) -> Converted<R, bool, Bson> {
        self.with("onNull", value.render())
    }

    fn with<M: Value, F: Value>(
        self,
        name: &'static str,
        argument: CodecResult<Rendered>,
    ) -> Converted<R, M, F> {
        Expr::from_source(self.with_argument(name, argument).source)
    }
}

/// The result of a conversion, which may be null if the input or what is returned for another may be.
type Converted<R, N, E> = Expr<R, <N as Value>::Lift<E>, Convert<N, E>>;

#[cfg(test)]
mod tests {
    use mongodb::bson::bson;

    use super::*;

    #[test]
    fn the_optional_arguments_are_named_arguments() {
        let text = convert::<(), String, _>(255).base(16);
        assert_eq!(
            text.rendered().unwrap().into_value(),
            bson!({ "$convert": { "input": 255, "to": "string", "base": 16 } })
        );
        let data: Expr<(), Binary, _> = convert::<(), Binary, _>("AQID").format("base64").byte_order("big");
        assert_eq!(
            data.rendered().unwrap().into_value(),
            bson!({ "$convert": { "input": "AQID", "to": "binData", "format": "base64", "byteOrder": "big" } })
        );
    }
}
