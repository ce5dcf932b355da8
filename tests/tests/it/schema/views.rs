//! Views of a typed pipeline, and materialized views.

use odm::{
    Database, Id, Model,
    bson::{DateTime, Document, doc},
    models,
    pipeline::{Pipeline, count, sum},
};

#[derive(Debug, Clone, Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    city: String,
    total: i64,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "city_totals", view(on = Order, pipeline = city_totals))]
struct CityTotal {
    #[odm(id)]
    city: String,
    total: i64,
    orders: i64,
}

fn city_totals() -> Pipeline<Order, CityTotal> {
    Pipeline::<Order>::new().group(|o| CityTotalOf { city: o.city(), total: sum(o.total()), orders: count() })
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "large_cities", view(on = CityTotal, pipeline = large_cities))]
struct LargeCity {
    #[odm(id)]
    city: String,
    total: i64,
}

fn large_cities() -> Pipeline<CityTotal, LargeCity> {
    Pipeline::<CityTotal>::new()
        .matching(|c| c.total().gte(100))
        .project(|c| LargeCityOf { city: c.city(), total: c.total() })
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "kept_totals", materialized_view(on = Order, pipeline = kept_totals), index(total = -1))]
struct KeptTotal {
    #[odm(id)]
    city: String,
    total: i64,
}

fn kept_totals() -> Pipeline<Order, KeptTotal> {
    Pipeline::<Order>::new().group(|o| KeptTotalOf { city: o.city(), total: sum(o.total()) })
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "replaced_totals", index(total))]
#[odm(materialized_view(on = Order, pipeline = replaced_totals, write = "out"))]
struct ReplacedTotal {
    #[odm(id)]
    city: String,
    total: i64,
}

fn replaced_totals() -> Pipeline<Order, ReplacedTotal> {
    Pipeline::<Order>::new()
        .with_deleted()
        .group(|o| ReplacedTotalOf { city: o.city(), total: sum(o.total()) })
}

// --- models end here

fn order(city: &str, total: i64) -> Order {
    Order { id: Id::new(), city: city.to_owned(), total, deleted_at: None }
}

#[odm_test::test]
async fn a_view_shows_what_its_pipeline_makes(db: Database) {
    let orders = db.collection::<Order>();
    orders.insert_many([order("Oslo", 60), order("Oslo", 50), order("Rome", 7)]).await.unwrap();
    let schema = db.schema(models![Order, CityTotal, LargeCity]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        "+ city_totals: create view on orders [safe]\n+ large_cities: create view on city_totals [safe]"
    );
    assert_eq!(
        plan.apply().await.unwrap().to_string(),
        "created view city_totals\ncreated view large_cities"
    );
    let again = schema.plan().await.unwrap();
    assert!(again.is_empty(), "{again}");
    assert!(schema.scan().await.unwrap().is_clean());

    let totals = db.collection::<CityTotal>();
    let c = CityTotal::fields();
    let all: Vec<CityTotal> =
        totals.find(c.orders().gte(1)).sort(c.city().asc()).await.unwrap().try_collect().await.unwrap();
    let total = |city: &str, total, orders| CityTotal { city: city.to_owned(), total, orders };
    assert_eq!(all, [total("Oslo", 110, 2), total("Rome", 7, 1)]);
    let large = db.collection::<LargeCity>().get("Oslo").await.unwrap().unwrap();
    assert_eq!(large.total, 110);

    // The view shows no deleted orders.
    let o = Order::fields();
    orders.delete_many(o.total().gte(50)).await.unwrap();
    assert_eq!(totals.count(c.orders().gte(1)).await.unwrap(), 1);
    let error = totals.insert_one(&total("Bonn", 1, 1)).await.unwrap_err();
    assert_eq!(error.code(), Some(166), "{error}");
}

#[odm_test::test]
async fn a_materialized_view_is_refreshed_row_by_row(db: Database) {
    let orders = db.collection::<Order>();
    orders.insert_many([order("Oslo", 60), order("Rome", 7)]).await.unwrap();
    db.schema(models![Order, KeptTotal]).plan().await.unwrap().apply().await.unwrap();
    let totals = db.collection::<KeptTotal>();
    assert_eq!(
        totals.refresh().to_string(),
        r#"[{ "$group": { "_id": "$city", "total": { "$sum": "$total" } } }, { "$merge": { "into": "kept_totals", "whenMatched": "replace" } }]"#
    );
    totals.refresh().await.unwrap();
    assert_eq!(totals.get("Oslo").await.unwrap().unwrap().total, 60);

    let o = Order::fields();
    orders.insert_one(&order("Oslo", 1)).await.unwrap();
    orders.delete_one(o.city().eq("Rome")).await.unwrap();
    totals.refresh().await.unwrap();
    assert_eq!(totals.get("Oslo").await.unwrap().unwrap().total, 61);
    assert_eq!(totals.get("Rome").await.unwrap().unwrap().total, 7, "a document without a row stays");
    assert!(db.schema(models![KeptTotal]).plan().await.unwrap().is_empty());
}

#[odm_test::test]
async fn a_materialized_view_is_replaced_with_its_indexes_kept(db: Database) {
    let orders = db.collection::<Order>();
    orders.insert_many([order("Oslo", 60), order("Rome", 7)]).await.unwrap();
    let schema = db.schema(models![Order, ReplacedTotal]);
    schema.plan().await.unwrap().apply().await.unwrap();
    let totals = db.collection::<ReplacedTotal>();
    let stale = doc! { "_id": "Bonn", "total": 1_i64 };
    db.driver().collection::<Document>("replaced_totals").insert_one(stale).await.unwrap();
    let o = Order::fields();
    orders.delete_one(o.city().eq("Rome")).await.unwrap();
    totals.refresh().await.unwrap();
    assert_eq!(totals.estimated_count().await.unwrap(), 2);
    assert_eq!(totals.get("Rome").await.unwrap().unwrap().total, 7, "the pipeline reads deleted orders too");
    let again = schema.plan().await.unwrap();
    assert!(again.is_empty(), "{again}");
}
