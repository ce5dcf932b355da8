//! Ids that are documents: an id that is read finds its document again, or is an error.

use odm::{
    Collection, Database, Embedded, Filter, Id, Model, Value,
    bson::{Bson, Document, doc},
};

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Place {
    country: String,
    city: String,
    district: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "stations")]
struct Station {
    id: Place,
    trains: i32,
}

/// The same, with an `Id`.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "stations", key = Place)]
struct Stop {
    id: Id<Stop>,
    trains: i32,
}

/// A model with an id of another one.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "tickets")]
struct Ticket {
    id: i32,
    from: Id<Stop>,
    via: Vec<Id<Stop>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "narrow")]
struct Narrow {
    id: f32,
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(rename_all = "lowercase")]
enum Name {
    #[serde(alias = "oslo s")]
    Oslo,
    Bergen,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "named")]
struct Named {
    id: Name,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Sign {
    name: Name,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "signs")]
struct Signed {
    id: Sign,
}

fn oslo() -> Place {
    Place { country: "NO".into(), city: "Oslo".into(), district: None }
}

async fn store<M: Model>(collection: &Collection<M>, id: impl Into<Bson>) {
    let raw = collection.driver().clone_with_type::<Document>();
    raw.insert_one(doc! { "_id": id.into(), "trains": 1 }).await.unwrap();
}

async fn read<M: Model>(collection: &Collection<M>) -> Result<M, String> {
    let found = collection.find_one(Filter::all()).await;
    found.map(Option::unwrap).map_err(|error| {
        assert!(error.is_decode());
        error.decode_error().unwrap().path() + ": found " + error.decode_error().unwrap().found()
    })
}

#[odm_test::test]
async fn a_document_id_that_was_inserted_finds_its_document(db: Database) -> odm::Result<()> {
    let stations = db.collection::<Station>();
    let station = Station { id: oslo(), trains: 3 };
    stations.insert_one(&station).await?;
    assert_eq!(stations.get(station.id.clone()).await?, Some(station.clone()));
    let stop: Stop = db.collection().find_one(Filter::all()).await?.unwrap();
    assert_eq!(stop.id.key(), &station.id);
    let more = Station { trains: 4, ..station };
    assert_eq!(stations.replace_one(Station::fields().id().eq(oslo()), &more).await?.matched_count, 1);
    Ok(())
}

/// The server compares numbers of different types by value, so the codec does too.
#[odm_test::test]
async fn an_id_with_a_number_of_another_type_finds_its_document(db: Database) -> odm::Result<()> {
    let stations = db.collection::<Station>();
    for district in [Bson::Int32(5), Bson::Double(5.0)] {
        store(&stations, doc! { "country": "NO", "city": "Oslo", "district": district }).await;
        let station = read(&stations).await.unwrap();
        assert_eq!(station.id, Place { district: Some(5), ..oslo() });
        assert_eq!(stations.get(station.id.clone()).await?, Some(station.clone()));
        assert_eq!(stations.delete_one(Station::fields().id().eq(station.id)).await?.deleted_count, 1);
    }
    Ok(())
}

#[odm_test::test]
async fn an_id_that_would_be_written_as_another_value_is_an_error(db: Database) -> odm::Result<()> {
    let (stations, stops) = (db.collection::<Station>(), db.collection::<Stop>());
    for (id, found) in [
        (
            doc! { "city": "Oslo", "country": "NO", "district": null },
            "the elements in another order, which is another id",
        ),
        (doc! { "country": "NO", "city": "Oslo" }, "more or fewer elements, which is another id"),
        (
            doc! { "country": "NO", "city": "Oslo", "district": null, "zone": 1 },
            "more or fewer elements, which is another id",
        ),
    ] {
        store(&stations, id.clone()).await;
        assert_eq!(read(&stations).await, Err(format!("_id: found {found}")));
        assert_eq!(read(&stops).await, Err(format!("_id: found {found}")));
        let deleted = stations.find_one_and_delete(Filter::all()).await.unwrap_err();
        let document = deleted.decode_error().unwrap().document().unwrap();
        assert_eq!(Document::try_from(document).unwrap(), doc! { "_id": id, "trains": 1 });
        assert_eq!(stations.count(Filter::all()).await?, 0);
    }

    // This applies to an element after the first one, too.
    let raw = stations.driver().clone_with_type::<Document>();
    raw.insert_one(doc! { "trains": 1, "_id": { "city": "Oslo", "country": "NO", "district": null } })
        .await
        .unwrap();
    assert!(read(&stations).await.is_err());
    Ok(())
}

#[odm_test::test]
async fn an_id_of_another_model_finds_its_document(db: Database) -> odm::Result<()> {
    let tickets = db.collection::<Ticket>();
    let raw = tickets.driver().clone_with_type::<Document>();
    let right = || doc! { "country": "NO", "city": "Oslo", "district": null };
    let wrong = || doc! { "city": "Oslo", "country": "NO", "district": null };
    raw.insert_one(doc! { "_id": 1, "from": right(), "via": [right()] }).await.unwrap();
    assert_eq!(tickets.get(1).await?.unwrap().via, [Id::from_key(oslo())]);
    raw.insert_one(doc! { "_id": 2, "from": wrong(), "via": [] }).await.unwrap();
    raw.insert_one(doc! { "_id": 3, "from": right(), "via": [right(), wrong()] }).await.unwrap();
    for (id, path) in [(2, "from"), (3, "via.1")] {
        let error = tickets.get(id).await.unwrap_err();
        assert_eq!(error.decode_error().unwrap().path(), path);
    }
    Ok(())
}

#[odm_test::test]
async fn an_id_that_is_rounded_or_renamed_is_an_error(db: Database) -> odm::Result<()> {
    let narrow = db.collection::<Narrow>();
    for (id, fits) in [(0.5, true), (0.1, false), (f64::from(0.1_f32), true)] {
        store(&narrow, id).await;
        let read = read(&narrow).await;
        assert_eq!(read.is_ok(), fits, "{read:?}");
        if let Ok(found) = read {
            assert_eq!(narrow.get(found.id).await?, Some(found));
        }
        narrow.driver().clone_with_type::<Document>().delete_many(doc! {}).await.unwrap();
    }
    let named = db.collection::<Named>();
    store(&named, "oslo").await;
    assert_eq!(read(&named).await, Ok(Named { id: Name::Oslo }));
    named.delete_many(Filter::all()).await?;
    store(&named, "oslo s").await;
    let found = "_id: found a value that is written as another value";
    assert_eq!(read(&named).await, Err(found.to_owned()));
    let signs = db.collection::<Signed>();
    store(&signs, doc! { "name": "oslo s" }).await;
    let error = signs.find_one(Filter::all()).await.unwrap_err();
    assert!(error.to_string().contains("_id.name"), "{error}");
    let _ = Name::Bergen;
    Ok(())
}
