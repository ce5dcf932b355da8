//! Deeply nested filters, updates, pipelines and expressions on small stacks: they are errors and never abort the
//! process.

use std::thread;

use odm::{
    Database, Error, Filter, Model, Pipeline, Update, Write,
    bson::{Bson, Document, doc},
    pipeline::{Expr, IntoSearch, IntoSearchMeta, lit},
};

#[derive(Debug, Model)]
#[odm(collection = "points")]
struct Point {
    id: i32,
    x: i32,
    yes: bool,
    any: Bson,
}

odm::changes! {
    #[derive(Debug)]
    enum PointChange {
        Point(Point),
    }
}

/// Runs a function on a stack of 512 KiB, to create, clone, format and drop its values there.
fn on_a_small_stack<T: Send + 'static>(work: fn() -> T) -> T {
    thread::Builder::new().stack_size(512 << 10).spawn(work).unwrap().join().unwrap()
}

/// Returns `levels` nested documents. `drop` would recurse, so the tests take them apart.
fn deep(levels: usize) -> Document {
    (0..levels).fold(doc! { "x": 1 }, |inner, _| doc! { "x": inner })
}

/// A search whose document nests too deep.
struct DeepSearch;

impl IntoSearch for DeepSearch {
    fn into_search(self) -> Document {
        deep(100_000)
    }
}

impl IntoSearchMeta for DeepSearch {
    fn into_search_meta(self) -> Document {
        deep(100_000)
    }
}

fn assert_too_deep(error: &Error) {
    assert!(error.is_not_sent());
    assert!(error.to_string().contains("nested levels, found more; nothing was sent"), "{error}");
}

#[test]
fn alternatives_render_as_one_or() {
    let all = || (0..2_000).map(|n| Point::fields().x().eq(n));
    let lists = [
        Filter::any_of(all()),
        all().reduce(|all, one| all | one).unwrap(),
        all().reduce(|all, one| one | all).unwrap(),
        all().take(1_000).reduce(|all, one| all | one).unwrap()
            | all().skip(1_000).reduce(|all, one| all | one).unwrap(),
    ];
    for (filter, first) in lists.into_iter().zip([0, 0, 1_999, 0]) {
        let document = filter.into_document().unwrap();
        let list = document.get_array("$or").unwrap();
        assert_eq!(list.len(), 2_000);
        assert_eq!(list.first(), Some(&doc! { "x": { "$eq": first } }.into()));
    }
    let p = Point::fields();
    let both = (p.x().eq(1) | p.x().eq(2)) & p.yes().eq(true);
    assert_eq!(
        (both | p.x().eq(3)).to_string(),
        r#"{ "$or": [{ "$or": [{ "x": { "$eq": 1 } }, { "x": { "$eq": 2 } }], "yes": { "$eq": true } }, { "x": { "$eq": 3 } }] }"#,
    );
}

#[test]
fn filters_that_nest_too_deep_are_an_error_on_a_small_stack() {
    for error in on_a_small_stack(|| {
        let p = Point::fields();
        let negated = |times| (0..times).fold(p.x().eq(0), |filter, n| !(filter | p.x().eq(n)));
        let joined = (0..2_000).fold(p.x().eq(0), |all, n| (all & p.x().eq(1)) | p.x().eq(n));
        let filters = vec![
            negated(200),
            negated(20_000),
            joined,
            (0..5_000).fold(p.x().eq(0), |all, _| Filter::none_of([all])),
            Filter::raw(deep(400)),
            p.any().eq(Bson::from(deep(100_000))),
            p.any().eq(deep(100_000)),
            p.any().eq(vec![Bson::from(deep(100_000))]),
            Filter::raw(deep(100_000)),
            Filter::raw(doc! { "$or": [deep(100_000)] }),
            Filter::json_schema(deep(100_000)),
            Filter::<Point>::expr(|p| Expr::<_, bool>::raw(deep(100_000)) & p.yes()),
            !(Filter::raw(deep(100_000)) & p.x().eq(1)),
        ];
        let mut errors = Vec::new();
        for filter in filters {
            let copy = filter.clone();
            assert!(copy.to_string().contains("nested levels"), "{copy}");
            assert_eq!(format!("{copy:?}"), "Filter { .. }");
            errors.push(filter.into_document().unwrap_err());
        }
        errors
    }) {
        assert_too_deep(&error);
    }
}

#[test]
fn updates_that_nest_too_deep_are_an_error_on_a_small_stack() {
    for error in on_a_small_stack(|| {
        let p = Point::fields();
        let updates: Vec<Update<Point>> = vec![
            Update::raw(doc! { "$set": deep(400) }),
            p.any().set(Bson::from(deep(100_000))),
            p.any().set(deep(100_000)),
            Update::raw(deep(100_000)) + p.x().inc(1),
            p.x().inc(1) + Update::raw(deep(100_000)),
            Update::raw_pipeline(vec![doc! {}, deep(100_000)]),
        ];
        let mut errors = Vec::new();
        for update in updates {
            assert!(update.clone().to_string().contains("nested levels"));
            errors.push(update.into_parts().unwrap_err());
        }
        errors
    }) {
        assert_too_deep(&error);
    }
}

