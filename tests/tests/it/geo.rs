//! Geometries: they are stored as GeoJSON and found by their position.

use odm::{
    __private::Raw,
    Collection, Database, Filter, Model,
    bson::{Bson, Document, doc, serialize_to_vec},
    geo::{Area, BigPolygon, Geometry, GeometryCollection, LineString, MultiPoint, Point, Polygon},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "places")]
struct Place {
    id: i32,
    at: Point,
    shape: Option<Geometry>,
    legacy: [f64; 2],
}

fn square(left: f64, bottom: f64, side: f64) -> Polygon {
    let (right, top) = (left + side, bottom + side);
    Polygon::from(vec![vec![[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]])
}

async fn places(db: &Database) -> odm::Result<Collection<Place>> {
    let places = db.collection::<Place>();
    let place = |id, longitude, latitude, shape| Place {
        id,
        at: Point::new(longitude, latitude),
        shape,
        legacy: [longitude, latitude],
    };
    places
        .insert_many(&[
            place(1, 10.75, 59.91, Some(square(10.0, 59.0, 1.0).into())),
            place(2, 5.32, 60.39, Some(LineString::from(vec![[5.0, 60.0], [11.0, 59.5]]).into())),
            place(3, 10.76, 59.91, None),
        ])
        .await?;
    let indexes = ["at", "shape"].map(|name| doc! { "key": { name: "2dsphere" }, "name": name });
    db.driver()
        .run_command(doc! { "createIndexes": "places", "indexes": indexes.to_vec() })
        .await
        .map_err(odm::Error::from_driver)?;
    Ok(places)
}

async fn found(places: &Collection<Place>, filter: Filter<Place>) -> Vec<i32> {
    let rows: Vec<Place> = places.find(filter).await.unwrap().try_collect().await.unwrap();
    rows.iter().map(|place| place.id).collect()
}

#[odm_test::test]
async fn places_are_found_by_their_position(db: Database) -> odm::Result<()> {
    let places = places(&db).await?;
    let p = Place::fields();
    assert_eq!(places.get(1).await?.unwrap().at, Point::new(10.75, 59.91));
    let oslo = || Point::new(10.753, 59.91);
    assert_eq!(found(&places, p.at().near(oslo(), ..500.0)).await, [1, 3]);
    assert_eq!(found(&places, p.at().near(oslo(), ..)).await, [1, 3, 2]);
    assert_eq!(found(&places, p.at().near_sphere(oslo(), 1000.0..=1_000_000.0)).await, [2]);
    assert_eq!(found(&places, p.at().geo_within(square(10.7, 59.9, 0.055))).await, [1]);
    assert_eq!(found(&places, p.at().geo_within(Area::circle_on_sphere([5.3, 60.4], 0.001))).await, [2]);
    assert_eq!(found(&places, p.legacy().geo_within(Area::rectangle([5.0, 60.0], [6.0, 61.0]))).await, [2]);
    assert_eq!(found(&places, p.legacy().geo_within(Area::circle([10.7, 59.9], 0.055))).await, [1]);
    let corners = [[10.0, 59.0], [11.0, 59.0], [11.0, 60.0]];
    assert_eq!(found(&places, p.legacy().geo_within(Area::polygon(&corners))).await, Vec::<i32>::new());
    assert_eq!(found(&places, p.shape().geo_intersects(Point::new(10.5, 59.5))).await, [1]);
    assert_eq!(found(&places, p.shape().geo_intersects(square(4.0, 59.9, 2.0))).await, [2]);
    Ok(())
}

#[test]
fn conditions_render_as_in_the_manual() {
    let p = Place::fields();
    for (filter, expected) in [
        (
            p.at().near(Point::new(1.0, 2.0), 5.0..=10.0),
            doc! { "at": { "$near": {
                "$geometry": { "type": "Point", "coordinates": [1.0, 2.0] }, "$minDistance": 5.0, "$maxDistance": 10.0,
            } } },
        ),
        (
            p.legacy().geo_within(Area::rectangle([0.0, 0.0], [1.0, 1.0])),
            doc! { "legacy": { "$geoWithin": { "$box": [[0.0, 0.0], [1.0, 1.0]] } } },
        ),
        (
            p.legacy().geo_within(Area::circle([0.0, 0.0], 2.0)),
            doc! { "legacy": { "$geoWithin": { "$center": [[0.0, 0.0], 2.0] } } },
        ),
        (
            p.shape().geo_intersects(MultiPoint::from(vec![[1.0, 2.0]])),
            doc! { "shape": { "$geoIntersects": { "$geometry": { "type": "MultiPoint", "coordinates": [[1.0, 2.0]] } } } },
        ),
    ] {
        assert_eq!(filter.into_document().unwrap(), expected);
    }
    let stored =
        doc! { "type": "Point", "coordinates": [1.0, 2.0], "bbox": [1.0, 2.0, 1.0, 2.0], "name": "here" };
    let here = <Point as odm::Value>::decode(Raw::document(&serialize_to_vec(&stored).unwrap())).unwrap();
    assert_eq!(p.at().near(here, ..5).to_string(), p.at().near(Point::new(1, 2), ..5).to_string());
    let refused = p.at().near(Point::new(1.0, 2.0), ..-1.0).into_document().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "cannot be sent: `at`: expected a distance of zero or more, found another number; nothing was sent"
    );
}

