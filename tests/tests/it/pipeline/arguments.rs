//! Optional arguments of operators, and types of arguments that only some servers accept: what they render, and what the
//! server returns for them.

use odm::{
    Collection, Database, Filter, Model, Pipeline, Shape, Sort,
    bson::{Binary, Bson, DateTime, Document, Uuid, doc},
    expr::{
        Meta, bit_and_of, convert, convert_to, get_current_field, get_field, let_, meta, regex, replace_all,
        replace_one, serialize_ejson, split,
    },
    geo::Position,
    pipeline::{Current, Expression, accumulator, derivative, lit, sort_by},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "measures")]
struct Measure {
    id: i32,
    name: String,
    number: f64,
    whole: i64,
    words: Vec<String>,
    parts: Vec<Part>,
    place: Position,
    at: DateTime,
    any: Bson,
}

#[derive(Debug, Clone, PartialEq, odm::Embedded)]
struct Part {
    sku: String,
    qty: i32,
}

fn part(sku: &str, qty: i32) -> Part {
    Part { sku: sku.to_owned(), qty }
}

fn measure(id: i32, number: f64, words: &[&str], parts: &[Part], any: impl Into<Bson>) -> Measure {
    Measure {
        id,
        name: format!("m{id}"),
        number,
        whole: id.into(),
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        parts: parts.to_vec(),
        place: [f64::from(id), 0.0],
        at: DateTime::from_millis(i64::from(id) * 1000),
        any: any.into(),
    }
}

async fn measures(db: &Database) -> Collection<Measure> {
    let measures = db.collection::<Measure>();
    let all = [
        measure(1, 2.555, &[], &[part("a", 1), part("b", 9)], "Text"),
        measure(2, -1234.5, &["b"], &[part("a", 9)], DateTime::from_millis(0)),
        measure(3, 4.5, &["a", "c"], &[], doc! { "key": 1 }),
        measure(4, 8.0, &["c"], &[part("b", 1), part("a", 9)], vec![Bson::from(1), Bson::from(2)]),
        measure(5, 12.75, &["a"], &[part("c", 5)], true),
    ];
    measures.insert_many(&all).await.unwrap();
    measures
}

async fn ids(measures: &Collection<Measure>, filter: Filter<Measure>) -> Vec<i32> {
    let text = filter.to_string();
    let rows = measures.find(filter).sort(Measure::fields().id().asc()).await.unwrap();
    let rows: Vec<Measure> = rows.try_collect().await.unwrap_or_else(|error| panic!("{text}: {error}"));
    rows.iter().map(|measure| measure.id).collect()
}

/// Renders an expression.
fn rendered<X: Expression<Measure>>(value: impl FnOnce(odm::expr::Exprs<Measure>) -> X) -> Bson {
    let stages = Pipeline::<Measure>::new().sort_by_count(value).into_stages().unwrap();
    stages[0].get("$sortByCount").unwrap().clone()
}

/// Returns the values of an expression in all documents.
macro_rules! values {
    ($measures:ident, $type:ty, |$row:ident| $value:expr) => {{
        #[derive(Debug, Shape)]
        struct Row {
            value: $type,
        }
        let rows = $measures
            .aggregate()
            .sort(|m| m.id().asc())
            .project(|$row| RowOf { value: $value })
            .await
            .unwrap();
        let rows: Vec<Row> = rows.try_collect().await.unwrap();
        rows.into_iter().map(|row| row.value).collect::<Vec<$type>>()
    }};
}

#[odm_test::test]
async fn numbers_are_rounded_to_whole_numbers_or_to_a_place(db: Database) {
    let measures = measures(&db).await;
    assert_eq!(values!(measures, f64, |m| m.number().round()), [3.0, -1234.0, 4.0, 8.0, 13.0]);
    assert_eq!(values!(measures, f64, |m| m.number().trunc()), [2.0, -1234.0, 4.0, 8.0, 12.0]);
    assert_eq!(values!(measures, f64, |m| m.number().trunc().place(1)), [2.5, -1234.5, 4.5, 8.0, 12.7]);
    assert_eq!(values!(measures, f64, |m| m.number().round().place(-1)), [0.0, -1230.0, 0.0, 10.0, 10.0]);
    assert_eq!(rendered(|m| m.number().round()), doc! { "$round": "$number" }.into());
    assert_eq!(rendered(|m| m.number().round().place(1)), doc! { "$round": ["$number", 1] }.into());
    assert_eq!(
        rendered(|m| m.number().trunc().place(m.whole())),
        doc! { "$trunc": ["$number", "$whole"] }.into()
    );
}

