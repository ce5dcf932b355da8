//! Operators that the server does not know yet: the error names the version that has them.

use odm::{
    Database, Error, ErrorKind, Filter, Id, Model, Shape, Update,
    expr::bit_and,
    pipeline::{ScoreNormalization, median, min_max_scaler, sort_by},
};

#[derive(Debug, Model)]
#[odm(collection = "samples")]
struct Sample {
    id: Id<Sample>,
    a: i32,
    b: i32,
}

#[derive(Debug, Shape)]
struct Median {
    median: Option<f64>,
}

#[derive(Debug, Shape)]
struct Both {
    both: i32,
}

fn words(error: &Error) -> String {
    assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error:?}");
    error.kind().to_string()
}

#[odm_test::test]
async fn an_operator_that_the_server_does_not_know_is_named_with_its_version(db: Database) {
    let samples = db.collection::<Sample>();
    samples.insert_one(&Sample { id: Id::new(), a: 6, b: 3 }).await.unwrap();
    let info = db.driver().run_command(odm::bson::doc! { "buildInfo": 1 }).await.unwrap();
    if !info.get_str("version").unwrap().starts_with("6.") {
        return;
    }

    let wanted = "the server does not know `$bitAnd`: MongoDB does since 6.3";
    let s = Sample::fields();
    let common = || Filter::<Sample>::expr(|s| s.a().bit_and(s.b()).gt(0));
    let change = |s: odm::pipeline::Pipeline<Sample, Sample, odm::pipeline::InUpdate>| {
        s.set_field(|s| s.a(), |s| s.a().bit_and(s.b()))
    };
    let errors = [
        samples.find(common()).await.unwrap_err(),
        samples.find_one(common()).await.unwrap_err(),
        samples.count(common()).await.unwrap_err(),
        samples.distinct(s.a(), common()).await.unwrap_err(),
        samples.delete_one(common()).await.unwrap_err(),
        samples.update_many(s.a().gt(0), Update::pipeline(change)).await.unwrap_err(),
        samples.find_one_and_update(s.a().gt(0), Update::pipeline(change)).await.unwrap_err(),
    ];
    for error in &errors {
        assert_eq!(words(error), wanted);
    }

    let group = samples.aggregate().group(|s| MedianOf { median: median(s.a()) }).await;
    let wanted = "the server does not know `$median`: MongoDB does since 7.0";
    assert_eq!(words(&group.unwrap_err()), wanted);

    let expression = samples.aggregate().set(|s| BothOf { both: bit_and(s.a(), s.b()) }).await;
    let wanted = "the server does not know `$bitAnd`: MongoDB does since 6.3";
    assert_eq!(words(&expression.unwrap_err()), wanted);

    let projection = samples.aggregate().project(|s| BothOf { both: s.a().bit_and(s.b()) }).await;
    assert_eq!(words(&projection.unwrap_err()), wanted);

    let window = samples
        .aggregate()
        .set_window_fields(|s| sort_by(s.a().asc()), |s| MedianOf { median: min_max_scaler(s.a()) })
        .await;
    let wanted = "the server does not know `$minMaxScaler`: MongoDB does since 8.2";
    assert_eq!(words(&window.unwrap_err()), wanted);

    let stage = samples.aggregate().score(ScoreNormalization::None, |s| s.a()).await;
    let wanted = "the server does not know `$score`: MongoDB does since 8.2";
    assert_eq!(words(&stage.unwrap_err()), wanted);
}
