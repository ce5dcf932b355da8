//! `tenant`: a handle reads and writes only the documents of its tenant.

use odm::{
    Collection, Database, Filter, Id, Model, Pipeline, Shape, Update, Write, bson::doc, pipeline::from,
};

use super::only;

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "shops")]
struct Shop {
    id: Id<Shop>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "orders", index(shop, number, unique))]
struct Order {
    id: Id<Order>,
    #[odm(tenant)]
    shop: Id<Shop>,
    number: i32,
}

fn order(shop: Id<Shop>, number: i32) -> Order {
    Order { id: Id::new(), shop, number }
}

/// Stores three orders of the first shop and one of the other.
async fn two_shops(db: &Database) -> (Collection<Order>, Collection<Order>, [Id<Shop>; 2]) {
    let orders: Collection<Order> = db.collection();
    let [oslo, rome] = [Id::new(), Id::new()];
    let (of_oslo, of_rome) = (orders.tenant(oslo), orders.tenant(rome));
    of_oslo.insert_many([order(oslo, 1), order(oslo, 2), order(oslo, 3)]).await.unwrap();
    of_rome.insert_one(&order(rome, 1)).await.unwrap();
    (of_oslo, of_rome, [oslo, rome])
}

#[odm_test::test]
async fn a_tenant_sees_only_its_documents(db: Database) {
    let (oslo, rome, _) = two_shops(&db).await;
    let o = Order::fields();
    assert_eq!(oslo.count(Filter::all()).await.unwrap(), 3);
    assert_eq!(rome.count(Filter::all()).await.unwrap(), 1);
    let first = rome.find_one(Filter::all()).await.unwrap().unwrap();
    assert_eq!(oslo.get(first.id).await.unwrap(), None);
    assert_eq!(oslo.delete_one(o.id().eq(first.id)).await.unwrap().deleted_count, 0);
    assert_eq!(oslo.update_many(Filter::all(), o.number().inc(10)).await.unwrap().modified_count, 3);
    assert_eq!(rome.get(first.id).await.unwrap(), Some(first));
    assert_eq!(oslo.all_tenants().count(Filter::all()).await.unwrap(), 4);
    assert_eq!(oslo.all_tenants().estimated_count().await.unwrap(), 4);
    // An upsert inserts a document of the tenant.
    oslo.update_one(o.number().eq(50), o.number().set(50)).upsert(true).await.unwrap();
    assert_eq!(oslo.count(o.number().eq(50)).await.unwrap(), 1);
}

#[odm_test::test]
async fn a_document_of_another_tenant_is_refused(db: Database) {
    let orders: Collection<Order> = db.collection();
    let [shop, other] = [Id::new(), Id::new()];
    let (of_shop, o) = (orders.tenant(shop), Order::fields());
    let foreign = order(other, 1);
    let refused = |error: odm::Error| {
        let error =
            error.bulk_write_error().map_or(error.to_string(), |bulk| bulk.failures()[0].error().to_string());
        let reason = "`shop` of the document is not the tenant of the handle, so the document belongs to another \
                      tenant; nothing was sent";
        assert!(error.ends_with(reason), "{error}");
    };
    refused(of_shop.insert_one(&foreign).await.unwrap_err());
    refused(of_shop.insert_many([order(shop, 1), foreign.clone()]).await.unwrap_err());
    refused(of_shop.save(&foreign).await.unwrap_err());
    refused(of_shop.replace_one(o.number().eq(1), &foreign).await.unwrap_err());
    refused(of_shop.update_one(o.number().eq(1), o.number().inc(1)).or_insert(&foreign).await.unwrap_err());
    refused(of_shop.bulk_write([Write::save(&foreign)]).await.unwrap_err());
    refused(of_shop.find_one_and_replace(o.number().eq(1), &foreign).await.unwrap_err());

    let moves = [
        o.shop().set(other),
        Update::raw_pipeline(vec![doc! { "$set": { "shop": *other.key() } }]),
        Update::raw(doc! { "$unset": { "shop": "" } }),
    ];
    for update in moves {
        let error = of_shop.update_one(Filter::all(), update).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "update_one on {}.orders: `shop` is the tenant of the document, and this update would change it: use \
                 `.all_tenants()` of the collection if that is intended; nothing was sent",
                db.name()
            )
        );
    }
    assert_eq!(orders.all_tenants().count(Filter::all()).await.unwrap(), 0);

    // A stage that replaces the document keeps its tenant.
    of_shop.insert_one(&order(shop, 1)).await.unwrap();
    let replace = vec![doc! { "$replaceWith": { "number": 7, "shop": *other.key() } }];
    of_shop.update_one(Filter::all(), replace).await.unwrap();
    let stored = only(&of_shop).await;
    assert_eq!((stored.get_object_id("shop").unwrap(), stored.get_i32("number").unwrap()), (*shop.key(), 7));
    // Moving it is possible if that is said.
    orders.all_tenants().update_one(Filter::all(), o.shop().set(other)).await.unwrap();
    assert_eq!(orders.tenant(other).count(Filter::all()).await.unwrap(), 1);
}

#[odm_test::test]
async fn a_join_specifies_the_tenant(db: Database) {
    #[derive(Debug, PartialEq, Shape)]
    struct Orders {
        orders: Vec<Order>,
    }
    let (_, _, [oslo, rome]) = two_shops(&db).await;
    let shops: Collection<Shop> = db.collection();
    shops.insert_one(&Shop { id: oslo }).await.unwrap();
    let count = async |rows: odm::cursor::Cursor<odm::bson::Document>| {
        rows.try_collect::<Vec<_>>().await.unwrap()[0].get_array("orders").unwrap().len()
    };
    let join = || shops.aggregate();
    let error = join()
        .lookup(|s| OrdersOf { orders: from::<Order>().equal(s.id(), |o| o.shop()) })
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "aggregate on {}.shops: cannot be sent: `$lookup.orders`: expected the tenant that the documents belong to, \
             `.tenant(..)`, or `.all_tenants()` if that is intended, found none; nothing was sent",
            db.name()
        )
    );
    let rows =
        join().lookup(|s| OrdersOf { orders: from::<Order>().tenant(oslo).equal(s.id(), |o| o.shop()) });
    assert_eq!(count(rows.as_documents().await.unwrap()).await, 3);
    let rows =
        join().lookup(|s| OrdersOf { orders: from::<Order>().tenant(rome).equal(s.id(), |o| o.shop()) });
    assert_eq!(count(rows.as_documents().await.unwrap()).await, 0);
    let rows = join()
        .lookup(|_| OrdersOf { orders: from::<Order>().all_tenants().pipeline(|orders| orders.limit(9)) });
    assert_eq!(count(rows.as_documents().await.unwrap()).await, 4);
    let orders: Collection<Order> = db.collection();
    let union = orders.tenant(oslo).aggregate().union_with(Pipeline::new().tenant(rome));
    assert_eq!(union.await.unwrap().try_collect::<Vec<Order>>().await.unwrap().len(), 4);
    let union = orders.tenant(oslo).aggregate().union_with(Pipeline::new());
    assert!(union.await.unwrap_err().is_not_sent());
}
