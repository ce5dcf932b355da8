//! `$fill` and `$densify`.

use odm::{
    expr::TimeUnit,
    pipeline::{Densify, Fill},
};

use super::{Entry, rendered, sales};

pub(super) fn entries() -> Vec<Entry> {
    let linear = rendered(sales().fill(|s| Fill::new().sort_by(s.date().asc()).linear(s.price())));
    vec![
        ("pipeline/stage/fill::fill", linear.clone()),
        ("pipeline/stage/fill::sort_by", linear),
        ("pipeline/stage/fill::linear", rendered(sales().fill(|s| Fill::new().linear(s.field())))),
        ("pipeline/stage/fill::locf", rendered(sales().fill(|s| Fill::new().locf(s.field())))),
        ("pipeline/stage/fill::value", rendered(sales().fill(|s| Fill::new().value(s.field(), 0)))),
        (
            "pipeline/stage/fill::partition_by",
            rendered(sales().fill(|s| Fill::new().partition_by(s.state()).value(s.field(), 0))),
        ),
        (
            "pipeline/stage/fill::partition_by_fields",
            rendered(
                sales().fill(|s| Fill::new().partition_by_fields((s.state(), s.title())).value(s.field(), 0)),
            ),
        ),
        (
            "pipeline/stage/densify::partition_by",
            rendered(sales().densify(|s| Densify::steps(s.hour(), 1).partition_by(s.sensor()))),
        ),
        (
            "pipeline/stage/densify::densify",
            rendered(sales().densify(|s| Densify::steps(s.hour(), 1).partition_by(s.sensor()))),
        ),
        ("pipeline/stage/densify::steps", rendered(sales().densify(|s| Densify::steps(s.hour(), 1)))),
        (
            "pipeline/stage/densify::time_steps",
            rendered(sales().densify(|s| Densify::time_steps(s.date(), 1, TimeUnit::Hour))),
        ),
        (
            "pipeline/stage/densify::each_partition",
            rendered(
                sales().densify(|s| Densify::steps(s.hour(), 1).partition_by(s.sensor()).each_partition()),
            ),
        ),
        (
            "pipeline/stage/densify::between",
            rendered(sales().densify(|s| Densify::steps(s.hour(), 1).between(0, 24))),
        ),
    ]
}