#[test]
fn pipelines_and_expressions_that_nest_too_deep_are_an_error_on_a_small_stack() {
    for error in on_a_small_stack(|| {
        let pipelines = vec![
            Pipeline::<Point>::new().stage(deep(400)),
            Pipeline::<Point>::new().stage(deep(100_000)).limit(1),
            Pipeline::<Point>::new().stage_as::<Point>(doc! { "$match": deep(100_000) }),
            Pipeline::<Point>::new()
                .matching(|_| Filter::<Point>::expr(|p| (0..2_000).fold(p.yes().eq(true), |all, _| !all))),
            Pipeline::<Point>::new().matching(|_| {
                Filter::<Point>::expr(|p| (0..2_000).fold(p.x() + 1, |sum, _| sum.abs()).gt(1))
            }),
            Pipeline::<Point>::new().matching(|_| {
                Filter::<Point>::expr(|p| (0..2_000).fold(p.yes().eq(true), |all, _| p.yes() & (all | true)))
            }),
            Pipeline::<Point>::new().coll_stats(deep(100_000)).cast(),
            Pipeline::<Point>::new().list_sessions(deep(100_000)).cast(),
            Pipeline::<Point>::new().search(DeepSearch),
            Pipeline::<Point>::new().search_meta(DeepSearch).cast(),
            Pipeline::<Point>::new().rerank(deep(100_000)),
        ];
        let mut errors = Vec::new();
        for pipeline in pipelines {
            assert!(pipeline.clone().to_string().contains("nested levels"));
            errors.push(pipeline.into_stages().unwrap_err());
        }
        let point = Point { id: 1, x: 1, yes: true, any: deep(400).into() };
        errors.push(Pipeline::<Document>::new().documents([point]).into_stages().unwrap_err());
        errors.push(Pipeline::<Document>::new().current_op(deep(100_000)).into_stages().unwrap_err());
        errors
    }) {
        assert_too_deep(&error);
    }
}

#[odm_test::test]
async fn nesting_that_the_server_accepts_is_sent(db: Database) -> odm::Result<()> {
    let (points, p) = (db.collection::<Point>(), Point::fields());
    points.insert_one(&Point { id: 1, x: 1, yes: true, any: Bson::Null }).await?;
    // The server accepts 100 nested logical operators and values of 180 levels.
    let negated = (0..40).fold(p.x().eq(1), |filter, _| !(filter | p.x().eq(7)));
    assert_eq!(points.count(negated).await?, 1);
    let value = |levels: usize| Bson::from(deep(levels - 1));
    assert_eq!(points.count(p.any().eq(value(175))).await?, 0);
    points.update_one(p.id().eq(1), p.any().set(value(175))).await?;
    assert_eq!(points.count(p.any().eq(value(175))).await?, 1);
    let terms = (0..2_000).fold(p.x().eq(7), |filter, n| filter | p.x().eq(n));
    assert_eq!(points.count(terms).await?, 1);
    Ok(())
}

#[odm_test::test]
async fn options_that_nest_too_deep_are_an_error(db: Database) -> odm::Result<()> {
    let (points, p) = (db.collection::<Point>(), Point::fields());
    let point = || Point { id: 1, x: 1, yes: true, any: Bson::Null };
    let very = || deep(100_000);
    for error in [
        points.find(Filter::all()).comment(deep(400)).await.err(),
        points.find(Filter::all()).let_("deep", lit(Bson::from(very()))).await.err(),
        points.find(Filter::all()).hint(doc! { "x": 1 }).min(very()).await.err(),
        points.count(Filter::all()).hint(very()).await.err(),
        points.estimated_count().comment(very()).await.err(),
        points.get(1).comment(very()).await.err(),
        points.insert_one(&point()).comment(very()).await.err(),
        points.insert_many(&[point()]).comment(very()).await.err(),
        points.save(&point()).comment(very()).await.err(),
        points.bulk_write([Write::insert_one(&point())]).comment(very()).await.err(),
        points.update_one(p.id().eq(1), p.x().inc(1)).comment(very()).await.err(),
        points.watch().comment(very()).await.err(),
        points.watch().comment(very()).resume_after(None).await.err(),
        db.watch::<PointChange>().comment(very()).start_after(None).await.err(),
        points.find(Filter::all()).sort(very()).await.err(),
        points.update_one(p.id().eq(1), p.x().inc(1)).array_filters([very(), very()]).await.err(),
        points.update_many(p.id().eq(1), p.x().inc(1)).array_filters([very()]).await.err(),
        db.run_command::<Document>(very()).await.err(),
    ] {
        assert_too_deep(&error.unwrap());
    }
    let write = Write::update_one(p.id().eq(1), p.x().inc(1)).array_filters([very(), very()]);
    let error = points.bulk_write([write]).await.unwrap_err();
    assert!(error.is_not_sent() && error.to_string().contains("nested levels"), "{error}");
    assert_eq!(points.count(Filter::all()).comment(doc! { "why": "test" }).await?, 0);
    Ok(())
}
