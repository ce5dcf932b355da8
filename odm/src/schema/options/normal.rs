//! `Normal`: the options of a collection in a normal form, in which declared and live ones are compared. What the server
//! fills in is filled in, and numbers have one type.

use std::fmt;

use mongodb::bson::{Bson, Document};

use crate::schema::spec::{self, age, is_true, seconds};

/// The server rounds the size of a capped collection up to a multiple of this.
const BLOCK: i64 = 256;

/// The type of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Ordinary,
    Capped,
    TimeSeries,
    Clustered,
    View,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Capped => "capped",
            Self::TimeSeries => "time series",
            Self::Clustered => "clustered",
            Self::View => "view",
        }
    }
}

/// The options of a collection in their normal form.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Normal {
    pub(super) kind: Kind,
    pub(super) size: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) time: Option<String>,
    pub(super) meta: Option<String>,
    pub(super) granularity: Option<String>,
    pub(super) expires: Option<i64>,
    /// Without the version of the library. Empty for the simple collation.
    pub(super) collation: Document,
    pub(super) images: bool,
    pub(super) on: Option<String>,
    pub(super) pipeline: Option<String>,
}

impl Normal {
    /// Reads the options, as `create` accepts or `listCollections` returns them.
    pub(super) fn read(options: &Document) -> Self {
        let series = options.get_document("timeseries").ok();
        let is_capped = options.get("capped").is_some_and(is_true);
        let kind = match () {
            () if options.contains_key("viewOn") => Kind::View,
            () if series.is_some() => Kind::TimeSeries,
            () if options.contains_key("clusteredIndex") => Kind::Clustered,
            () if is_capped => Kind::Capped,
            () => Kind::Ordinary,
        };
        let number = |name| options.get(name).and_then(seconds).filter(|_| is_capped);
        let of_series = |name| series.and_then(|series| series.get_str(name).ok()).map(ToOwned::to_owned);
        let images = options.get_document("changeStreamPreAndPostImages").ok();
        // The server treats a view without stages as one with an empty list of them.
        let stages = options.get("pipeline").cloned().unwrap_or_else(|| Bson::Array(Vec::new()));
        Self {
            kind,
            size: number("size").map(|size| (size.max(1) + BLOCK - 1) / BLOCK * BLOCK),
            max: number("max").filter(|max| (1..i64::from(i32::MAX)).contains(max)),
            time: of_series("timeField"),
            meta: of_series("metaField"),
            granularity: of_series("granularity"),
            expires: options.get("expireAfterSeconds").and_then(seconds),
            collation: spec::collation(options),
            images: images.and_then(|images| images.get("enabled")).is_some_and(is_true),
            on: options.get_str("viewOn").ok().map(ToOwned::to_owned),
            pipeline: (kind == Kind::View).then(|| stages.to_string()),
        }
    }
}

/// `capped, size 4096, max 100`: without the collation and the images.
impl fmt::Display for Normal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        for (name, value) in [("size", self.size), ("max", self.max)] {
            value.map_or(Ok(()), |value| write!(f, ", {name} {value}"))?;
        }
        for (name, value) in [("time", &self.time), ("meta", &self.meta), ("granularity", &self.granularity)]
        {
            value.as_ref().map_or(Ok(()), |value| write!(f, ", {name} {value}"))?;
        }
        self.expires.map_or(Ok(()), |seconds| write!(f, ", expires after {}", age(seconds)))
    }
}
