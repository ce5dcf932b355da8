//! Units of time, and days of the week.

use mongodb::bson::spec::ElementType;

use super::{Expression, rendered::Rendered};
use crate::{
    error::codec::CodecResult,
    value::{Raw, StringValue, Value, Writer, leaf},
};

macro_rules! names {
    ($($(#[$doc:meta])* $type:ident, $expected:literal { $($(#[$variant_doc:meta])* $variant:ident $name:literal,)* })*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $type {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $type {
            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        /// Stored as its name on the server.
        impl Value for $type {
            leaf!();

            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                writer.put_str(self.name())
            }

            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                match raw.str()? {
                    $($name => Ok(Self::$variant),)*
                    _ => Err(raw.expected($expected)),
                }
            }
        }

        /// The name, as a constant.
        impl<R> Expression<R> for $type {
            type T = Self;

            fn render(self) -> CodecResult<Rendered> {
                Ok(Rendered::leaf(self.name()))
            }
        }
    )* };
}

names! {
    /// A unit of time of [`date_add`](super::date_add) and similar operators. It can also be stored in a field.
    TimeUnit, "a unit of time" {
        /// `"year"`
        Year "year",
        /// `"quarter"`: three months
        Quarter "quarter",
        /// `"month"`
        Month "month",
        /// `"week"`
        Week "week",
        /// `"day"`
        Day "day",
        /// `"hour"`
        Hour "hour",
        /// `"minute"`
        Minute "minute",
        /// `"second"`
        Second "second",
        /// `"millisecond"`
        Millisecond "millisecond",
    }

    /// The first day of a week, for units of [`TimeUnit::Week`]. It can also be stored in a field.
    Weekday, "a day of the week" {
        /// `"Monday"`
        Monday "Monday",
        /// `"Tuesday"`
        Tuesday "Tuesday",
        /// `"Wednesday"`
        Wednesday "Wednesday",
        /// `"Thursday"`
        Thursday "Thursday",
        /// `"Friday"`
        Friday "Friday",
        /// `"Saturday"`
        Saturday "Saturday",
        /// `"Sunday"`, the server's default
        Sunday "Sunday",
    }
}

/// A unit of time: a [`TimeUnit`], or a string with its name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a unit of time",
    label = "expected a `TimeUnit`, such as `TimeUnit::Day`"
)]
pub trait UnitOfTime: Value {}

impl UnitOfTime for TimeUnit {}
#[diagnostic::do_not_recommend]
impl<T: StringValue> UnitOfTime for T {}

/// A day of the week: a [`Weekday`], or a string with its name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a day of the week",
    label = "expected a `Weekday`, such as `Weekday::Monday`"
)]
pub trait DayOfWeek: Value {}

impl DayOfWeek for Weekday {}
#[diagnostic::do_not_recommend]
impl<T: StringValue> DayOfWeek for T {}
