//! `$expr`: what expressions render, and that the server finds the same documents as the equivalent Rust code.

use odm::{
    Database, Embedded, Filter, Id, Model, Value,
    bson::{DateTime, Document, doc},
    pipeline::{Expr, cond, divide, lit, now, rand, switch},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Value)]
#[serde(rename_all = "lowercase")]
enum Size {
    Small,
    Large,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Limits {
    low: i32,
    high: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "gauges")]
struct Gauge {
    id: i32,
    name: String,
    alias: Option<String>,
    value: f64,
    count: u32,
    limits: Limits,
    size: Size,
    on: bool,
    ready: Option<bool>,
    since: DateTime,
    until: Option<DateTime>,
    owner: Id<Gauge>,
    eq: i32,
}

fn gauge(id: i32) -> Gauge {
    Gauge {
        id,
        name: format!("g{id}"),
        alias: (id % 2 == 0).then(|| format!("g{id}")),
        value: f64::from(id) - 2.5,
        count: u32::try_from(id).unwrap(),
        limits: Limits { low: 2, high: (id > 2).then_some(4) },
        size: if id > 3 { Size::Large } else { Size::Small },
        on: id > 1,
        ready: (id != 3).then_some(id > 2),
        since: DateTime::from_millis(0),
        until: (id == 2).then(|| DateTime::from_millis(1)),
        owner: Id::from(2),
        eq: 4,
    }
}

/// A condition, what it renders, and the same in Rust.
type Case = (Filter<Gauge>, Document, fn(&Gauge) -> bool);

/// This function determines the type of the closures.
fn expr<X>(condition: impl FnOnce(odm::expr::Exprs<Gauge>) -> X) -> Filter<Gauge>
where
    X: odm::pipeline::Expression<Gauge>,
    X::T: odm::expr::Truth,
{
    Filter::expr(condition)
}

