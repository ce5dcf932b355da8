//! Filters match values as they are stored. The tests cover known failures of other mappers.

use chrono::{TimeZone, Utc};
use odm::{
    Database, Embedded, Id, Model, Value,
    bson::{DateTime, Document, doc, oid::ObjectId, spec::ElementType},
};

#[derive(Debug, Clone, Copy, PartialEq, Value)]
enum State {
    Open,
    Paid,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Audit {
    created_by: String,
    created_at: chrono::DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "customers")]
struct Customer {
    id: Id<Customer>,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "orders", index(audit.created_at = -1))]
struct Order<T: Value> {
    id: Id<Order<T>>,
    customer: Id<Customer>,
    state: State,
    pieces: u32,
    extra: T,
    #[serde(flatten)]
    audit: Audit,
}

fn order(second: u32, customer: Id<Customer>) -> Order<String> {
    Order {
        id: Id::from(ObjectId::from_parts(second, [0; 5], [0; 3])),
        customer,
        state: if second.is_multiple_of(2) { State::Open } else { State::Paid },
        pieces: 4_000_000_000 + second,
        extra: "e".into(),
        audit: Audit {
            created_by: "ada".into(),
            created_at: Utc.timestamp_opt(1_700_000_000 + i64::from(second), 0).unwrap(),
        },
    }
}

#[odm_test::test]
async fn a_chrono_date_is_stored_and_found_as_a_date(db: Database) -> odm::Result<()> {
    let orders = db.collection::<Order<String>>();
    let customer = Id::new();
    orders.insert_many(&[order(1, customer), order(2, customer)]).await?;
    let o = Order::<String>::fields();
    assert_eq!(orders.count(o.audit().created_at().type_(ElementType::DateTime)).await?, 2);
    assert_eq!(orders.count(o.audit().created_at().gt(order(1, customer).audit.created_at)).await?, 1);
    assert_eq!(orders.count(o.audit().created_at().eq(DateTime::from_millis(1_700_000_002_000))).await?, 1);
    Ok(())
}

#[odm_test::test]
async fn a_flattened_field_is_found_where_it_is_stored(db: Database) -> odm::Result<()> {
    db.schema(odm::models![Order<String>]).plan().await?.apply().await?;
    let orders = db.collection::<Order<String>>();
    orders.insert_one(&order(1, Id::new())).await?;
    let raw = orders.driver().clone_with_type::<Document>();
    assert_eq!(raw.count_documents(doc! { "created_by": "ada" }).await.unwrap(), 1);
    let o = Order::<String>::fields();
    assert_eq!(orders.count(o.audit().created_by().eq("ada")).await?, 1);
    let names = raw.list_index_names().await.unwrap();
    assert!(names.contains(&"created_at_-1".to_owned()), "{names:?}");
    Ok(())
}

#[odm_test::test]
async fn enums_unsigned_numbers_and_ids_can_be_compared(db: Database) -> odm::Result<()> {
    let orders = db.collection::<Order<String>>();
    let (one, two) = (Id::new(), Id::new());
    orders.insert_many(&[order(1, one), order(2, one), order(3, two)]).await?;
    let o = Order::<String>::fields();
    assert_eq!(orders.count(o.state().eq(State::Paid)).await?, 2);
    assert_eq!(orders.count(o.state().in_([State::Open])).await?, 1);
    assert_eq!(orders.count(o.pieces().gt(4_000_000_001)).await?, 2);
    assert_eq!(orders.count(o.id().gt(order(1, one).id)).await?, 2);
    assert_eq!(orders.count(o.customer().eq(one)).await?, 2);
    Ok(())
}

#[odm_test::test]
async fn models_may_be_generic(db: Database) -> odm::Result<()> {
    let orders = db.collection::<Order<Vec<i32>>>();
    let Order { id: _, customer, state, pieces, audit, .. } = order(1, Id::new());
    let stored = Order { id: Id::new(), customer, state, pieces, extra: vec![1, 2], audit };
    orders.insert_one(&stored).await?;
    let o = Order::<Vec<i32>>::fields();
    assert_eq!(orders.find_one(o.extra().contains(2)).await?, Some(stored));
    Ok(())
}

#[odm_test::test]
async fn a_missing_string_is_an_error_and_never_empty(db: Database) -> odm::Result<()> {
    let customers = db.collection::<Customer>();
    customers.driver().clone_with_type::<Document>().insert_one(doc! { "nom": "Ada" }).await.unwrap();
    let error = customers.find_one(odm::Filter::all()).await.unwrap_err();
    let decode = error.decode_error().unwrap();
    assert_eq!((decode.path().as_str(), decode.found()), ("name", "nothing: the field is missing"));
    Ok(())
}
