//! Where rows come from: documents in the pipeline, distances from an expression, change streams, statistics.

use odm::{
    Database, Embedded, Model, Pipeline, Shape,
    bson::{Document, doc},
    expr::variable,
    geo::{Point, Polygon},
    models,
    mongodb::options::{FullDocumentBeforeChangeType, FullDocumentType},
    pipeline::{CollStats, GeoNear, SessionInfo, from, from_documents, from_documents_of, lit},
    watch::ChangeStreamStage,
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "places")]
#[odm(index(location = "2dsphere"))]
struct Place {
    id: i32,
    zip: i32,
    location: Point,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct City {
    zip: i32,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Cities {
    cities: Vec<City>,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Distance {
    metres: f64,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Near {
    near: Vec<odm::pipeline::With<Place, Distance>>,
}

fn cities() -> [City; 2] {
    [City { zip: 1, name: "Oslo".into() }, City { zip: 2, name: "$name".into() }]
}

async fn filled(db: &Database) -> odm::Result<odm::Collection<Place>> {
    let places = db.collection::<Place>();
    db.schema(models![Place]).plan().await?.apply().await?;
    let place = |id: i32| Place { id, zip: id, location: Point::new(10.0, 59.0 + f64::from(id) / 10.0) };
    places.insert_many(&[place(1), place(2)]).await?;
    Ok(places)
}

#[odm_test::test]
async fn documents_of_the_pipeline_are_joined(db: Database) -> odm::Result<()> {
    let places = filled(&db).await?;
    let joined = places
        .aggregate()
        .sort(|p| p.id().asc())
        .lookup(|p| CitiesOf { cities: from_documents(cities()).equal(p.zip(), |c| c.zip()) });
    let rows: Vec<Cities> = joined.cast::<Cities>().await?.try_collect().await?;
    let [oslo, other] = cities();
    assert_eq!(rows, [Cities { cities: vec![oslo.clone()] }, Cities { cities: vec![other] }]);

    let chosen = places.aggregate().limit(1).lookup(|p| CitiesOf {
        cities: from_documents(cities()).let_(("wanted", p.zip()), |cities, wanted| {
            cities.matching_expr(|c| c.zip().eq(wanted.over() * 0 + 1))
        }),
    });
    let rows: Vec<Cities> = chosen.cast::<Cities>().await?.try_collect().await?;
    assert_eq!(rows, [Cities { cities: vec![oslo] }]);
    Ok(())
}

#[odm_test::test]
async fn documents_of_the_pipeline_are_added_to_the_rows(db: Database) -> odm::Result<()> {
    let places = filled(&db).await?;
    let rows: Vec<City> = places
        .aggregate()
        .project(|p| CityOf { zip: p.zip(), name: "stored" })
        .union_with(Pipeline::new().documents(cities()))
        .sort(|c| c.name().asc())
        .await?
        .try_collect()
        .await?;
    assert_eq!(
        rows.iter().map(|city| &*city.name).collect::<Vec<_>>(),
        ["$name", "Oslo", "stored", "stored"]
    );
    Ok(())
}

#[odm_test::test]
async fn distances_are_measured_from_a_variable(db: Database) -> odm::Result<()> {
    let places = filled(&db).await?;
    let near = places.aggregate().let_("here", lit(Point::new(10.0, 59.2))).geo_near(
        |_| GeoNear::expr(variable::<_, Point>("here")),
        |near| DistanceOf { metres: near.distance },
    );
    let rows = near.await?.try_collect::<Vec<_>>().await?;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [2, 1]);
    assert!(rows[0].added.metres < 1.0 && rows[1].added.metres > 10_000.0);

    let joined = places.aggregate().sort(|p| p.id().asc()).lookup(|p| NearOf {
        near: from::<Place>().let_(("here", p.location()), |places, here| {
            places.geo_near(|_| GeoNear::expr(here), |near| DistanceOf { metres: near.distance })
        }),
    });
    let rows: Vec<Near> = joined.cast::<Near>().await?.try_collect().await?;
    let nearest: Vec<_> = rows.iter().map(|row| row.near[0].id).collect();
    assert_eq!(nearest, [1, 2]);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "squares")]
#[odm(index(corner = "2d"), index(area = "2dsphere"))]
struct Square {
    id: i32,
    corner: [f64; 2],
    area: Polygon,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct NearCorner {
    corner_there: [f64; 2],
    metres: f64,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct NearArea {
    area_there: Polygon,
    metres: f64,
}

#[odm_test::test]
async fn the_location_is_read_in_the_form_in_which_it_is_stored(db: Database) -> odm::Result<()> {
    db.schema(models![Square]).plan().await?.apply().await?;
    let squares = db.collection::<Square>();
    let area = Polygon::from(vec![vec![[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]]);
    squares.insert_one(&Square { id: 1, corner: [3.0, 4.0], area: area.clone() }).await?;
    let rows = squares
        .aggregate()
        .geo_near(
            |s| GeoNear::legacy(0.0, 0.0).spherical(false).key(s.corner()),
            |near| NearCornerOf { corner_there: near.location.cast::<[f64; 2]>(), metres: near.distance },
        )
        .await?
        .try_collect::<Vec<_>>()
        .await?;
    assert_eq!(rows[0].added, NearCorner { corner_there: [3.0, 4.0], metres: 5.0 });
    let rows = squares
        .aggregate()
        .geo_near(
            |s| GeoNear::new(&Point::new(0.0, 0.0)).key(s.area()),
            |near| NearAreaOf { area_there: near.location.cast::<Polygon>(), metres: near.distance },
        )
        .await?
        .try_collect::<Vec<_>>()
        .await?;
    assert_eq!(rows[0].added, NearArea { area_there: area, metres: 0.0 });
    Ok(())
}

#[odm_test::test]
async fn documents_are_computed_from_variables(db: Database) -> odm::Result<()> {
    let rows: Vec<City> = db
        .aggregate()
        .let_("base", 40)
        .documents_of([
            CityOf { zip: (variable::<_, i32>("base") + 2).to_int(), name: "$name" },
            CityOf { zip: variable::<_, i32>("base"), name: "Oslo" },
        ])
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows, [City { zip: 42, name: "$name".into() }, City { zip: 40, name: "Oslo".into() }]);

    let places = filled(&db).await?;
    let joined = places.aggregate().sort(|p| p.id().asc()).lookup(|p| CitiesOf {
        cities: from_documents_of([CityOf { zip: (variable::<_, i32>("zip") * 10).to_int(), name: "next" }])
            .let_(("zip", p.zip()), |cities, _| cities),
    });
    let rows: Vec<Cities> = joined.cast::<Cities>().await?.try_collect().await?;
    let next = |zip| Cities { cities: vec![City { zip, name: "next".into() }] };
    assert_eq!(rows, [next(10), next(20)]);
    Ok(())
}

#[test]
fn the_forms_of_a_location_and_of_its_distances() {
    let near = |near: GeoNear<Place>| {
        Pipeline::<Place>::new().geo_near(|_| near, |near| DistanceOf { metres: near.distance }).into_stages()
    };
    let oslo = Point::new(10.75, 59.91);
    let point = doc! { "type": "Point", "coordinates": [10.75, 59.91] };
    let stage = |argument: Document| vec![doc! { "$geoNear": argument }];
    assert_eq!(
        near(GeoNear::new(&oslo).spherical(None)).unwrap(),
        stage(doc! { "near": point, "distanceField": "metres" })
    );
    assert_eq!(
        near(GeoNear::legacy(10.75, 59.91).spherical(false).distance(..2)).unwrap(),
        stage(doc! {
            "near": [10.75, 59.91], "spherical": false, "maxDistance": 2.0, "distanceField": "metres",
        })
    );
    for refused in [
        GeoNear::new(&oslo).distance(-1..),
        GeoNear::new(&oslo).distance(..-0.5),
        GeoNear::new(&oslo).distance(f64::NAN..),
    ] {
        assert!(near(refused).unwrap_err().is_not_sent());
    }
}

#[test]
fn a_change_stream_is_a_stage() {
    let stream = |stage| Pipeline::<Place>::new().change_stream(stage).into_stages().unwrap();
    assert_eq!(stream(ChangeStreamStage::new()), [doc! { "$changeStream": {} }]);
    let options = ChangeStreamStage::new()
        .full_document(&FullDocumentType::UpdateLookup)
        .full_document_before_change(&FullDocumentBeforeChangeType::WhenAvailable)
        .show_expanded_events(true);
    let expected = doc! {
        "fullDocument": "updateLookup", "fullDocumentBeforeChange": "whenAvailable", "showExpandedEvents": true,
    };
    assert_eq!(stream(options), [doc! { "$changeStream": expected }]);
    assert_eq!(
        Pipeline::<Document>::new()
            .change_stream(ChangeStreamStage::new().all_changes_for_cluster(true))
            .into_stages()
            .unwrap(),
        [doc! { "$changeStream": { "allChangesForCluster": true } }]
    );
    let filtered = Pipeline::<Place>::new()
        .change_stream(ChangeStreamStage::default())
        .matching(|c| c.full_document().zip().gt(3));
    assert_eq!(filtered.into_stages().unwrap()[1], doc! { "$match": { "fullDocument.zip": { "$gt": 3 } } });
}

#[odm_test::test]
async fn statistics_are_read_as_their_type(db: Database) -> odm::Result<()> {
    let places = filled(&db).await?;
    let stats: Vec<CollStats> = places
        .aggregate()
        .coll_stats(doc! { "count": {}, "storageStats": {}, "latencyStats": {} })
        .await?
        .try_collect()
        .await?;
    assert_eq!(stats[0].count, Some(2));
    assert!(stats[0].storage_stats.is_some() && stats[0].latency_stats.is_some());

    let sessions: Vec<SessionInfo> = db.aggregate().list_local_sessions(doc! {}).await?.try_collect().await?;
    assert!(!sessions.is_empty());

    // Two indexes can answer the query, so the server compares plans and stores one.
    let driver = db.driver().collection::<Document>("places");
    for key in ["zip", "other"] {
        db.driver()
            .run_command(doc! { "createIndexes": "places", "indexes": [{ "key": { key: 1 }, "name": key }] })
            .await
            .unwrap();
    }
    for _ in 0..2 {
        driver.find_one(doc! { "zip": 1, "other": null }).await.unwrap();
    }
    let plans = places.aggregate().plan_cache_stats().matching(|plan| plan.index_filter_set().eq(false));
    let plans = plans.await?.try_collect::<Vec<_>>().await?;
    assert!(!plans.is_empty() && !plans[0].cached_plan.is_empty());

    let admin = Database::from_driver(db.driver().client().database("admin"));
    let operations = admin.aggregate().current_op(doc! {}).await?.try_collect::<Vec<_>>().await?;
    assert!(operations.iter().any(|operation| operation.kind == "op" && operation.active == Some(true)));
    Ok(())
}