#[allow(clippy::too_many_lines, reason = "one table")]
fn cases() -> Vec<Case> {
    vec![
        // comparison
        (expr(|g| g.name().eq(g.alias())), doc! { "$eq": ["$name", "$alias"] }, |g| {
            g.alias.as_ref() == Some(&g.name)
        }),
        (expr(|g| g.name().eq("$alias")), doc! { "$eq": ["$name", { "$literal": "$alias" }] }, |_| false),
        (expr(|g| g.value().ne(g.count())), doc! { "$ne": ["$value", "$count"] }, |_| true),
        (expr(|g| g.count().gt(g.limits().low())), doc! { "$gt": ["$count", "$limits.low"] }, |g| g.id > 2),
        (expr(|g| g.count().gte(3)), doc! { "$gte": ["$count", 3_i64] }, |g| g.count >= 3),
        (expr(|g| g.value().lt(0)), doc! { "$lt": ["$value", 0.0] }, |g| g.value < 0.0),
        // Null comes before every number.
        (expr(|g| g.limits().high().lte(g.count())), doc! { "$lte": ["$limits.high", "$count"] }, |g| {
            g.limits.high <= Some(i64::from(g.count))
        }),
        (
            expr(|g| g.count().cmp(g.limits().low()).eq(-1)),
            doc! { "$eq": [{ "$cmp": ["$count", "$limits.low"] }, -1] },
            |g| g.id < 2,
        ),
        (expr(|g| g.size().eq(Size::Large)), doc! { "$eq": ["$size", "large"] }, |g| g.size == Size::Large),
        (expr(|g| g.id().eq(g.count())), doc! { "$eq": ["$_id", "$count"] }, |_| true),
        (expr(|g| g.owner().eq(Id::from(2))), doc! { "$eq": ["$owner", 2] }, |_| true),
        (expr(|g| g.since().lt(now())), doc! { "$lt": ["$since", "$$NOW"] }, |_| true),
        // Dates: their difference in milliseconds, and a date plus some milliseconds.
        (
            expr(|g| (now() - g.since()).gt(0)),
            doc! { "$gt": [{ "$subtract": ["$$NOW", "$since"] }, 0_i64] },
            |_| true,
        ),
        (
            expr(|g| (g.until() - g.since()).gt(0)),
            doc! { "$gt": [{ "$subtract": ["$until", "$since"] }, 0_i64] },
            |g| g.until.is_some(),
        ),
        (
            expr(|g| (g.since() + g.count()).gte(g.since() - 60_000)),
            doc! { "$gte": [{ "$add": ["$since", "$count"] }, { "$subtract": ["$since", 60_000] }] },
            |_| true,
        ),
        (
            expr(|g| (1000 + g.since()).gt(g.since())),
            doc! { "$gt": [{ "$add": [1000, "$since"] }, "$since"] },
            |_| true,
        ),
        (expr(|g| g.until().gt(g.since())), doc! { "$gt": ["$until", "$since"] }, |g| g.until.is_some()),
        (
            expr(|g| g.limits().eq(&Limits { low: 2, high: None })),
            doc! { "$eq": ["$limits", { "$literal": { "low": 2, "high": null } }] },
            |g| g.limits.high.is_none(),
        ),
        // The accessor of a field hides the operator of the same name on a document. The field itself has the
        // operator.
        (expr(|g| g.eq().eq(g.count())), doc! { "$eq": ["$eq", "$count"] }, |g| g.id == 4),
        // boolean
        (expr(|g| g.on()), doc! {}, |g| g.on),
        (
            expr(|g| g.on() & g.ready() & g.value().gt(1)),
            doc! { "$and": ["$on", "$ready", { "$gt": ["$value", 1.0] }] },
            |g| g.on && g.ready == Some(true) && g.value > 1.0,
        ),
        (
            expr(|g| g.ready() | (g.on() & g.count().lt(3))),
            doc! { "$or": ["$ready", { "$and": ["$on", { "$lt": ["$count", 3_i64] }] }] },
            |g| g.ready == Some(true) || (g.on && g.count < 3),
        ),
        (
            expr(|g| g.on() & (g.ready() & g.value().gt(1))),
            doc! { "$and": ["$on", "$ready", { "$gt": ["$value", 1.0] }] },
            |g| g.on && g.ready == Some(true) && g.value > 1.0,
        ),
        (
            expr(|g| (g.on() | g.ready()) | (g.value().gt(1) | g.count().lt(3))),
            doc! { "$or": ["$on", "$ready", { "$gt": ["$value", 1.0] }, { "$lt": ["$count", 3_i64] }] },
            |g| g.on || g.ready == Some(true) || g.value > 1.0 || g.count < 3,
        ),
        (expr(|g| !g.ready()), doc! { "$not": ["$ready"] }, |g| g.ready != Some(true)),
        // conditional
        (
            expr(|g| g.count().lt(cond(g.on(), g.limits().high(), 2))),
            doc! { "$lt": ["$count", { "$cond": { "if": "$on", "then": "$limits.high", "else": 2_i64 } }] },
            |g| Some(i64::from(g.count)) < if g.on { g.limits.high } else { Some(2) },
        ),
        (
            expr(|g| g.limits().high().if_null(g.limits().low()).gt(3)),
            doc! { "$gt": [{ "$ifNull": ["$limits.high", "$limits.low"] }, 3_i64] },
            |g| g.limits.high.unwrap_or(2) > 3,
        ),
        (
            expr(|g| {
                switch(g.count().gt(3), "many").case(g.count().gt(1), "some").default(g.name()).eq("some")
            }),
            doc! { "$eq": [{ "$switch": {
                "branches": [
                    { "case": { "$gt": ["$count", 3_i64] }, "then": "many" },
                    { "case": { "$gt": ["$count", 1_i64] }, "then": "some" },
                ],
                "default": "$name",
            } }, "some"] },
            |g| g.count > 1 && g.count <= 3,
        ),
        // arithmetic and conversion
        (
            expr(|g| (g.count() % 2).eq(0) & (g.value() - 0.5).abs().floor().lte(1)),
            doc! { "$and": [
                { "$eq": [{ "$mod": ["$count", 2] }, 0_i64] },
                { "$lte": [{ "$floor": { "$abs": { "$subtract": ["$value", 0.5] } } }, 1.0] },
            ] },
            |g| g.count % 2 == 0 && (g.value - 0.5).abs().floor() <= 1.0,
        ),
        (
            expr(|g| g.value().ceil().round().place(0).to_long().eq(divide(g.count(), 1).to_int() - 2)),
            doc! { "$eq": [
                { "$toLong": { "$round": [{ "$ceil": "$value" }, 0] } },
                { "$subtract": [{ "$toInt": { "$divide": ["$count", 1] } }, 2] },
            ] },
            |_| true,
        ),
        (
            expr(|g| g.count().to_double().lt(g.value().to_decimal())),
            doc! { "$lt": [{ "$toDouble": "$count" }, { "$toDecimal": "$value" }] },
            |_| false,
        ),
        // others
        (expr(|_| rand().lt(0)), doc! { "$lt": [{ "$rand": {} }, 0.0] }, |_| false),
        (expr(|_| lit(true)), doc! {}, |_| true),
        (
            expr(|g| g.name().eq(Expr::<Gauge, String>::raw(doc! { "$toLower": "$name" }))),
            doc! { "$eq": ["$name", { "$toLower": "$name" }] },
            |_| true,
        ),
    ]
}

