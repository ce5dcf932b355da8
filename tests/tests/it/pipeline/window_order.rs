//! The order of the rows that the functions of `set_window_fields` need: a pipeline is refused before it is sent if, and
//! only if, the server refuses it.

use odm::{
    Collection, Database, Error, Id, Model, Shape, Sort,
    bson::{Document, doc},
    expr::Exprs,
    pipeline::{
        Current, Unbounded, Windows, avg, bottom, dense_rank, derivative, document_number, exp_moving_avg,
        first, integral, last, linear_fill, locf, max, min, push, rank, shift, sort_by, sum, top,
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

#[derive(Debug, Shape)]
struct Number {
    number: f64,
}

#[derive(Debug, Shape)]
struct Numbers {
    numbers: Vec<f64>,
}

/// Runs each function over a window that does not contain the row. Asserts which rows are null, and that a field that holds
/// no null is refused.
macro_rules! over_no_rows {
    ($samples:expr; $($function:expr => $nulls:expr;)*) => { $(
        let function = $function;
        let rows: Vec<Computed> = $samples
            .aggregate()
            .set_window_fields(|s| sort_by(s.a().asc()), |s| ComputedOf { computed: function(s) })
            .cast::<Computed>()
            .await
            .unwrap()
            .try_collect()
            .await
            .unwrap();
        let nulls: Vec<bool> = rows.iter().map(|row| row.computed.is_none()).collect();
        assert_eq!(nulls, $nulls, "{} {rows:?}", stringify!($function));
        let error = $samples
            .aggregate()
            .set_window_fields(|s| sort_by(s.a().asc()), |s| NumberOf { number: function(s) })
            .await
            .unwrap_err();
        assert!(error.is_not_sent(), "{error:?}");
        let text = error.to_string();
        let words = "expected a window that contains the row itself, or an `Option` as the field, found a window that is \
                     empty for some rows, for which $";
        assert!(text.contains(words) && text.contains("$setWindowFields.number"), "{text}");
    )* };
}

#[odm_test::test]
async fn a_window_without_the_row_needs_a_field_that_holds_null(db: Database) {
    let samples = db.collection::<Sample>();
    for number in [1.0, 2.0, 4.0] {
        samples.insert_one(&Sample { id: Id::new(), a: number, b: number }).await.unwrap();
    }
    over_no_rows! { samples;
        |s: Row| max(s.b()).documents(-3, -1) => [true, false, false];
        |s: Row| min(s.b()).documents(Unbounded, -1) => [true, false, false];
        |s: Row| avg(s.b()).documents(1, 2) => [false, false, true];
        |s: Row| first(s.b()).documents(1, Unbounded) => [false, false, true];
        |s: Row| last(s.b()).range(-1, -0.5) => [true, false, true];
        |s: Row| top(Sample::fields().b().asc(), s.b()).documents(-1, -1) => [true, false, false];
        |s: Row| bottom(Sample::fields().b().asc(), s.b()).documents(2, 2) => [false, true, true];
    }
    // These windows contain the row, or the function has a value over no rows.
    let rows: Vec<Number> = samples
        .aggregate()
        .set_window_fields(|s| sort_by(s.a().asc()), |s| NumberOf { number: max(s.b()).documents(-1, 1) })
        .cast::<Number>()
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2.0, 4.0, 4.0]);
    let rows: Vec<Number> = samples
        .aggregate()
        .set_window_fields(|s| sort_by(s.a().asc()), |s| NumberOf { number: sum(s.b()).documents(-2, -1) })
        .cast::<Number>()
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [0.0, 1.0, 3.0]);
    let rows: Vec<Numbers> = samples
        .aggregate()
        .set_window_fields(|s| sort_by(s.a().asc()), |s| NumbersOf { numbers: push(s.b()).documents(1, 1) })
        .cast::<Numbers>()
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rows.into_iter().map(|row| row.numbers).collect::<Vec<_>>(), [vec![2.0], vec![4.0], vec![]]);
}

#[odm_test::test]
async fn a_window_without_partition_and_order_is_all_rows(db: Database) {
    let samples = db.collection::<Sample>();
    for number in [1.0, 2.0, 4.0] {
        samples.insert_one(&Sample { id: Id::new(), a: number, b: number }).await.unwrap();
    }
    let rows: Vec<Number> = samples
        .aggregate()
        .set_window_fields(|_| Windows::new(), |s| NumberOf { number: sum(s.a()) })
        .cast::<Number>()
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [7.0, 7.0, 7.0]);
}

fn assert_refused(error: &Error, words: &str) {
    assert!(error.is_not_sent(), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(words) && text.contains("$setWindowFields.computed"), "{text}");
}
