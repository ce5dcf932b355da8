//! Filters and expressions on a variant of an enum, run on a server.

use odm::{
    Collection, Database, Embedded, Filter, Id, Model, Shape, Value,
    bson::doc,
    pipeline::{count, sum},
};

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Payment {
    Card { last4: String, cents: i64 },
    Invoice(Invoice),
    Cash,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Invoice {
    cents: i64,
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Item {
    sku: String,
    how: Shipping,
}

#[derive(Debug, Clone, PartialEq, Value)]
enum Shipping {
    Pickup,
    Post { days: i32 },
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(untagged)]
enum Rating {
    Stars(f64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "sales")]
struct Sale {
    id: i32,
    payment: Payment,
    history: Vec<Payment>,
    rating: Option<Rating>,
}

fn card(last4: &str, cents: i64) -> Payment {
    Payment::Card { last4: last4.into(), cents }
}

fn invoice(cents: i64, days: i32) -> Payment {
    let items = vec![
        Item { sku: "a".into(), how: Shipping::Pickup },
        Item { sku: "b".into(), how: Shipping::Post { days } },
    ];
    Payment::Invoice(Invoice { cents, items })
}

async fn sales(db: &Database) -> odm::Result<Collection<Sale>> {
    let sales = db.collection::<Sale>();
    let sale = |id, payment, history, rating| Sale { id, payment, history, rating };
    sales
        .insert_many(&[
            sale(1, card("4242", 100), vec![], Some(Rating::Stars(4.5))),
            sale(2, Payment::Cash, vec![card("1111", 5), invoice(500, 2)], Some(Rating::Text("4242".into()))),
            sale(3, invoice(100, 9), vec![card("2222", 500), Payment::Cash], None),
        ])
        .await?;
    Ok(sales)
}

async fn found(sales: &Collection<Sale>, filter: Filter<Sale>) -> Vec<i32> {
    let s = Sale::fields();
    let rows: Vec<Sale> = sales.find(filter).sort(s.id().asc()).await.unwrap().try_collect().await.unwrap();
    rows.iter().map(|sale| sale.id).collect()
}

#[odm_test::test]
async fn a_filter_finds_the_documents_with_the_variant(db: Database) -> odm::Result<()> {
    let sales = sales(&db).await?;
    let s = Sale::fields();
    assert_eq!(found(&sales, s.payment().card().last4().eq("4242")).await, [1]);
    assert_eq!(found(&sales, s.payment().card().cents().eq(100)).await, [1]);
    assert_eq!(found(&sales, s.payment().invoice().cents().eq(100)).await, [3]);
    assert_eq!(found(&sales, s.payment().cash().is_variant()).await, [2]);
    assert_eq!(found(&sales, !s.payment().cash().is_variant()).await, [1, 3]);
    assert_eq!(
        found(&sales, s.payment().card().is_variant() | s.payment().cash().is_variant()).await,
        [1, 2]
    );
    assert_eq!(found(&sales, s.payment().card().cents().ne(5)).await, [1]);
    assert_eq!(found(&sales, s.payment().eq(Payment::Cash)).await, [2]);
    assert_eq!(found(&sales, s.rating().stars().gt(4)).await, [1]);
    assert_eq!(found(&sales, s.rating().text().eq("4242")).await, [2]);
    Ok(())
}

#[odm_test::test]
async fn the_variant_and_its_field_must_match_the_same_element(db: Database) -> odm::Result<()> {
    let sales = sales(&db).await?;
    let s = Sale::fields();
    // Sale 2 contains a card, and an element with 500 cents, but these are different elements.
    let filter = s.history().card().cents().eq(500);
    assert_eq!(
        filter.to_string(),
        r#"{ "history": { "$elemMatch": { "kind": { "$eq": "card" }, "cents": { "$eq": 500 } } } }"#
    );
    assert_eq!(found(&sales, filter).await, [3]);
    assert_eq!(found(&sales, s.history().any(|h| h.card().cents().eq(500))).await, [3]);
    assert_eq!(found(&sales, s.history().cash().is_variant()).await, [3]);
    assert_eq!(found(&sales, s.history().at(0).card().last4().eq("2222")).await, [3]);

    let filter = s.history().invoice().items().how().post().days().lt(5);
    assert_eq!(
        filter.to_string(),
        r#"{ "history": { "$elemMatch": { "kind": { "$eq": "invoice" }, "items": { "$elemMatch": { "how.Post": { "$exists": true }, "how.Post.days": { "$lt": 5 } } } } } }"#
    );
    assert_eq!(found(&sales, filter).await, [2]);
    assert_eq!(found(&sales, s.payment().invoice().items().how().pickup().is_variant()).await, [3]);
    Ok(())
}

#[derive(Debug, PartialEq, Shape)]
struct Total {
    #[odm(id)]
    last4: Option<String>,
    cents: i64,
    sales: i64,
}

#[odm_test::test]
async fn an_expression_is_null_in_rows_with_another_variant(db: Database) -> odm::Result<()> {
    let sales = sales(&db).await?;
    let pipeline = sales
        .aggregate()
        .group(|s| TotalOf {
            last4: s.payment().card().last4(),
            cents: sum(s.payment().card().cents()),
            sales: count(),
        })
        .sort(|t| t.sales().asc());
    let totals: Vec<Total> = pipeline.await?.try_collect().await?;
    // The invoice has cents too, which are not those of a card.
    assert_eq!(
        totals,
        [
            Total { last4: Some("4242".into()), cents: 100, sales: 1 },
            Total { last4: None, cents: 0, sales: 2 }
        ]
    );
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[serde(tag = "kind")]
#[odm(collection = "vehicles", index(car.doors), index(bike.gears = -1, unique, sparse))]
enum Vehicle {
    Bike { id: Id<Vehicle>, gears: u8, owner: String },
    Car { id: Id<Vehicle>, doors: u8, owner: String },
}

#[odm_test::test]
async fn an_enum_of_documents_is_stored_in_one_collection(db: Database) -> odm::Result<()> {
    db.schema(odm::models![Vehicle]).plan().await?.apply().await?;
    let vehicles = db.collection::<Vehicle>();
    let bike = Vehicle::Bike { id: Id::new(), gears: 21, owner: "ada".into() };
    let car = Vehicle::Car { id: Id::new(), doors: 5, owner: "ada".into() };
    vehicles.insert_one(&bike).await?;
    vehicles.insert_one(&car).await?;
    let v = Vehicle::fields();
    assert_eq!(vehicles.get(car.id()).await?, Some(car.clone()));
    assert_eq!(vehicles.find_one(v.bike().gears().gt(20)).await?, Some(bike.clone()));
    // A field that every variant has can be used without narrowing.
    assert_eq!(vehicles.count(v.owner().eq("ada")).await?, 2);
    assert_eq!(vehicles.count(v.car().is_variant()).await?, 1);
    vehicles
        .replace_one(v.id().eq(car.id()), &Vehicle::Car { id: *car.id(), doors: 3, owner: "bob".into() })
        .await?;
    assert_eq!(vehicles.count(v.car().doors().eq(3)).await?, 1);

    // A variant of a newer program is an error that contains its name. The other documents are still read.
    vehicles
        .driver()
        .clone_with_type::<odm::bson::Document>()
        .insert_one(doc! { "kind": "Boat" })
        .await
        .unwrap();
    let mut rows = vehicles.find(Filter::all()).await?;
    let mut read = Vec::new();
    while let Some(row) = rows.next().await {
        read.push(row.map_err(|error| error.to_string()));
    }
    assert_eq!(read.iter().filter(|row| row.is_ok()).count(), 2);
    let refused = read.into_iter().find_map(Result::err).unwrap();
    assert!(refused.contains("`kind`: expected one of `Bike`, `Car`, found another text"), "{refused}");
    Ok(())
}