#[test]
fn expressions_render_as_in_the_manual() {
    for (filter, rendered, _) in cases() {
        let sent = filter.into_document().unwrap();
        if !rendered.is_empty() {
            assert_eq!(sent, doc! { "$expr": rendered });
        }
    }
    assert_eq!(expr(|g| g.on()).into_document().unwrap(), doc! { "$expr": "$on" });
    assert_eq!(expr(|_| lit(true)).into_document().unwrap(), doc! { "$expr": true });
}

#[odm_test::test]
async fn expressions_find_the_same_documents_as_rust(db: Database) -> odm::Result<()> {
    let gauges = db.collection::<Gauge>();
    let all: Vec<Gauge> = (1..=5).map(gauge).collect();
    gauges.insert_many(&all).await?;
    let g = Gauge::fields();
    for (filter, _, holds) in cases() {
        let expected: Vec<Gauge> = all.iter().filter(|gauge| holds(gauge)).cloned().collect();
        let filter_text = filter.to_string();
        let found: Vec<Gauge> = gauges.find(filter.clone()).sort(g.id().asc()).await?.try_collect().await?;
        assert_eq!(found, expected, "{filter_text}");
        // In a pipeline, and joined with a condition of the other kind.
        let rows: Vec<Gauge> =
            gauges.aggregate().matching(|_| filter).sort(|g| g.id().asc()).await?.try_collect().await?;
        assert_eq!(rows, expected, "{filter_text}");
    }
    let rows: Vec<Gauge> =
        gauges.aggregate().matching_expr(|g| g.count().gt(g.eq())).await?.try_collect().await?;
    assert_eq!(rows, [gauge(5)]);
    let joined = g.name().ne("g3") & Filter::<Gauge>::expr(|g| g.count().gt(g.limits().low()));
    assert_eq!(gauges.count(joined).await?, 2);
    Ok(())
}

#[test]
fn expr_inside_any_is_refused() {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[odm(collection = "racks")]
    struct Rack {
        id: i32,
        all: Vec<Limits>,
    }
    let r = Rack::fields();
    let inside = || Filter::<Limits>::expr(|l| l.low().gt(l.high()));
    let message = "expected a condition on the elements, found `$expr`, which is about the whole document";
    let filter = r.all().any(|_| inside()).into_document().unwrap_err();
    assert!(filter.is_not_sent() && filter.to_string().contains(message), "{filter}");
    let deeper = r.all().any(|l| l.low().gt(1) | inside()).into_document().unwrap_err();
    assert!(deeper.to_string().contains(message), "{deeper}");
    for update in [r.all().pull_where(|_| inside()), r.all().each_where(|_| inside()).low().set(1)] {
        let update = update.into_parts().unwrap_err();
        assert!(update.is_not_sent() && update.to_string().contains(message), "{update}");
    }
}
