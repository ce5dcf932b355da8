//! Pipelines on fields that are null in some documents and missing in others. Both are read as `None`.
#![allow(clippy::struct_field_names, reason = "the names are those of the documents")]

use odm::{
    Collection, Database, Embedded, Filter, Model, Pipeline, Shape,
    bson::{Bson, Document, doc},
    pipeline::{add_to_set, cond, count, first, last, lit, max, min, push},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "visits")]
struct Visit {
    #[odm(id)]
    id: i32,
    country: String,
    city: Option<String>,
    /// Not stored if it is `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    home: Option<Home>,
    #[serde(default)]
    stops: Vec<Stop>,
}

#[derive(Debug, Clone, PartialEq, Eq, Embedded)]
struct Home {
    country: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Stop {
    note: Option<String>,
    rest: Option<Rest>,
    legs: Vec<Leg>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Rest {
    hours: i32,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Leg {
    miles: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Embedded)]
struct Place {
    country: String,
    city: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Embedded)]
struct Within {
    place: Place,
    again: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Shape)]
struct ByPlace {
    #[odm(id)]
    place: Place,
    visits: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Shape)]
struct ByWithin {
    #[odm(id)]
    within: Within,
    visits: i64,
}

/// Four visits of one country: one with a city, one with a null city, and two without the field.
async fn visits(db: &Database) -> odm::Result<Collection<Visit>> {
    let visits = db.collection::<Visit>();
    let stored = [
        doc! { "_id": 1, "country": "no", "city": "Oslo" },
        doc! { "_id": 2, "country": "no", "city": null },
        doc! { "_id": 3, "country": "no" },
        doc! { "_id": 4, "country": "no" },
    ];
    visits.driver().insert_many(stored).await.map_err(odm::Error::from_driver)?;
    Ok(visits)
}

fn place(city: Option<&str>) -> Place {
    Place { country: "no".to_owned(), city: city.map(ToOwned::to_owned) }
}

#[test]
fn an_optional_slot_of_a_literal_is_null_if_its_field_is_missing() {
    let stages = Pipeline::<Visit>::new()
        .group(|v| ByPlaceOf { place: PlaceOf { country: v.country(), city: v.city() }, visits: count() })
        .into_stages()
        .unwrap();
    let key = doc! { "country": "$country", "city": { "$ifNull": ["$city", null] } };
    assert_eq!(stages, [doc! { "$group": { "_id": key, "visits": { "$count": {} } } }]);
}

#[test]
fn an_optional_slot_that_is_not_written_for_none_is_left_out() {
    #[derive(Debug, Shape)]
    struct ByHome {
        #[odm(id)]
        home: Home,
    }
    let stages = Pipeline::<Visit>::new()
        .group(|v| ByHomeOf { home: HomeOf { country: v.country(), city: v.city() } })
        .into_stages()
        .unwrap();
    let key = doc! { "country": "$country", "city": { "$ifNull": ["$city", "$$REMOVE"] } };
    assert_eq!(stages, [doc! { "$group": { "_id": key } }]);
}

#[odm_test::test]
async fn null_and_missing_are_one_group(db: Database) -> odm::Result<()> {
    let visits = visits(&db).await?;
    let rows: Vec<ByPlace> = visits
        .aggregate()
        .group(|v| ByPlaceOf { place: PlaceOf { country: v.country(), city: v.city() }, visits: count() })
        .sort(|row| row.visits().asc())
        .await?
        .try_collect()
        .await?;
    let by = |city, visits| ByPlace { place: place(city), visits };
    assert_eq!(rows, [by(Some("Oslo"), 1), by(None, 3)]);

    let nested: Vec<ByWithin> = visits
        .aggregate()
        .group(|v| ByWithinOf {
            within: WithinOf { place: PlaceOf { country: v.country(), city: v.city() }, again: v.city() },
            visits: count(),
        })
        .sort(|row| row.visits().asc())
        .await?
        .try_collect()
        .await?;
    let by = |city: Option<&str>, visits| ByWithin {
        within: Within { place: place(city), again: city.map(ToOwned::to_owned) },
        visits,
    };
    assert_eq!(nested, [by(Some("Oslo"), 1), by(None, 3)]);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Eq, Shape)]
struct ByCity {
    #[odm(id)]
    city: Option<String>,
    visits: i64,
}

#[odm_test::test]
async fn null_and_missing_are_one_group_key_without_a_literal(db: Database) -> odm::Result<()> {
    let rows: Vec<ByCity> = visits(&db)
        .await?
        .aggregate()
        .group(|v| ByCityOf { city: v.city(), visits: count() })
        .sort(|row| row.visits().asc())
        .await?
        .try_collect()
        .await?;
    let by = |city: Option<&str>, visits| ByCity { city: city.map(ToOwned::to_owned), visits };
    assert_eq!(rows, [by(Some("Oslo"), 1), by(None, 3)]);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Eq, Shape)]
struct Collected {
    ids: Vec<i32>,
    cities: Vec<Option<String>>,
    places: Vec<Place>,
    set: Vec<Option<String>>,
    set_of_places: Vec<Place>,
    first: Option<String>,
    last: Option<String>,
    least: Place,
    most: Place,
}

