//! Options of a collection that the server would refuse, found before anything is sent.

mod time_series_index;

use super::{Capped, CollectionOptions, TimeSeries};
use crate::index::Index;

/// The largest size of a capped collection, in bytes.
const LARGEST: u64 = 1 << 50;
/// The largest number of documents of a capped collection is less than this.
const TOO_MANY: u64 = 1 << 31;
/// The longest age at which documents expire, in seconds.
const LONGEST: u64 = i32::MAX as u64;

impl CollectionOptions {
    /// Returns why the server would refuse these options, as a phrase to follow the name of the collection. Returns
    /// `None` if they are valid.
    ///
    /// ```
    /// use odm::model::{CollectionOptions, TimeSeries};
    ///
    /// let both = CollectionOptions::new().capped(4_096, None).time_series(TimeSeries::new("at"));
    /// assert_eq!(both.problem().as_deref(), Some("is capped and a time series: it can be one of them"));
    /// ```
    pub fn problem(&self) -> Option<String> {
        self.kinds()
            .or_else(|| self.capped.and_then(capped))
            .or_else(|| self.time_series.as_ref().and_then(time_series))
            .or_else(|| self.expiry())
            .or_else(|| self.view_problem())
            .or_else(|| {
                self.shard_key.as_ref()?.problem().map(|problem| format!("has a shard key {problem}"))
            })
            .or_else(|| self.sharded())
    }

