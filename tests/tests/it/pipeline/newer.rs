//! Operators that the server does not know yet: the error names the version that has them.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use odm::{
    Database, Error, ErrorKind, Filter, Id, Model, Shape, Update, Write,
    expr::bit_and,
    models,
    mongodb::{
        event::{EventHandler, command::CommandEvent, sdam::SdamEvent},
        options::ClientOptions,
    },
    pipeline::{Pipeline, ScoreNormalization, median, min_max_scaler, set_union, sort_by},
};
use odm_test::Server;

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

#[derive(Debug, Shape)]
struct Numbers {
    numbers: Vec<i32>,
}

#[derive(Debug, Model)]
#[odm(collection = "combined", view(on = Sample, pipeline = combined))]
struct Combined {
    id: Id<Sample>,
    both: i32,
}

fn combined() -> Pipeline<Sample, Combined> {
    Pipeline::<Sample>::new().project(|s| CombinedOf { id: s.id(), both: s.a().bit_and(s.b()) })
}

#[odm_test::test]
async fn a_view_with_an_operator_that_the_server_does_not_know_is_refused(server: Server, db: Database) {
    if !server.version().starts_with("6.0") {
        return;
    }
    let options = ClientOptions::parse(server.uri()).await.unwrap();
    let known = Database::connect_with(options, db.name()).unwrap();
    known.ping().await.unwrap();
    for (db, by_client) in [(Database::from_driver(db.driver().clone()), false), (known, true)] {
        let plan = db.schema(models![Combined]).plan().await.unwrap();
        let error = plan.apply().await.unwrap_err();
        let text = format!("{error:?} {error}");
        assert!(
            text.contains("the server does not know `$bitAnd`: MongoDB does since 6.3"),
            "{by_client} {text}"
        );
        let names = db.driver().list_collection_names().await.unwrap();
        assert!(!names.iter().any(|name| name == "combined"), "{names:?}");
    }
}

#[odm_test::test]
async fn an_operator_that_the_server_does_not_know_is_named_with_its_version(server: Server, db: Database) {
    if !server.version().starts_with("6.") {
        return;
    }
    // The version of a client that was created elsewhere is not known, so the server refuses the operators.
    let unknown = Database::from_driver(db.driver().clone());
    refused(&unknown, false).await;

    // The driver knows the version when it is connected.
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    let (sent, events) = (Arc::<AtomicU32>::default(), Arc::<AtomicU32>::default());
    let (commands, changes) = (Arc::clone(&sent), Arc::clone(&events));
    options.command_event_handler = Some(EventHandler::callback(move |event| {
        if let CommandEvent::Started(_) = event {
            commands.fetch_add(1, Ordering::SeqCst);
        }
    }));
    // The program's own handler still receives the events.
    options.sdam_event_handler = Some(EventHandler::callback(move |event| {
        if let SdamEvent::TopologyDescriptionChanged(_) = event {
            changes.fetch_add(1, Ordering::SeqCst);
        }
    }));
    let known = Database::connect_with(options, db.name()).unwrap();
    known.ping().await.unwrap();
    let before = sent.load(Ordering::SeqCst);
    refused(&known, true).await;
    assert_eq!(sent.load(Ordering::SeqCst), before, "a command was sent");
    assert!(events.load(Ordering::SeqCst) > 0);
}

/// Asserts that all of these calls are refused, by the client or by the server.
async fn refused(db: &Database, by_client: bool) {
    let samples = db.collection::<Sample>();
    if !by_client {
        samples.insert_one(&Sample { id: Id::new(), a: 6, b: 3 }).await.unwrap();
    }
    let words = |error: &Error| {
        assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error:?}");
        assert_eq!(error.is_not_sent(), by_client, "{error}");
        assert_eq!(error.to_string().ends_with("; nothing was sent"), by_client, "{error}");
        assert!(!error.is_outcome_unknown() && !error.is_retryable() && !error.is_applied(), "{error:?}");
        error.kind().to_string()
    };

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
        samples.find(common()).explain().await.unwrap_err(),
        samples.aggregate().matching(|_| common()).explain().await.unwrap_err(),
    ];
    for error in &errors {
        assert_eq!(words(error), wanted);
    }

    let group = samples.aggregate().group(|s| MedianOf { median: median(s.a()) }).await;
    let wanted = "the server does not know `$median`: MongoDB does since 7.0";
    assert_eq!(words(&group.unwrap_err()), wanted);

    let group = samples.aggregate().group(|s| NumbersOf { numbers: set_union([s.a(), s.b()]) }).await;
    let wanted = "the server does not know `$setUnion`: MongoDB does since 8.1";
    assert_eq!(words(&group.unwrap_err()), wanted);

    if by_client {
        let expression =
            samples.aggregate().set(|s| BothOf { both: s.a().to_string().convert::<i32>().base(2) });
        let wanted = "the server does not know `$convert` with `base`: MongoDB does since 8.3";
        assert_eq!(words(&expression.await.unwrap_err()), wanted);
    }

    let wanted = "the server does not know `$bitAnd`: MongoDB does since 6.3";
    let expression = samples.aggregate().set(|s| BothOf { both: bit_and(s.a(), s.b()) }).await;
    assert_eq!(words(&expression.unwrap_err()), wanted);

    let projection = samples.aggregate().project(|s| BothOf { both: s.a().bit_and(s.b()) }).await;
    assert_eq!(words(&projection.unwrap_err()), wanted);

    let window = samples
        .aggregate()
        .set_window_fields(|s| sort_by(s.a().asc()), |s| MedianOf { median: min_max_scaler(s.a()) })
        .await;
    let wanted = "the server does not know `$minMaxScaler`: MongoDB does since 8.2";
    assert_eq!(words(&window.unwrap_err()), wanted);

    let writes: [Write<Sample>; 2] = [
        Write::update_many(s.a().gt(0), Update::pipeline(change)).into(),
        Write::delete_one(common()).into(),
    ];
    for write in writes {
        let report = samples.bulk_write([Write::delete_one(s.a().eq(-1)).into(), write]).await.unwrap_err();
        let report = report.bulk_write_error().unwrap();
        let failed: Vec<_> =
            report.failures().iter().map(|failure| (failure.position(), words(failure.error()))).collect();
        assert_eq!(failed, [(1, "the server does not know `$bitAnd`: MongoDB does since 6.3".to_owned())]);
    }

    let sorted = samples.update_one(s.a().gt(0), s.a().set(1)).sort(s.a().asc()).await.unwrap_err();
    assert_eq!(words(&sorted), "the server does not take `sort` here: MongoDB does since 8.0");
    let sorted = Write::update_one(s.a().gt(0), s.a().set(1)).sort(s.a().asc());
    let report = samples.bulk_write([sorted]).await.unwrap_err();
    let error = report.bulk_write_error().unwrap();
    let error = error
        .interruption()
        .or_else(|| error.failures().first().map(odm::error::WriteFailure::error))
        .unwrap();
    assert_eq!(words(error), "the server does not take `sort` here: MongoDB does since 8.0");
    let hinted = samples.distinct(s.a(), Filter::all()).hint(s.a().asc()).await.unwrap_err();
    assert_eq!(words(&hinted), "the server does not take `hint` here: MongoDB does since 7.1");

    let stage = samples.aggregate().score(ScoreNormalization::None, |s| s.a()).await;
    let wanted = "the server does not know `$score`: MongoDB does since 8.2";
    assert_eq!(words(&stage.unwrap_err()), wanted);
}
