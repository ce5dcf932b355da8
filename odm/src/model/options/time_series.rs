//! `TimeSeries`: the fields of a time series.

use std::fmt;

use mongodb::bson::{Document, doc};

/// The fields of a time series, and how often it has a measurement.
///
/// `#[odm(time_series(time = at, meta = sensor, granularity = "minutes"))]` on a model declares one. See
/// [time series](https://www.mongodb.com/docs/manual/core/timeseries-collections/).
///
/// ```
/// use odm::model::{Granularity, TimeSeries};
///
/// let series = TimeSeries::new("at").meta("sensor").granularity(Granularity::Minutes);
/// assert_eq!(series.to_string(), "time series, time at, meta sensor, granularity minutes");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct TimeSeries {
    pub(crate) time: String,
    pub(crate) meta: Option<String>,
    pub(crate) granularity: Granularity,
}

/// The time between two measurements with the same meta value. The server stores measurements of one span in one bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Granularity {
    /// A bucket has the measurements of an hour: the default. `granularity: "seconds"`
    #[default]
    Seconds,
    /// A bucket has the measurements of a day. `granularity: "minutes"`
    Minutes,
    /// A bucket has the measurements of 30 days. `granularity: "hours"`
    Hours,
}

/// `seconds`, `minutes` or `hours`
impl fmt::Display for Granularity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
        })
    }
}

impl TimeSeries {
    /// Returns a time series with the stored name of the field that contains the time.
    pub fn new(time: impl Into<String>) -> Self {
        Self { time: time.into(), meta: None, granularity: Granularity::Seconds }
    }

    /// Sets the stored name of the field that identifies a series.
    pub fn meta(mut self, field: impl Into<String>) -> Self {
        self.meta = Some(field.into());
        self
    }

    /// Sets the time between two measurements.
    pub fn granularity(mut self, granularity: Granularity) -> Self {
        self.granularity = granularity;
        self
    }

    pub(crate) fn to_document(&self) -> Document {
        let mut document = doc! { "timeField": &self.time };
        if let Some(meta) = &self.meta {
            document.insert("metaField", meta);
        }
        document.insert("granularity", self.granularity.to_string());
        document
    }
}

/// `time series, time at, meta sensor, granularity minutes`
impl fmt::Display for TimeSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "time series, time {}", self.time)?;
        if let Some(meta) = &self.meta {
            write!(f, ", meta {meta}")?;
        }
        write!(f, ", granularity {}", self.granularity)
    }
}