    fn kinds(&self) -> Option<String> {
        let kinds: Vec<&str> = [
            self.capped.map(|_| "capped"),
            self.time_series.as_ref().map(|_| "a time series"),
            self.clustered.then_some("clustered"),
            self.view.as_ref().map(|_| "a view"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if let [one, other, ..] = kinds[..] {
            return Some(format!("is {one} and {other}: it can be one of them"));
        }
        if !self.pre_and_post_images {
            None
        } else if self.time_series.is_some() {
            Some("is a time series with pre- and post-images: it has no change streams".to_owned())
        } else if self.view.is_some() {
            Some("is a view with pre- and post-images: it stores no documents".to_owned())
        } else {
            None
        }
    }

    fn expiry(&self) -> Option<String> {
        let age = self.expire_after?;
        if self.time_series.is_none() && !self.clustered {
            Some(
                "has an expiry, which only a time series and a clustered collection can have: declare a TTL index"
                    .to_owned(),
            )
        } else if age.subsec_nanos() > 0 {
            Some("has an expiry with a fraction of a second: the server counts whole seconds".to_owned())
        } else if age.as_secs() > LONGEST {
            Some(format!("has an expiry of {} s: the longest is {LONGEST} s", age.as_secs()))
        } else {
            None
        }
    }

    fn view_problem(&self) -> Option<String> {
        let view = self.view.as_ref()?;
        let stages = match &view.pipeline {
            Ok(stages) => stages,
            Err(problem) => return Some(format!("is a view with a pipeline that cannot be sent: {problem}")),
        };
        let names = stages.iter().filter_map(|stage| stage.keys().next());
        names
            .into_iter()
            .find(|name| matches!(name.as_str(), "$out" | "$merge" | "$changeStream"))
            .map(|name| format!("is a view with the stage `{name}`: a view only reads"))
    }

    fn sharded(&self) -> Option<String> {
        self.shard_key.as_ref()?;
        if self.capped.is_some() {
            Some("has a shard key, but is capped: such a collection is on one shard".to_owned())
        } else if self.view.is_some() {
            Some("has a shard key, but is a view: the key is that of the collection below".to_owned())
        } else {
            None
        }
    }

    /// Returns why the collection cannot have an index, as a phrase to follow the name of the index.
    pub(crate) fn index_problem(&self, index: &Index) -> Option<String> {
        if self.view.is_some() {
            return Some("is on a view, which has no indexes: index the collection below".to_owned());
        }
        if self.capped.is_some() && index.ttl().is_some() {
            return Some(
                "has a ttl, and the collection is capped: the server deletes the oldest documents of it already"
                    .to_owned(),
            );
        }
        let of_series =
            self.time_series.as_ref().and_then(|series| time_series_index::problem(series, index));
        of_series.or_else(|| self.not_targeted(index))
    }

    /// A unique index of a sharded collection begins with the shard key, so that one shard can check it.
    fn not_targeted(&self, index: &Index) -> Option<String> {
        let shard_key = self.shard_key.as_ref().filter(|_| index.is_unique())?;
        let mut keys = index.keys();
        let mut parts = shard_key.keys.iter().map(|key| (key.field.as_str(), key.index_type));
        let begins = parts.all(|part| keys.next() == Some(part));
        (!begins).then(|| {
            format!(
                "is unique and does not begin with the shard key {shard_key}: no shard knows the documents of the \
                 others"
            )
        })
    }
}

fn capped(Capped { size, max }: Capped) -> Option<String> {
    if size == 0 {
        Some("is capped at 0 bytes".to_owned())
    } else if size > LARGEST {
        Some(format!("is capped at {size} bytes: the largest size is {LARGEST}"))
    } else if max == Some(0) {
        Some("is capped at 0 documents: leave `max` out for any number".to_owned())
    } else {
        max.filter(|max| *max >= TOO_MANY)
            .map(|max| format!("is capped at {max} documents: the server accepts less than {TOO_MANY}"))
    }
}

fn time_series(series: &TimeSeries) -> Option<String> {
    let TimeSeries { time, meta, .. } = series;
    if time.is_empty() || time.contains('.') {
        Some(format!("is a time series by `{time}`, which is not a field of the document itself"))
    } else if time == "_id" {
        Some("is a time series by `_id`: the server needs another field with the time".to_owned())
    } else {
        let meta = meta.as_ref()?;
        if meta == time {
            Some(format!("is a time series with `{meta}` as the time and as the meta field"))
        } else if meta == "_id" || meta.is_empty() || meta.contains('.') {
            Some(format!(
                "is a time series with the meta field `{meta}`: it is a field of the document, and not `_id`"
            ))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mongodb::bson::doc;

    use super::*;
    use crate::{
        index::IndexType::{self, Ascending},
        model::ShardKey,
    };

    fn problem(options: &CollectionOptions) -> String {
        options.problem().unwrap_or_default()
    }

    #[test]
    fn kinds_that_exclude_each_other() {
        let new = CollectionOptions::new;
        let series = || TimeSeries::new("at");
        assert_eq!(
            problem(&new().clustered().capped(1, None)),
            "is capped and clustered: it can be one of them"
        );
        assert_eq!(
            problem(&new().time_series(series()).pre_and_post_images()),
            "is a time series with pre- and post-images: it has no change streams"
        );
        assert_eq!(
            problem(&new().view("orders", vec![]).pre_and_post_images()),
            "is a view with pre- and post-images: it stores no documents"
        );
        assert_eq!(problem(&new().clustered().pre_and_post_images()), "");
    }

    #[test]
    fn values_out_of_range() {
        let new = CollectionOptions::new;
        assert_eq!(problem(&new().capped(0, None)), "is capped at 0 bytes");
        assert_eq!(
            problem(&new().capped(1 << 51, None)),
            "is capped at 2251799813685248 bytes: the largest size is 1125899906842624"
        );
        assert_eq!(
            problem(&new().capped(1, Some(0))),
            "is capped at 0 documents: leave `max` out for any number"
        );
        assert_eq!(
            problem(&new().capped(1, Some(1 << 31))),
            "is capped at 2147483648 documents: the server accepts less than 2147483648"
        );
        assert_eq!(
            problem(&new().expire_after(Duration::from_secs(1))),
            "has an expiry, which only a time series and a clustered collection can have: declare a TTL index"
        );
        assert_eq!(
            problem(&new().clustered().expire_after(Duration::from_millis(1_500))),
            "has an expiry with a fraction of a second: the server counts whole seconds"
        );
        assert_eq!(
            problem(&new().clustered().expire_after(Duration::from_secs(LONGEST + 1))),
            "has an expiry of 2147483648 s: the longest is 2147483647 s"
        );
    }

    #[test]
    fn fields_of_a_time_series() {
        let series = |series| problem(&CollectionOptions::new().time_series(series));
        let text = "is a time series by `a.b`, which is not a field of the document itself";
        assert_eq!(series(TimeSeries::new("a.b")), text);
        assert_eq!(
            series(TimeSeries::new("_id")),
            "is a time series by `_id`: the server needs another field with the time"
        );
        assert_eq!(
            series(TimeSeries::new("at").meta("at")),
            "is a time series with `at` as the time and as the meta field"
        );
        assert_eq!(
            series(TimeSeries::new("at").meta("_id")),
            "is a time series with the meta field `_id`: it is a field of the document, and not `_id`"
        );
    }

    #[test]
    fn views_only_read() {
        let view = CollectionOptions::new().view("orders", vec![doc! { "$out": "x" }]);
        assert_eq!(problem(&view), "is a view with the stage `$out`: a view only reads");
        let broken = CollectionOptions::new().with_view("orders".to_owned(), Err("no".to_owned()));
        assert_eq!(problem(&broken), "is a view with a pipeline that cannot be sent: no");
    }

    #[test]
    fn shard_keys() {
        let key = || ShardKey::new().key("customer", Ascending);
        let new = CollectionOptions::new;
        assert_eq!(problem(&new().shard_key(ShardKey::new())), "has a shard key without fields");
        assert_eq!(
            problem(&new().capped(1, None).shard_key(key())),
            "has a shard key, but is capped: such a collection is on one shard"
        );
        assert_eq!(
            problem(&new().view("a", vec![]).shard_key(key())),
            "has a shard key, but is a view: the key is that of the collection below"
        );
        let options = new().shard_key(key());
        let unique = Index::new().key("reference", Ascending).unique();
        assert_eq!(
            options.index_problem(&unique).as_deref(),
            Some(
                "is unique and does not begin with the shard key { \"customer\": 1 }: no shard knows the documents of \
                 the others"
            )
        );
        assert_eq!(
            options.index_problem(&Index::new().key("customer", Ascending).key("n", Ascending).unique()),
            None
        );
    }

    #[test]
    fn indexes_of_other_collections() {
        let index = || Index::new().key("a", Ascending);
        let problem =
            |options: CollectionOptions, index: Index| options.index_problem(&index).unwrap_or_default();
        let new = CollectionOptions::new;
        assert_eq!(
            problem(new().view("a", vec![]), index()),
            "is on a view, which has no indexes: index the collection below"
        );
        assert_eq!(
            problem(new().capped(1, None), index().expire_after(Duration::from_secs(1))),
            "has a ttl, and the collection is capped: the server deletes the oldest documents of it already"
        );
        let series = || new().time_series(TimeSeries::new("at"));
        assert_eq!(
            problem(series(), index().unique()),
            "is unique, which an index of a time series cannot be"
        );
        assert_eq!(
            problem(series(), Index::new().key("a", IndexType::Text)),
            "is a text index, which an index of a time series cannot be"
        );
        assert_eq!(problem(series(), index()), "");
    }
}