#[odm_test::test]
async fn pushed_arrays_have_corresponding_elements(db: Database) -> odm::Result<()> {
    let mut rows: Vec<Collected> = visits(&db)
        .await?
        .aggregate()
        .sort(|v| v.id().asc())
        .group(|v| CollectedOf {
            ids: push(v.id()),
            cities: push(v.city()),
            places: push(PlaceOf { country: v.country(), city: v.city() }),
            set: add_to_set(v.city()),
            set_of_places: add_to_set(PlaceOf { country: v.country(), city: v.city() }),
            first: first(v.city()),
            last: last(v.city()),
            least: min(PlaceOf { country: v.country(), city: v.city() }),
            most: max(PlaceOf { country: v.country(), city: v.city() }),
        })
        .await?
        .try_collect()
        .await?;
    rows[0].set.sort();
    rows[0].set_of_places.sort();
    let oslo = || Some("Oslo".to_owned());
    assert_eq!(
        rows,
        [Collected {
            ids: vec![1, 2, 3, 4],
            cities: vec![oslo(), None, None, None],
            places: vec![place(Some("Oslo")), place(None), place(None), place(None)],
            set: vec![None, oslo()],
            set_of_places: vec![place(None), place(Some("Oslo"))],
            first: oslo(),
            last: None,
            least: place(None),
            most: place(Some("Oslo")),
        }],
    );
    Ok(())
}

#[odm_test::test]
async fn a_literal_equals_the_stored_form_of_its_type(db: Database) -> odm::Result<()> {
    let visits = db.collection::<Visit>();
    let home = |city: Option<&str>| Home { country: "no".to_owned(), city: city.map(ToOwned::to_owned) };
    for (id, city) in [(1, Some("Oslo")), (2, None)] {
        let city_of = |city: Option<&str>| city.map(ToOwned::to_owned);
        let home = Some(home(city));
        visits
            .insert_one(&Visit { id, country: "no".to_owned(), city: city_of(city), home, stops: Vec::new() })
            .await?;
    }
    let at_home = Filter::<Visit>::expr(|v| {
        cond(v.id().gt(0), HomeOf { country: v.country(), city: v.city() }, lit(home(None))).eq(v.home())
    });
    assert_eq!(visits.count(at_home).await?, 2);
    visits
        .update_many(
            Filter::all(),
            odm::Update::computed()
                .set(Visit::fields().home(), |v| HomeOf { country: v.country(), city: v.city() }),
        )
        .await?;
    let all = visits.find(Filter::all()).sort(Visit::fields().id().asc());
    let stored: Vec<Document> = all.as_documents().await?.try_collect().await?;
    let homes: Vec<&Bson> = stored.iter().filter_map(|visit| visit.get("home")).collect();
    assert_eq!(
        homes,
        [&Bson::from(doc! { "country": "no", "city": "Oslo" }), &Bson::from(doc! { "country": "no" })]
    );
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Notes {
    #[odm(id)]
    visit: i32,
    notes: Vec<Vec<Option<String>>>,
    hours: Vec<Vec<Option<i32>>>,
    miles: Vec<Vec<Vec<Option<i32>>>>,
}

#[odm_test::test]
async fn a_field_of_elements_has_one_value_for_each_element(db: Database) -> odm::Result<()> {
    let visits = db.collection::<Visit>();
    let stored = doc! { "_id": 1, "country": "no", "stops": [
        { "note": "a", "rest": { "hours": 1 }, "legs": [{ "miles": 5 }, {}] },
        { "legs": [] },
        { "note": null, "rest": null, "legs": [{ "miles": null }, { "miles": 7 }] },
    ] };
    visits.driver().insert_one(stored).await.map_err(odm::Error::from_driver)?;
    let rows: Vec<Notes> = visits
        .aggregate()
        .group(|v| NotesOf {
            visit: v.id(),
            notes: push(v.stops().note()),
            hours: push(v.stops().rest().hours()),
            miles: push(v.stops().legs().miles()),
        })
        .await?
        .try_collect()
        .await?;
    let expected = Notes {
        visit: 1,
        notes: vec![vec![Some("a".to_owned()), None, None]],
        hours: vec![vec![Some(1), None, None]],
        miles: vec![vec![vec![Some(5), None], vec![], vec![None, Some(7)]]],
    };
    assert_eq!(rows, [expected]);
    Ok(())
}

#[odm_test::test]
async fn an_expression_distinguishes_null_missing_and_present_values(db: Database) {
    #[derive(Debug, PartialEq, Shape)]
    #[allow(clippy::struct_excessive_bools)] // one for each expression
    struct Presence {
        #[odm(id)]
        id: i32,
        null: bool,
        null_or_missing: bool,
        present: bool,
        exists: bool,
        missing: bool,
    }
    let visits = db.collection::<Visit>();
    let documents = [
        doc! { "_id": 1, "country": "NO", "city": "Oslo" },
        doc! { "_id": 2, "country": "NO", "city": null },
        doc! { "_id": 3, "country": "NO" },
        doc! { "_id": 4, "country": "NO", "city": "" },
    ];
    visits.driver().insert_many(documents).await.unwrap();
    let rows: Vec<Presence> = visits
        .aggregate()
        .sort(|v| v.id().asc())
        .project(|v| PresenceOf {
            id: v.id(),
            null: v.city().is_null(),
            null_or_missing: v.city().is_null_or_missing(),
            present: v.city().is_present(),
            exists: v.city().exists(true),
            missing: v.city().exists(false),
        })
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let row = |id, [null, null_or_missing, present, exists, missing]: [bool; 5]| Presence {
        id,
        null,
        null_or_missing,
        present,
        exists,
        missing,
    };
    let expected = [
        row(1, [false, false, true, true, false]),
        row(2, [true, true, false, true, false]),
        row(3, [false, true, false, false, true]),
        row(4, [false, false, true, true, false]),
    ];
    assert_eq!(rows, expected);
}