/// Elements beside the coordinates and numbers after the two of a position, as other programs store them, are kept by
/// a replacement.
#[odm_test::test]
async fn additional_elements_of_a_geometry_are_kept(db: Database) -> odm::Result<()> {
    let places = places(&db).await?;
    let raw = places.driver().clone_with_type::<Document>();
    let crs = doc! { "type": "name", "properties": { "name": "urn:ogc:def:crs:OGC:1.3:CRS84" } };
    let at = doc! { "type": "Point", "coordinates": [10.0, 60.0, 120.5], "bbox": [9.0, 59.0, 11.0, 61.0] };
    for (id, shape) in (10..).zip([
        doc! { "type": "Polygon", "coordinates": [[[0, 0, 1], [1, 0], [1, 1, 2, 3], [0, 0, 1]]], "id": "x", "crs": crs },
        doc! { "type": "MultiPoint", "coordinates": [[1.0, 2.0], [3.0, 4.0, 5.0]] },
        doc! {
            "type": "GeometryCollection",
            "geometries": [at.clone(), { "type": "LineString", "coordinates": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "x": 1 }],
            "bbox": [0, 0, 10, 60],
        },
        doc! { "bbox": [], "type": "MultiPolygon", "coordinates": [[[[0, 0, 9], [1, 0, 9], [1, 1, 9], [0, 0, 9]]]] },
    ]) {
        raw.insert_one(doc! { "_id": id, "at": at.clone(), "shape": shape.clone(), "legacy": [1, 2] }).await.unwrap();
        let place = places.get(id).await?.unwrap();
        assert_eq!(place.at.altitude(), Some(120.5));
        assert_eq!(format!("{:?}", place.at.coordinates()), "[10.0, 60.0]");
        assert_eq!(place.at.members().unwrap().len(), 1);
        assert_eq!(places.replace_one(Place::fields().id().eq(id), &place).await?.matched_count, 1);
        let stored = raw.find_one(doc! { "_id": id }).await.unwrap().unwrap();
        assert_eq!(stored.get_document("at").unwrap(), &at);
        let stored = stored.get_document("shape").unwrap();
        // They are compared as numbers. `type` and the elements of the geometry come first.
        assert_eq!(stored.keys().next().unwrap(), "type");
        for (name, value) in &shape {
            assert_eq!(doubles(stored.get(name).unwrap()), doubles(value), "{name}");
        }
        assert_eq!(places.get(id).await?, Some(place.clone()));
        let json = serde_json::to_string(&place.shape).unwrap();
        assert_eq!(serde_json::from_str::<Option<Geometry>>(&json).unwrap(), place.shape);
        // A query contains only the geometry.
        assert!(found(&places, Place::fields().at().geo_intersects(place.at.clone())).await.contains(&id));
    }
    Ok(())
}

fn doubles(value: &Bson) -> Bson {
    match value {
        Bson::Int32(number) => Bson::Double((*number).into()),
        Bson::Array(items) => Bson::Array(items.iter().map(doubles).collect()),
        Bson::Document(document) => {
            Bson::Document(document.iter().map(|(name, value)| (name.clone(), doubles(value))).collect())
        }
        other => other.clone(),
    }
}

