//! `distinct`: the values of a field, in the type of its path.

use std::sync::Arc;

use odm::{
    Collection, Database, Embedded, Filter, Id, Model, Value,
    bson::{Bson, doc, oid::ObjectId},
};
use odm_integration::story::{Order, Status, line, order};

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort();
    values
}

#[odm_test::test]
async fn distinct_returns_values_of_fields_and_of_array_elements(db: Database) {
    let orders = db.collection::<Order>();
    let mut three = [order(1), order(2), order(3)];
    three[1].status = Status::Paid;
    three[2].lines = vec![line("pear", 7, 1.5)];
    orders.insert_many(&three).await.unwrap();
    let o = Order::fields();

    let statuses: Vec<Status> = orders.distinct(o.status(), Filter::all()).await.unwrap();
    assert_eq!(statuses, [Status::Open, Status::Paid]);
    let open: Vec<String> = orders.distinct(o.reference(), o.status().eq(Status::Paid)).await.unwrap();
    assert_eq!(open, ["AB-000002"]);
    let customers = orders.distinct(o.customer(), Filter::all()).await.unwrap();
    assert_eq!(customers, [Id::from(ObjectId::from_bytes([7; 12]))]);

    // Elements of an array, and fields of documents in an array.
    let tags: Vec<String> = orders.distinct(o.tags(), Filter::all()).await.unwrap();
    assert_eq!(sorted(tags), ["fruit", "n1", "n2", "n3"]);
    let skus = orders.distinct(o.lines().sku(), Filter::all()).await.unwrap();
    assert_eq!(sorted(skus), ["apple", "pear"]);
    let quantities: Vec<u32> = orders.distinct(o.lines().qty(), doc! { "status": "open" }).await.unwrap();
    assert_eq!(sorted(quantities), [1, 2, 7]);
    let lines = orders.distinct(o.lines(), o.status().eq(Status::Paid)).await.unwrap();
    assert_eq!(lines, three[1].lines);
    let first = orders.distinct(o.lines().at(0).sku(), Filter::all()).await.unwrap();
    assert_eq!(sorted(first), ["apple", "pear"]);
    let prices: Vec<f64> = orders.distinct(o.prices().key("NOK"), Filter::all()).await.unwrap();
    assert_eq!(prices, [1.0, 2.0, 3.0]);

    let mut session = db.start_session().await.unwrap();
    let in_session = orders.distinct(o.status(), Filter::all()).session(&mut session).await.unwrap();
    assert_eq!(in_session, statuses);
}

#[derive(Debug, Clone, PartialEq, Value)]
struct Labels(Vec<String>);

#[derive(Debug, Clone, PartialEq, Value)]
struct Label(String);

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Inner {
    deep: Vec<i32>,
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Payment {
    Card { last4: String },
    Cheque { last4: i32 },
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "kinds")]
struct Kinds {
    id: Id<Kinds>,
    maybe: Option<i32>,
    maybe_list: Option<Vec<i32>>,
    label: Label,
    labels: Labels,
    shared: Arc<Vec<i64>>,
    nested: Vec<Vec<i32>>,
    inner: Vec<Inner>,
    payment: Payment,
    any: Bson,
}

fn kinds(number: i32) -> Kinds {
    Kinds {
        id: Id::new(),
        maybe: (number > 1).then_some(number),
        maybe_list: (number > 1).then(|| vec![number, 9]),
        label: Label(format!("l{number}")),
        labels: Labels(vec!["x".to_owned(), format!("y{number}")]),
        shared: Arc::new(vec![i64::from(number)]),
        nested: vec![vec![number], vec![0]],
        inner: vec![Inner { deep: vec![number] }, Inner { deep: vec![number, 5] }],
        payment: match number {
            1 => Payment::Cheque { last4: 4 },
            _ => Payment::Card { last4: format!("{number}{number}") },
        },
        any: if number == 1 { Bson::Int32(1) } else { Bson::from("two") },
    }
}

async fn two(db: &Database) -> Collection<Kinds> {
    let collection = db.collection::<Kinds>();
    collection.insert_many([kinds(1), kinds(2)]).await.unwrap();
    collection
}

/// The type of the elements follows from the type of the field, even if it may be null or is a newtype.
#[odm_test::test]
async fn elements_have_the_type_of_the_field(db: Database) {
    let all = two(&db).await;
    let k = Kinds::fields();
    let any = Filter::all;
    let maybe: Vec<Option<i32>> = all.distinct(k.maybe(), any()).await.unwrap();
    assert_eq!(sorted(maybe), [None, Some(2)]);
    let maybe_list: Vec<Option<i32>> = all.distinct(k.maybe_list(), any()).await.unwrap();
    assert_eq!(sorted(maybe_list), [None, Some(2), Some(9)]);
    let label: Vec<Label> = all.distinct(k.label(), any()).await.unwrap();
    assert_eq!(label, [Label("l1".to_owned()), Label("l2".to_owned())]);
    let labels: Vec<String> = all.distinct(k.labels(), any()).await.unwrap();
    assert_eq!(sorted(labels), ["x", "y1", "y2"]);
    let shared: Vec<i64> = all.distinct(k.shared(), any()).await.unwrap();
    assert_eq!(shared, [1, 2]);
    let nested: Vec<Vec<i32>> = all.distinct(k.nested(), any()).await.unwrap();
    assert_eq!(sorted(nested), [vec![0], vec![1], vec![2]]);
    let deep: Vec<i32> = all.distinct(k.inner().deep(), any()).await.unwrap();
    assert_eq!(sorted(deep), [1, 2, 5]);
    let mixed: Vec<Bson> = all.distinct(k.any(), any()).await.unwrap();
    assert_eq!(mixed, [Bson::Int32(1), Bson::from("two")]);
    // A field of a variant returns values only of documents with that variant.
    let cards: Vec<String> = all.distinct(k.payment().card().last4(), any()).await.unwrap();
    assert_eq!(cards, ["22"]);
}

/// A stored value of another type is an error with its path.
#[odm_test::test]
async fn a_value_that_does_not_fit_is_an_error(db: Database) {
    let orders = db.collection::<Order>();
    orders.insert_one(&order(1)).await.unwrap();
    orders.driver().insert_one(doc! { "lines": [{ "qty": "many" }], "status": "lost" }).await.unwrap();
    let o = Order::fields();
    let error = orders.distinct(o.lines().qty(), Filter::all()).await.unwrap_err();
    assert!(error.is_decode(), "{error:?}");
    let decode = error.decode_error().unwrap();
    assert_eq!((decode.path().as_str(), decode.collection()), ("lines.qty", Some("orders")));
    assert_eq!((error.operation(), decode.id()), (Some("distinct"), None));
    let text = error.to_string();
    assert!(text.contains("lines.qty") && !text.contains("many"), "{text}");
    assert!(orders.distinct(o.status(), Filter::all()).await.unwrap_err().is_decode());

    let bad = orders.distinct(o.prices().key("a.b"), Filter::all()).await.unwrap_err();
    assert!(bad.is_not_sent(), "{bad:?}");
}
