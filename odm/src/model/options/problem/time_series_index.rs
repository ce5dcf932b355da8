//! Indexes that a time series cannot have. Those of measurements are on the bounds of the values in a bucket.

use crate::{
    index::{Index, IndexType},
    model::options::TimeSeries,
};

/// Returns why a time series cannot have the index, as a phrase to follow its name.
pub(super) fn problem(series: &TimeSeries, index: &Index) -> Option<String> {
    let option = match () {
        () if index.is_unique() => Some("is unique"),
        () if index.ttl().is_some() => Some("has a ttl"),
        () if index.has(IndexType::Text) => Some("is a text index"),
        () if index.has(IndexType::Wildcard) => Some("is a wildcard index"),
        () => None,
    };
    if let Some(option) = option {
        return Some(format!("{option}, which an index of a time series cannot be"));
    }
    let document = index.to_document();
    let has_collation = document.contains_key("collation");
    if has_collation && document.contains_key("partialFilterExpression") {
        return Some(
            "is partial and has a collation, which an index of a time series cannot have both".to_owned(),
        );
    }
    index.keys().filter(|(field, _)| !is_meta(series, field)).find_map(|(field, index_type)| {
        let field = field.escape_debug();
        match index_type {
            IndexType::Hashed | IndexType::Geo2d => Some(format!(
                "has the `{index_type}` key `{field}`, which a time series can have only in its meta field"
            )),
            IndexType::Geo2dSphere if has_collation => Some(format!(
                "has a collation and the `2dsphere` key `{field}`, which a time series can have only in its meta field"
            )),
            _ if index.is_sparse() && field.to_string() != series.time => Some(format!(
                "is sparse and has the key `{field}`: an index of the measurements of a time series cannot be sparse"
            )),
            _ => None,
        }
    })
}

/// Returns whether the field is the meta field, or in it.
fn is_meta(series: &TimeSeries, field: &str) -> bool {
    series.meta.as_deref().is_some_and(|meta| {
        field.strip_prefix(meta).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use mongodb::options::Collation;

    use super::*;
    use crate::index::IndexType::*;

    #[allow(clippy::needless_pass_by_value)] // the callers build the index
    fn problem(index: Index) -> String {
        super::problem(&TimeSeries::new("at").meta("sensor"), &index).unwrap_or_default()
    }

    fn on(field: &str, index_type: IndexType) -> Index {
        Index::new().key(field, index_type)
    }

    fn english() -> Collation {
        Collation::builder().locale("en").build()
    }

    #[test]
    fn some_types_are_only_for_the_meta_field() {
        for field in ["sensor", "sensor.kind"] {
            assert_eq!(problem(on(field, Hashed)), "");
            assert_eq!(problem(on(field, Geo2d)), "");
            assert_eq!(problem(on(field, Geo2dSphere).collation(english())), "");
        }
        let of = |kind: &str, field: &str| {
            format!("has the `{kind}` key `{field}`, which a time series can have only in its meta field")
        };
        assert_eq!(problem(on("value", Hashed)), of("hashed", "value"));
        assert_eq!(problem(on("sensors", Geo2d)), of("2d", "sensors"));
        assert_eq!(problem(on("spot", Geo2dSphere)), "");
        assert_eq!(
            problem(on("spot", Geo2dSphere).collation(english())),
            "has a collation and the `2dsphere` key `spot`, which a time series can have only in its meta field"
        );
    }

    #[test]
    fn some_options_are_not_for_measurements() {
        assert_eq!(problem(on("sensor", Ascending).key("at", Descending).sparse()), "");
        assert_eq!(
            problem(on("sensor", Ascending).key("value", Descending).sparse()),
            "is sparse and has the key `value`: an index of the measurements of a time series cannot be sparse"
        );
        let partial = || on("sensor", Ascending).with_partial(Ok(mongodb::bson::doc! { "value": 1 }));
        assert_eq!(problem(partial()), "");
        assert_eq!(
            problem(partial().collation(english())),
            "is partial and has a collation, which an index of a time series cannot have both"
        );
    }
}
