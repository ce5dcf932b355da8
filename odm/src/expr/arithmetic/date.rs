//! Arithmetic on dates: differences in milliseconds, and dates plus or minus a number of milliseconds.

use mongodb::bson::DateTime;

use super::{Add, Subtract};
use crate::value::{Number, Value};

/// A type that is stored as a BSON date, or an `Option` of one.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a date", label = "not a date")]
pub trait Date: Value {}

#[diagnostic::do_not_recommend]
impl<T: Date> Date for Option<T> {}

macro_rules! dates {
    ($($date:ty),*) => { $(
        impl Date for $date {}
        dates!(@ $date);
        dates!(@ Option<$date>);
    )* };
    (@ $date:ty) => {
        #[diagnostic::do_not_recommend]
        impl<B: Date> Subtract<B> for $date {
            type Output = <$date as Value>::Lift<B::Lift<i64>>;
        }

        #[diagnostic::do_not_recommend]
        impl<B: Number> Add<B> for $date {
            type Output = <$date as Value>::Lift<B::Lift<DateTime>>;
        }

        dates!(@ $date, i32, u32, i64, u64, f64);
    };
    (@ $date:ty, $($number:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl Subtract<$number> for $date {
            type Output = <$date as Value>::Lift<DateTime>;
        }

        #[diagnostic::do_not_recommend]
        impl Subtract<Option<$number>> for $date {
            type Output = Option<DateTime>;
        }
    )* };
}

dates!(DateTime);

#[cfg(feature = "chrono")]
dates!(chrono::DateTime<chrono::Utc>, chrono::NaiveDateTime, chrono::NaiveDate);

#[cfg(feature = "time")]
dates!(time::OffsetDateTime, time::UtcDateTime, time::PrimitiveDateTime, time::Date);
