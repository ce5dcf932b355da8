//! The program of the guide's chapter on watching: change streams, their filters, and their events.
//!
//! `cargo run -p examples --bin watching`. It finds or starts a MongoDB server automatically.

use anyhow::Context;
use odm::{
    Collection, Database, Model, changes, models,
    mongodb::options::FullDocumentType,
    watch::{Change, ChangeStream, Definition, Event},
};

#[derive(Debug, Clone, Model)]
#[odm(collection = "orders", index(customer), pre_and_post_images)]
struct Order {
    id: i32,
    customer: String,
    status: String,
    total: i64,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "customers")]
struct Customer {
    #[odm(id)]
    name: String,
}

changes! {
    /// A change of the shop.
    #[derive(Debug)]
    enum ShopChange {
        Order(Order),
        Customer(Customer),
    }
}

async fn place(orders: &Collection<Order>, id: i32, total: i64) -> odm::Result<()> {
    let order = Order { id, customer: "ada".to_owned(), status: "open".to_owned(), total };
    orders.insert_one(&order).await?;
    Ok(())
}

async fn set_status(orders: &Collection<Order>, id: i32, status: &str) -> odm::Result<()> {
    let o = Order::fields();
    orders.update_one(o.id().eq(id), o.status().set(status)).await?;
    Ok(())
}

async fn next(changes: &mut ChangeStream<Order>) -> anyhow::Result<Change<Order>> {
    Ok(changes.next().await.context("the end")??)
}

/// Each kind of change has its own data.
async fn events(orders: &Collection<Order>) -> anyhow::Result<()> {
    let mut changes = orders.watch().await?;
    place(orders, 1, 20).await?;
    set_status(orders, 1, "paid").await?;
    orders.delete_one(Order::fields().id().eq(1)).await?;
    for _ in 0..3 {
        let change = next(&mut changes).await?;
        match change.event() {
            Event::Insert(order) => println!("  order {} of {}", order.id, order.customer),
            Event::Update { id, update_description, .. } => {
                println!("  order {id}: {}", update_description.updated_fields);
            }
            Event::Delete { id, .. } => println!("  order {id} was deleted"),
            other => println!("  {other:?}"),
        }
    }
    Ok(())
}

/// The server sends only the changes whose documents match.
async fn filters(orders: &Collection<Order>) -> anyhow::Result<()> {
    let mut large = orders.watch().matching(|o| o.total().gte(100) & o.status().eq("paid")).await?;
    let mut cancelled =
        orders.watch().matching_before(|o| o.status().eq("paid")).matching(|o| o.status().ne("paid")).await?;
    let mut open = orders
        .watch()
        .full_document(FullDocumentType::Required)
        .matching_either(|o| o.status().eq("open"))
        .await?;

    place(orders, 2, 200).await?;
    place(orders, 3, 30).await?;
    set_status(orders, 2, "paid").await?;
    set_status(orders, 3, "paid").await?;
    set_status(orders, 3, "cancelled").await?;

    println!("  large and paid: {:?}", next(&mut large).await?.id());
    println!("  no longer paid: {:?}", next(&mut cancelled).await?.id());
    for _ in 0..4 {
        let change = next(&mut open).await?;
        let before = change.before().map(|order| order.status.as_str());
        let after = change.document().map(|order| order.status.as_str());
        println!("  open: {:?} was {before:?}, is {after:?}", change.id());
    }
    Ok(())
}

/// What an update has changed.
async fn touched(orders: &Collection<Order>) -> anyhow::Result<()> {
    let o = Order::fields();
    let mut changes =
        orders.watch().pipeline(|changes| changes.matching(|_| Change::changed(&o.total()))).await?;
    set_status(orders, 2, "sent").await?;
    orders.update_one(o.id().eq(2), o.total().inc(5) + o.status().set("open")).await?;
    let change = next(&mut changes).await?;
    println!("  the total of {:?} has changed", change.id());
    println!(
        "  its status too: {}, its customer: {}",
        change.touches(&o.status()),
        change.touches(&o.customer())
    );
    Ok(())
}

/// Changes of the collection itself.
async fn definitions(orders: &Collection<Order>, db: &Database) -> anyhow::Result<()> {
    let mut changes = orders.watch().show_expanded_events(true).await?;
    db.schema(models![Order]).plan().await?.apply().await?;
    if let Event::Definition(Definition::CreateIndexes { indexes, .. }) = next(&mut changes).await?.event() {
        for index in indexes {
            println!("  an index: {}", index.get_document("key")?);
        }
    }
    Ok(())
}

/// One stream for several models, each with its own filter.
async fn several_models(db: &Database) -> anyhow::Result<()> {
    let mut changes = db.watch::<ShopChange>().matching::<Order, _>(|o| o.total().gte(100)).await?;
    let orders = db.collection::<Order>();
    place(&orders, 4, 40).await?;
    db.collection::<Customer>().insert_one(&Customer { name: "bob".to_owned() }).await?;
    place(&orders, 5, 500).await?;
    for _ in 0..2 {
        match changes.next().await.context("the end")?? {
            ShopChange::Order(change) => println!("  order {:?}", change.id()),
            ShopChange::Customer(change) => println!("  customer {:?}", change.id()),
            ShopChange::Other(change) => println!("  {}", change.operation_type()),
        }
    }
    Ok(())
}

/// The position of a stream, and its end.
async fn resume(orders: &Collection<Order>) -> anyhow::Result<()> {
    let mut changes = orders.watch().await?;
    place(orders, 6, 60).await?;
    let position = next(&mut changes).await?.token().clone();
    drop(changes);

    place(orders, 7, 70).await?;
    let mut changes = orders.watch().resume_after(position).await?;
    println!("  after order 6: {:?}", next(&mut changes).await?.id());

    orders.driver().drop().await?;
    while let Some(change) = changes.next().await {
        match change {
            Ok(change) => println!("  {:?}", change.event()),
            Err(error) => println!("  {:?}", error.kind()),
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("watching").await?;
    let orders = db.collection::<Order>();
    let create = odm::bson::doc! { "create": "orders", "changeStreamPreAndPostImages": { "enabled": true } };
    db.driver().run_command(create).await?;

    println!("events:");
    events(&orders).await?;
    println!("filters:");
    filters(&orders).await?;
    println!("what was changed:");
    touched(&orders).await?;
    println!("definitions:");
    definitions(&orders, &db).await?;
    println!("several models:");
    several_models(&db).await?;
    println!("positions:");
    resume(&orders).await?;

    db.drop_database().await?;
    Ok(())
}