#[odm_test::test]
async fn arrays_are_compared_as_a_whole(db: Database) {
    let measures = measures(&db).await;
    let m = Measure::fields();
    let not_empty = m.words().gt(Vec::<String>::new());
    assert_eq!(not_empty.to_string(), r#"{ "words": { "$gt": [] } }"#);
    assert_eq!(ids(&measures, not_empty).await, [2, 3, 4, 5]);
    assert_eq!(ids(&measures, m.words().gte(["b"])).await, [2, 4]);
    assert_eq!(ids(&measures, m.words().lt(["a", "b"])).await, [1, 5]);
    assert_eq!(ids(&measures, m.words().lte(["a", "c"])).await, [1, 3, 5]);
    let longer = Filter::<Measure>::expr(|m| m.words().gt(lit(vec!["a".to_owned()])));
    assert_eq!(ids(&measures, longer).await, [2, 3, 4]);
}

#[odm_test::test]
async fn each_of_several_conditions_is_met_by_an_element(db: Database) {
    let measures = measures(&db).await;
    let m = Measure::fields();
    let both = m.parts().all_any(|part| [part.sku().eq("a") & part.qty().gt(5), part.sku().eq("b")]);
    assert_eq!(
        both.clone().into_document().unwrap(),
        doc! { "parts": { "$all": [
            { "$elemMatch": { "sku": { "$eq": "a" }, "qty": { "$gt": 5 } } },
            { "$elemMatch": { "sku": { "$eq": "b" } } },
        ] } }
    );
    assert_eq!(ids(&measures, both).await, [4]);
    assert_eq!(ids(&measures, m.parts().all_any(|part| [part.sku().eq("a")])).await, [1, 2, 4]);
    assert_eq!(ids(&measures, m.parts().all_any(|_| Vec::<Filter<Part>>::new())).await, Vec::<i32>::new());
    let words = m.words().all_any(|word| [word.gt("a") & word.lt("d"), word.lt("b")]);
    assert_eq!(ids(&measures, words).await, [3]);
}

#[odm_test::test]
async fn fractions_of_a_divisor_are_removed(db: Database) {
    let measures = measures(&db).await;
    let m = Measure::fields();
    let fourth = m.number().mod_(4.5, 0);
    assert_eq!(fourth.clone().into_document().unwrap(), doc! { "number": { "$mod": [4.5, 0_i64] } });
    assert_eq!(ids(&measures, fourth).await, [3, 4, 5]);
    assert_eq!(ids(&measures, m.number().mod_(4, 0.9)).await, [3, 4, 5]);
    for (refused, expected) in [
        (m.number().mod_(0.5, 0), "a divisor other than zero, found zero"),
        (m.number().mod_(f64::NAN, 0), "a number that fits int64, found another number"),
        (m.number().mod_(2, 1e19), "a number that fits int64, found another number"),
        (m.number().mod_(f64::INFINITY, 0), "a number that fits int64, found another number"),
    ] {
        let error = refused.into_document().unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    // What is refused is what the server refuses.
    for operands in
        [[0.5, 0.0], [f64::NAN, 0.0], [2.0, 1e19], [f64::INFINITY, 0.0], [9_223_372_036_854_775_808.0, 0.0]]
    {
        let sent = measures.driver().find(doc! { "number": { "$mod": operands.to_vec() } }).await;
        assert!(sent.is_err(), "{operands:?}");
    }
    let least =
        measures.driver().find(doc! { "number": { "$mod": [-9_223_372_036_854_775_808.0, 0.0] } }).await;
    assert!(least.is_ok());
}

#[odm_test::test]
async fn pairs_of_coordinates_are_searched_near_a_pair(db: Database) {
    let measures = measures(&db).await;
    let index = odm::mongodb::IndexModel::builder().keys(doc! { "place": "2d" }).build();
    measures.driver().create_index(index).await.unwrap();
    let m = Measure::fields();
    let near = m.place().near_coordinates([3, 0], ..=1);
    assert_eq!(
        near.clone().into_document().unwrap(),
        doc! { "place": { "$near": [3.0, 0.0], "$maxDistance": 1.0 } }
    );
    let found: Vec<Measure> = measures.find(near).await.unwrap().try_collect().await.unwrap();
    let mut found: Vec<i32> = found.iter().map(|measure| measure.id).collect();
    assert_eq!(found[0], 3, "the nearest first");
    found.sort_unstable();
    assert_eq!(found, [2, 3, 4]);
    let far = measures.find(m.place().near_sphere_coordinates([1.0, 0.0], 0.03..=0.06));
    let far: Vec<Measure> = far.await.unwrap().try_collect().await.unwrap();
    assert_eq!(far.iter().map(|measure| measure.id).collect::<Vec<_>>(), [3, 4]);
}

#[odm_test::test]
async fn a_regular_expression_is_a_value_or_a_pattern(db: Database) {
    let measures = measures(&db).await;
    let m = Measure::fields();
    assert_eq!(ids(&measures, m.name().regex_literal("^M[12]", "i")).await, [1, 2]);
    assert_eq!(ids(&measures, m.name().eq_regex("^m", "")).await, Vec::<i32>::new());
    let stored = odm::bson::Regex { pattern: "^m".try_into().unwrap(), options: "".try_into().unwrap() };
    let update = doc! { "$set": { "any": stored } };
    measures.driver().update_one(doc! { "_id": 3 }, update).await.unwrap();
    assert_eq!(ids(&measures, m.any().eq_regex("^m", "")).await, [3]);
}

#[odm_test::test]
async fn the_score_of_a_text_search_sorts_under_any_name(db: Database) {
    let measures = measures(&db).await;
    let index = odm::mongodb::IndexModel::builder().keys(doc! { "words": "text" }).build();
    measures.driver().create_index(index).await.unwrap();
    let m = Measure::fields();
    let sort = Sort::<Measure>::meta("score", Meta::TEXT_SCORE).then(m.id().desc());
    assert_eq!(sort.to_string(), r#"{ "score": { "$meta": "textScore" }, "_id": -1 }"#);
    let found: Vec<Measure> =
        measures.find(Filter::text("b c")).sort(sort.clone()).await.unwrap().try_collect().await.unwrap();
    let found: Vec<i32> = found.iter().map(|measure| measure.id).collect();
    assert_eq!(found.len(), 3);
    let rows = measures.aggregate().matching(|_| Filter::text("b c")).sort(|_| sort.clone()).await.unwrap();
    let rows: Vec<Measure> = rows.try_collect().await.unwrap();
    assert_eq!(rows.iter().map(|measure| measure.id).collect::<Vec<_>>(), found);
}

#[test]
fn metadata_of_a_row_has_a_keyword() {
    assert_eq!(rendered(|_| meta(Meta::RECORD_ID)), doc! { "$meta": "recordId" }.into());
    assert_eq!(
        rendered(|_| meta(Meta::SEARCH_SEQUENCE_TOKEN)),
        doc! { "$meta": "searchSequenceToken" }.into()
    );
    assert_eq!(rendered(|_| meta(Meta::SORT_KEY)), doc! { "$meta": "sortKey" }.into());
    assert_eq!(rendered(|_| meta(Meta::GEO_NEAR_POINT)), doc! { "$meta": "geoNearPoint" }.into());
    assert_eq!(
        rendered(|_| meta(Meta::SEARCH_ROOT_DOCUMENT_ID)),
        doc! { "$meta": "searchRootDocumentId" }.into()
    );
    assert_eq!(rendered(|_| meta(Meta::<Option<f64>>::new("other"))), doc! { "$meta": "other" }.into());
}

#[odm_test::test]
async fn a_script_has_arguments_of_its_first_state(db: Database) {
    #[derive(Debug, PartialEq, Shape)]
    struct Total {
        #[odm(id)]
        even: bool,
        total: f64,
    }
    let measures = measures(&db).await;
    let rows = measures
        .aggregate()
        .group(|m| TotalOf {
            even: (m.id() % 2).eq(0),
            total: accumulator("function(from) { return from }", "function(a, b) { return a + b }")
                .init_args((100,))
                .accumulate::<f64>("function(state, number) { return state + number }", (m.id(),)),
        })
        .sort(|t| t.even().asc())
        .await;
    let rows: Vec<Total> = rows.unwrap().try_collect().await.unwrap();
    assert_eq!(rows, [Total { even: false, total: 109.0 }, Total { even: true, total: 106.0 }]);
}

#[odm_test::test]
async fn the_derivative_of_a_date_is_in_milliseconds(db: Database) {
    #[derive(Debug, PartialEq, Shape)]
    struct Rate {
        rate: Option<f64>,
    }
    let measures = measures(&db).await;
    let rows = measures
        .aggregate()
        .set_window_fields(
            |m| sort_by(m.whole().asc()),
            |m| RateOf { rate: derivative(m.at()).documents(-1, Current) },
        )
        .sort(|m| m.id().asc())
        .project(|m| RateOf { rate: m.rate() })
        .await;
    let rows: Vec<Rate> = rows.unwrap().try_collect().await.unwrap();
    let rates: Vec<Option<f64>> = rows.iter().map(|row| row.rate).collect();
    assert_eq!(rates, [None, Some(1000.0), Some(1000.0), Some(1000.0), Some(1000.0)]);
}

#[odm_test::test]
async fn a_value_is_converted_to_a_type_that_is_an_expression(db: Database) {
    let measures = measures(&db).await;
    let texts = values!(measures, Bson, |m| m.whole().convert_to("string"));
    assert_eq!(texts[0], "1".into());
    let numbers = values!(measures, Bson, |m| convert_to(m.name().substr_cp(1, 1), 16));
    assert_eq!(numbers[4], 5.into());
    let types = values!(measures, f64, |m| convert_to(m.whole(), m.number().type_of()).cast::<f64>());
    assert_eq!(types, [1.0, 2.0, 3.0, 4.0, 5.0]);
}

/// What only newer servers accept is what 6.0 refuses.
#[odm_test::test]
async fn a_server_of_version_6_needs_a_constant_name_and_a_document(db: Database) {
    let measures = measures(&db).await;
    let computed = measures.aggregate().sort_by_count(|m| get_field::<_, i32>(m.any(), m.name())).await;
    assert_eq!(computed.err().and_then(|error| error.code()), Some(5_654_600));
    let current = measures.aggregate().sort_by_count(|_| get_current_field::<_, i32>("name")).await;
    assert!(current.is_err());
}

#[test]
fn conversions_name_their_type() {
    let to = |to: Bson| Bson::from(doc! { "$convert": { "input": "$name", "to": to } });
    assert_eq!(rendered(|m| m.name().convert_to(1)), to(1.into()));
    assert_eq!(rendered(|m| m.name().convert::<Vec<Bson>>()), to("array".into()));
    assert_eq!(rendered(|m| m.name().convert::<Document>()), to("object".into()));
    assert_eq!(rendered(|m| m.name().convert::<Uuid>()), to(doc! { "type": "binData", "subtype": 4 }.into()));
    assert_eq!(
        rendered(|m| convert::<_, Binary, _>(m.name()).binary_subtype(0)),
        to(doc! { "type": "binData", "subtype": 0 }.into())
    );
}

#[test]
fn arguments_of_newer_servers_render_as_in_the_manual() {
    let dash = odm::bson::Regex { pattern: "-+".try_into().unwrap(), options: "i".try_into().unwrap() };
    assert_eq!(
        rendered(|m| split(m.name(), regex("-+", "i"))),
        doc! { "$split": ["$name", dash.clone()] }.into()
    );
    let find = |operator: &str| -> Bson {
        doc! { operator: { "input": "$name", "find": dash.clone(), "replacement": "" } }.into()
    };
    assert_eq!(rendered(|m| replace_all(m.name(), regex("-+", "i"), "")), find("$replaceAll"));
    assert_eq!(rendered(|m| replace_one(m.name(), regex("-+", "i"), "")), find("$replaceOne"));
    assert_eq!(
        rendered(|m| serialize_ejson(m.at()).relaxed(false).on_error(0)),
        doc! { "$serializeEJSON": { "input": "$at", "relaxed": false, "onError": 0 } }.into()
    );
    assert_eq!(rendered(|m| bit_and_of((m.whole(), 5, 7_i32))), doc! { "$bitAnd": ["$whole", 5, 7] }.into());
    assert_eq!(rendered(|m| bit_and_of([m.whole()])), doc! { "$bitAnd": ["$whole"] }.into());
    assert_eq!(
        rendered(|_| get_current_field::<_, i32>("a.b")),
        doc! { "$getField": { "field": "a.b" } }.into()
    );
    assert_eq!(
        rendered(|m| get_field::<_, i32>(m.any(), m.name())),
        doc! { "$getField": { "field": "$name", "input": "$any" } }.into()
    );
}

#[odm_test::test]
async fn nested_closures_read_the_elements_of_the_outer_ones(db: Database) {
    let measures = measures(&db).await;
    let sums = values!(measures, Vec<i64>, |m| {
        m.words().map(|word| m.parts().reduce(lit(0_i64), |sum, part| sum + part.qty() + word.str_len_cp()))
    });
    assert_eq!(sums, [vec![], vec![10], vec![0, 0], vec![12], vec![6]]);
    let twice = values!(measures, i32, |m| {
        m.parts()
            .reduce(lit(0_i64), |sum, part| {
                sum + m.parts().reduce(lit(0_i64), |inner, other| inner + other.qty() * part.qty())
            })
            .to_int()
    });
    assert_eq!(twice, [100, 81, 0, 100, 25]);
    let with_let = values!(measures, i64, |m| {
        let_((("value", m.whole()), ("this", 10), ("it", 100)), |(value, this, it)| {
            m.parts().reduce(lit(0_i64), |sum, _| sum + value + this + it)
        })
    });
    assert_eq!(with_let, [222, 112, 0, 228, 115]);
}

/// A field of any type has the operators on strings, dates, documents, arrays and booleans.
#[odm_test::test]
async fn a_field_of_any_type_has_the_expressions_of_each_type(db: Database) {
    let measures = measures(&db).await;
    macro_rules! of {
        ($id:literal, $type:ty, |$row:ident| $value:expr) => {{
            #[derive(Debug, Shape)]
            struct Row {
                value: $type,
            }
            let rows = measures
                .aggregate()
                .matching(|m| m.id().eq($id))
                .project(|$row| RowOf { value: $value })
                .await
                .unwrap();
            let mut rows: Vec<Row> = rows.try_collect().await.unwrap();
            rows.remove(0).value
        }};
    }
    assert_eq!(of!(1, String, |m| m.any().to_upper()), "TEXT");
    assert_eq!(of!(1, i32, |m| m.any().str_len_cp()), 4);
    assert_eq!(of!(1, Option<i32>, |m| m.any().binary_size()), Some(4));
    assert!(of!(1, bool, |m| m.any().regex_match("^T")));
    assert_eq!(of!(2, Option<i32>, |m| m.any().year()), Some(1970));
    assert_eq!(of!(3, Option<i32>, |m| m.any().get_field::<i32>("key")), Some(1));
    assert_eq!(of!(3, Document, |m| m.any().merge_objects(m.any())), doc! { "key": 1 });
    assert_eq!(of!(4, i32, |m| m.any().size()), 2);
    assert_eq!(of!(4, Vec<Bson>, |m| m.any().first_n(1)), [Bson::from(1)]);
    assert!(!of!(5, bool, |m| !m.any()));
    assert_eq!(of!(5, i32, |m| odm::expr::cond(m.any(), 1, 2)), 1);
}