#[test]
fn geometries_are_stored_as_geojson_in_bson_and_json() {
    let geometries = [
        Geometry::from(Point::new(1.0, 2.0)),
        LineString::from(vec![[1.0, 2.0], [3.0, 4.0]]).into(),
        square(0.0, 0.0, 1.0).into(),
        GeometryCollection::from(vec![Point::new(1.0, 2.0).into()]).into(),
        Point::with_altitude(1.0, 2.0, 30.0).into(),
    ];
    for geometry in geometries {
        let bytes = serialize_to_vec(&geometry).unwrap();
        let stored = odm::Value::to_bson(&geometry).unwrap();
        assert_eq!(stored.as_document().unwrap().to_vec().unwrap(), bytes);
        assert_eq!(<Geometry as odm::Value>::decode(Raw::document(&bytes)).unwrap(), geometry);
        assert_eq!(
            serde_json::from_str::<Geometry>(&serde_json::to_string(&geometry).unwrap()).unwrap(),
            geometry
        );
    }
    let read = |document: Document| {
        let bytes = document.to_vec().unwrap();
        <Point as odm::Value>::decode(Raw::document(&bytes)).map_err(|error| error.to_string())
    };
    assert_eq!(read(doc! { "coordinates": [1, 2], "type": "Point" }), Ok(Point::new(1.0, 2.0)));
    assert_eq!(
        read(doc! { "type": "Point", "coordinates": [1] }),
        Err("`coordinates`: expected a longitude and a latitude, found an array of 1".to_owned())
    );
    assert_eq!(
        read(doc! { "type": "Point" }),
        Err("`coordinates`: expected a value, found nothing: the field is missing".to_owned())
    );
    assert_eq!(
        read(doc! { "type": "LineString", "coordinates": [[1, 2]] }),
        Err("`type`: expected `Point`, found another geometry".to_owned())
    );
    assert_eq!(
        read(doc! { "type": "Circle" }),
        Err("`type`: expected a type of geometry, found another text".to_owned())
    );
    assert_eq!(
        read(doc! { "type": "Point", "coordinates": ["1", 2] }),
        Err("`coordinates.0`: expected a number, found a string".to_owned())
    );
}

#[odm_test::test]
async fn a_polygon_larger_than_a_hemisphere_can_be_used_in_geo_intersects(db: Database) -> odm::Result<()> {
    let places = places(&db).await?;
    let p = Place::fields();
    // Its ring runs clockwise around Oslo, so its inside is the rest of the earth.
    let ring = vec![[10.0, 59.0], [10.0, 61.0], [12.0, 61.0], [12.0, 59.0], [10.0, 59.0]];
    let outside = || BigPolygon::from(Polygon::from(vec![ring.clone()]));
    assert_eq!(found(&places, p.at().geo_intersects(outside())).await, [2]);
    assert_eq!(found(&places, p.at().geo_within(outside())).await, [2]);
    assert_eq!(found(&places, p.at().geo_intersects(Polygon::from(vec![ring]))).await, [1, 3]);
    Ok(())
}

#[odm_test::test]
async fn integers_may_be_coordinates_and_distances(db: Database) -> odm::Result<()> {
    let places = places(&db).await?;
    let p = Place::fields();
    assert_eq!(Point::new(10, 59), Point::new(10.0, 59.0));
    assert_eq!(Point::with_altitude(10, 59, 3), Point::with_altitude(10.0, 59.0, 3.0));
    let close = p.at().near(Point::new(10.753, 59.91), ..500);
    assert_eq!(close.to_string(), p.at().near(Point::new(10.753, 59.91), ..500.0).to_string());
    for (filter, expected) in [
        (close, vec![1, 3]),
        (p.at().near(Point::new(11, 60), ..), vec![3, 1, 2]),
        (p.at().near(Point::new(11, 60), 0..), vec![3, 1, 2]),
        (p.at().near(Point::new(11, 60), 0..50_000), vec![3, 1]),
        (p.at().near_sphere(Point::new(11, 60), 50_000..=1_000_000), vec![2]),
        (p.at().near(Point::new(11, 60), 0_u32..=1), vec![]),
        (p.at().near(Point::new(11, 60), 0_u64..50_000), vec![3, 1]),
        (p.at().near(Point::new(11, 60), ..=50_000_i64), vec![3, 1]),
        (p.at().near(Point::new(11, 60), 0_usize..), vec![3, 1, 2]),
        (p.legacy().geo_within(Area::rectangle([5, 60], [6, 61])), vec![2]),
        (p.legacy().geo_within(Area::polygon(&[[10, 59], [11, 59], [11, 60], [10, 60]])), vec![1, 3]),
        (p.legacy().geo_within(Area::circle([10, 60], 1)), vec![1, 3]),
        (p.legacy().geo_within(Area::circle_on_sphere([5, 60], 0.1)), vec![1, 2, 3]),
    ] {
        let rendered = filter.to_string();
        assert_eq!(found(&places, filter).await, expected, "{rendered}");
    }
    let error = p.at().near(Point::new(1, 2), -1..).into_document().unwrap_err();
    assert!(error.to_string().contains("expected a distance of zero or more"), "{error}");
    Ok(())
}
