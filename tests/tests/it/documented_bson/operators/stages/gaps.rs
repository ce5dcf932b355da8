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
            [
                rendered(sales().fill(|s| Fill::new().partition_by(s.state()).value(s.field(), 0))),
                rendered(sales().densify(|s| Densify::steps(s.hour(), 1).partition_by(s.sensor()))),
            ]
            .concat(),
        ),
        (
            "pipeline/stage/fill::densify",
            rendered(sales().densify(|s| Densify::steps(s.hour(), 1).partition_by(s.sensor()))),
        ),
        ("pipeline/stage/fill::steps", rendered(sales().densify(|s| Densify::steps(s.hour(), 1)))),
        (
            "pipeline/stage/fill::unit",
            rendered(sales().densify(|s| Densify::steps(s.date(), 1).unit(TimeUnit::Hour))),
        ),
        (
            "pipeline/stage/fill::each_partition",
            rendered(sales().densify(|s| Densify::steps(s.hour(), 1).each_partition())),
        ),
        (
            "pipeline/stage/fill::between",
            rendered(sales().densify(|s| Densify::steps(s.hour(), 1).between(0, 24))),
        ),
    ]
}
