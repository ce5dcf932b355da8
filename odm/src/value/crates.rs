//! Types of other crates, each behind the feature with the name of its crate. One module contains everything for a
//! crate: the codec, the operands, the rules.

#[cfg(feature = "bytes")]
mod bytes;
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "rust_decimal")]
mod decimal;
#[cfg(feature = "time")]
mod time;
#[cfg(feature = "url")]
mod url;
#[cfg(feature = "uuid")]
mod uuid;

/// `Value`, a TTL index, arithmetic and the rule `range` for a type that is stored as a date.
#[cfg(any(feature = "chrono", feature = "time"))]
macro_rules! dates {
    ($($(#[$about:meta])* $type:ty: |$date:ident| $to:expr, |$stored:ident| $from:expr, $show:expr;)*) => { $(
        $(#[$about])*
        impl $crate::value::Value for $type {
            $crate::value::leaf!();
            const STORED_AS: &'static $crate::meta::TypeMeta = <mongodb::bson::DateTime as $crate::value::Value>::STORED_AS;
            #[inline]
            fn encode(
                &self,
                writer: &mut $crate::value::Writer,
            ) -> $crate::error::codec::CodecResult<mongodb::bson::spec::ElementType> {
                let $date = self;
                mongodb::bson::DateTime::from_millis($to).encode(writer)
            }
            #[inline]
            fn decode(raw: $crate::value::Raw<'_>) -> $crate::error::codec::CodecResult<Self> {
                let $stored = <mongodb::bson::DateTime as $crate::value::Value>::decode(raw)?.timestamp_millis();
                $from
            }
        }
        impl $crate::value::FromText for $type {
            fn from_text(text: &str) -> $crate::error::codec::CodecResult<Self> {
                $crate::value::dated(text)
            }
        }
        impl $crate::value::Dated for $type {}
        impl $crate::value::Arithmetic for $type {
            type Kind = mongodb::bson::DateTime;
        }
        $crate::rule::compare::compared!($type: |$date| $to;);
        impl $crate::rule::Range for $type {
            type Bound = Self;
            fn outside(&self, min: Option<Self>, max: Option<Self>) -> Option<String> {
                if let Some(min) = min.filter(|min| self < min) {
                    return Some(format!("must not be before {}", $show(&min)));
                }
                max.filter(|max| self > max).map(|max| format!("must not be after {}", $show(&max)))
            }
            fn bound(bound: Self) -> Option<mongodb::bson::Bson> {
                let $date = &bound;
                Some(mongodb::bson::Bson::DateTime(mongodb::bson::DateTime::from_millis($to)))
            }
        }
    )* };
}
#[cfg(any(feature = "chrono", feature = "time"))]
use dates;

/// Operands of another type that contain the same date.
#[cfg(any(feature = "chrono", feature = "time"))]
macro_rules! same_date {
    ($($for:ty: $($type:ty),* => |$date:ident| $millis:expr;)*) => { $($(
        #[diagnostic::do_not_recommend]
        impl $crate::path::Operand<$for, $crate::path::operands::Like> for $type {
            fn operand(self) -> $crate::error::codec::CodecResult<mongodb::bson::Bson> {
                let $date = self;
                Ok(mongodb::bson::Bson::DateTime(mongodb::bson::DateTime::from_millis($millis)))
            }
        }
    )*)* };
}
#[cfg(any(feature = "chrono", feature = "time"))]
use same_date;

/// Returns the error for a stored date that the Rust type cannot hold.
#[cfg(any(feature = "chrono", feature = "time"))]
#[cold]
fn beyond(expected: &'static str, millis: i64) -> crate::error::codec::CodecError {
    crate::error::codec::CodecError::new(expected, "a date outside it").with_value(millis.to_string())
}

/// Returns the error for a stored time of day, if the declared type is a day.
#[cfg(any(feature = "chrono", feature = "time"))]
#[cold]
fn not_midnight(millis: i64) -> crate::error::codec::CodecError {
    crate::error::codec::CodecError::new("a day (a date at midnight, UTC)", "a date with a time of day")
        .with_value(millis.to_string())
}

/// The milliseconds of a day.
#[cfg(any(feature = "chrono", feature = "time"))]
const DAY: i64 = 86_400_000;
