//! The order of the rows that the functions of `set_window_fields` need: a pipeline is refused before it is sent if, and
//! only if, the server refuses it.

use odm::{
    Collection, Database, Error, Id, Model, Shape, Sort,
    bson::{Document, doc},
    expr::Exprs,
    pipeline::{
        Current, Unbounded, dense_rank, derivative, document_number, exp_moving_avg, integral, linear_fill,
        locf, rank, shift, sort_by, sum,
    },
};

#[derive(Debug, Model)]
#[odm(collection = "samples")]
struct Sample {
    id: Id<Sample>,
    a: f64,
    b: f64,
}

#[derive(Debug, Shape)]
struct Computed {
    computed: Option<f64>,
}

/// Runs each function over this order, and with the driver. Returns how many are accepted.
macro_rules! compare {
    ($samples:expr, $order:expr; $($function:expr => { $($document:tt)* };)*) => {{
        let mut accepted = 0;
        $(
            let mut stage = doc! { "output": { "computed": { $($document)* } } };
            let order = $order.clone().into_document().unwrap();
            if !order.is_empty() {
                stage.insert("sortBy", order);
            }
            let by_server = by_driver($samples, doc! { "$setWindowFields": stage }).await;
            let rows = $samples
                .aggregate()
                .set_window_fields(|_| sort_by($order.clone()), |s| ComputedOf { computed: $function(s) })
                .cast::<Computed>()
                .await;
            match rows {
                Ok(rows) => {
                    assert!(by_server, "{} {}", stringify!($function), $order);
                    let rows: Vec<Computed> = rows.try_collect().await.unwrap();
                    assert_eq!(rows.len(), 3);
                    accepted += 1;
                }
                Err(error) => assert!(error.is_not_sent() && !by_server, "{} {}: {error}", stringify!($function), $order),
            }
        )*
        accepted
    }};
}

async fn by_driver(samples: &Collection<Sample>, stage: Document) -> bool {
    match samples.driver().aggregate(vec![stage]).await {
        Ok(mut rows) => rows.advance().await.is_ok(),
        Err(_) => false,
    }
}

async fn accepted(samples: &Collection<Sample>, order: Sort<Sample>) -> u32 {
    compare! { samples, order;
        |_: Row| rank() => { "$rank": {} };
        |_: Row| dense_rank() => { "$denseRank": {} };
        |_: Row| document_number() => { "$documentNumber": {} };
        |s: Row| shift(s.a(), 1) => { "$shift": { "output": "$a", "by": 1 } };
        |s: Row| exp_moving_avg(s.a(), 2) => { "$expMovingAvg": { "input": "$a", "N": 2 } };
        |s: Row| linear_fill(s.a()) => { "$linearFill": "$a" };
        |s: Row| locf(s.a()) => { "$locf": "$a" };
        |s: Row| derivative(s.a()).documents(-1, Current) => { "$derivative": { "input": "$a" }, "window": { "documents": [-1, "current"] } };
        |s: Row| integral(s.a()).documents(-1, Current) => { "$integral": { "input": "$a" }, "window": { "documents": [-1, "current"] } };
        |s: Row| sum(s.a()).documents(-1, Current) => { "$sum": "$a", "window": { "documents": [-1, "current"] } };
        |s: Row| sum(s.a()).documents(Unbounded, Unbounded) => { "$sum": "$a", "window": { "documents": ["unbounded", "unbounded"] } };
        |s: Row| sum(s.a()).range(-1, Current) => { "$sum": "$a", "window": { "range": [-1, "current"] } };
        |s: Row| sum(s.a()).range(Unbounded, Unbounded) => { "$sum": "$a", "window": { "range": ["unbounded", "unbounded"] } };
    }
}

type Row = Exprs<Sample>;

#[odm_test::test]
async fn a_function_is_refused_exactly_where_the_server_refuses_it(db: Database) {
    let samples = db.collection::<Sample>();
    for number in [1.0, 2.0, 4.0] {
        samples.insert_one(&Sample { id: Id::new(), a: number, b: number }).await.unwrap();
    }
    let s = Sample::fields();
    assert_eq!(accepted(&samples, Sort::raw(doc! {})).await, 2, "locf, and a window without bounds");
    assert_eq!(accepted(&samples, s.b().asc()).await, 13);
    assert_eq!(accepted(&samples, s.b().desc()).await, 11, "not the ranges");
    assert_eq!(accepted(&samples, s.a().asc().then(s.b().asc())).await, 5);
}

#[odm_test::test]
async fn the_error_names_the_function_the_field_and_the_order_that_it_needs(db: Database) {
    let samples = db.collection::<Sample>();
    let s = Sample::fields();
    let ranked = |order: Sort<Sample>| {
        samples.aggregate().set_window_fields(|_| sort_by(order), |_| ComputedOf { computed: rank() })
    };
    let error = ranked(s.a().asc().then(s.b().asc())).await.unwrap_err();
    assert_refused(
        &error,
        "expected a sort by exactly one field, which $rank needs, found a sort by 2 fields",
    );
    let error = samples
        .aggregate()
        .set_window_fields(
            |_| sort_by(s.a().desc()),
            |s| ComputedOf { computed: sum(s.b()).range(-1, Current) },
        )
        .await
        .unwrap_err();
    assert_refused(
        &error,
        "expected an ascending sort by exactly one field, which a window by `range` needs, found a descending one",
    );
}

fn assert_refused(error: &Error, words: &str) {
    assert!(error.is_not_sent(), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(words) && text.contains("$setWindowFields.computed"), "{text}");
}
