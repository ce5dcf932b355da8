//! The median and percentiles of the scores of tests.

use odm::{
    Id, Model, Pipeline, Shape,
    pipeline::{median, percentile, sort_by},
};

use crate::support::Case;

#[derive(Debug, Model)]
#[odm(collection = "testScores")]
#[serde(rename_all = "camelCase")]
struct TestScore {
    id: Id<TestScore>,
    student_id: String,
    test01: i32,
    test02: i32,
    test03: i32,
}

pub(super) fn cases() -> Vec<Case> {
    vec![median_of_all(), median_near_each(), percentiles_of_all(), percentile_near_each()]
}

fn median_of_all() -> Case {
    #[derive(Debug, Shape)]
    struct Median {
        test01_median: Option<f64>,
    }

    let pipeline = Pipeline::<TestScore>::new().group(|t| MedianOf { test01_median: median(t.test01()) });
    Case::pipeline::<TestScore, Median>("accumulator/median/0", pipeline)
}

fn median_near_each() -> Case {
    #[derive(Debug, Shape)]
    struct Median {
        test01_median: Option<f64>,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Student {
        student_id: String,
        #[serde(rename = "test01_median")]
        median: Option<f64>,
    }

    let pipeline = Pipeline::<TestScore>::new()
        .set_window_fields(
            |t| sort_by(t.test01().asc()),
            |t| MedianOf { test01_median: median(t.test01()).range(-3, 3) },
        )
        .project(|t| StudentOf { student_id: t.student_id(), median: t.test01_median() });
    Case::pipeline::<TestScore, Student>("accumulator/median/1", pipeline)
}

fn percentiles_of_all() -> Case {
    #[derive(Debug, Shape)]
    struct Percentiles {
        test01_percentiles: Vec<Option<f64>>,
        test02_percentiles: Vec<Option<f64>>,
        test03_percentiles: Vec<Option<f64>>,
        test03_percent_alt: Vec<Option<f64>>,
    }

    let pipeline = Pipeline::<TestScore>::new().group(|t| PercentilesOf {
        test01_percentiles: percentile(t.test01(), [0.5, 0.75, 0.9, 0.95]),
        test02_percentiles: percentile(t.test02(), [0.5, 0.75, 0.9, 0.95]),
        test03_percentiles: percentile(t.test03(), [0.5, 0.75, 0.9, 0.95]),
        test03_percent_alt: percentile(t.test03(), [0.9, 0.5, 0.75, 0.95]),
    });
    Case::pipeline::<TestScore, Percentiles>("accumulator/percentile/1", pipeline)
}

fn percentile_near_each() -> Case {
    #[derive(Debug, Shape)]
    struct Percentile {
        test01_95percentile: Vec<Option<f64>>,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Student {
        student_id: String,
        #[serde(rename = "test01_95percentile")]
        percentile: Vec<Option<f64>>,
    }

    let pipeline = Pipeline::<TestScore>::new()
        .set_window_fields(
            |t| sort_by(t.test01().asc()),
            |t| PercentileOf { test01_95percentile: percentile(t.test01(), [0.95]).range(-3, 3) },
        )
        .project(|t| StudentOf { student_id: t.student_id(), percentile: t.test01_95percentile() });
    Case::pipeline::<TestScore, Student>("accumulator/percentile/2", pipeline)
}
