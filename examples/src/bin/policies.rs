//! The program of the guide's chapter on policies: the orders of shops.
//!
//! `cargo run -p examples --bin policies`. It finds or starts a MongoDB server automatically.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use anyhow::Context;
use odm::{
    Collection, Filter, Id, Model, Shape, Write,
    bson::DateTime,
    hooks::{DeleteStatement, HookContext, HookOutcome, HookResult, Hooks},
    models,
    pipeline::from,
};

#[derive(Debug, Clone, Model)]
#[serde(rename_all = "camelCase")]
#[odm(
    collection = "orders",
    index(shop, number, unique, partial = |order| order.deleted_at().is_null_or_missing())
)]
struct Order {
    id: Id<Order>,
    #[odm(tenant)]
    shop: Id<Shop>,
    number: u32,
    #[odm(validate(range(min = 1, max = 100)))]
    quantity: u32,
    #[odm(created_at)]
    created_at: Option<DateTime>,
    #[odm(updated_at)]
    updated_at: Option<DateTime>,
    #[odm(version)]
    version: u64,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "shops")]
struct Shop {
    id: Id<Shop>,
    city: String,
}

impl Order {
    fn new(shop: Id<Shop>, number: u32, quantity: u32) -> Self {
        Self {
            id: Id::new(),
            shop,
            number,
            quantity,
            created_at: None,
            updated_at: None,
            version: 0,
            deleted_at: None,
        }
    }
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "members", hooks)]
struct Member {
    id: Id<Member>,
    #[odm(index(unique))]
    email: String,
}

/// An entry of a log, which is written with each change of a member.
#[derive(Debug, Clone, Model)]
#[odm(collection = "log")]
struct Entry {
    id: Id<Entry>,
    text: String,
}

impl Hooks for Member {
    async fn before_insert(&mut self, _: &mut HookContext<'_>) -> HookResult {
        self.email = self.email.to_lowercase();
        Ok(())
    }

    async fn after_insert(&self, context: &mut HookContext<'_>) -> HookResult {
        log(format!("{} joined", self.email), context).await
    }

    async fn before_delete(delete: &mut DeleteStatement<Self>, _: &mut HookContext<'_>) -> HookResult {
        if delete.is_many() { Err("members leave one by one".into()) } else { Ok(()) }
    }

    async fn after_delete(
        _: &DeleteStatement<Self>,
        outcome: &HookOutcome,
        context: &mut HookContext<'_>,
    ) -> HookResult {
        log(format!("{} left", outcome.matched().unwrap_or_default()), context).await
    }
}

/// Writes an entry in the session of the write that the hook belongs to.
async fn log(text: String, context: &mut HookContext<'_>) -> HookResult {
    let entry = Entry { id: Id::new(), text };
    context.collection::<Entry>().insert_one(&entry).session(context).await?;
    Ok(())
}

/// A document of a join: the orders of a shop.
#[derive(Debug, Shape)]
struct Orders {
    orders: Vec<Order>,
}

/// A clock for programs whose output must not change: a counter of hours.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn advance(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn now(&self) -> DateTime {
        DateTime::from_millis(self.0.load(Ordering::Relaxed) * 3_600_000)
    }
}

fn time(date: Option<DateTime>) -> String {
    let text = date.and_then(|date| date.try_to_rfc3339_string().ok());
    text.and_then(|text| Some(text.get(11..16)?.to_owned())).unwrap_or_else(|| "never".to_owned())
}

/// Prints the stored order.
async fn show(orders: &Collection<Order>, id: Id<Order>) -> odm::Result<()> {
    match orders.get(id).await? {
        Some(order) => println!(
            "  {} x {}: created {}, updated {}, version {}, deleted {}",
            order.number,
            order.quantity,
            time(order.created_at),
            time(order.updated_at),
            order.version,
            time(order.deleted_at),
        ),
        None => println!("  not found"),
    }
    Ok(())
}

/// Adds to the quantity of an order, as often as another program was faster.
async fn add(orders: &Collection<Order>, id: Id<Order>, more: u32) -> odm::Result<()> {
    loop {
        let Some(mut order) = orders.get(id).await? else { return Ok(()) };
        order.quantity += more;
        match orders.save(&order).await {
            Err(error) if error.is_stale_version() => {}
            outcome => return outcome.map(drop),
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let clock = Clock::default();
    let now = clock.clone();
    let db = server.fresh_database("policies").await?.with_clock(move || now.now());
    db.schema(models![Order, Shop]).plan().await?.apply().await?;
    let shops = db.collection::<Shop>();
    let [oslo, rome] = ["Oslo", "Rome"].map(|city| Shop { id: Id::new(), city: city.into() });
    shops.insert_many([&oslo, &rome]).await?;
    let o = Order::fields();

    // Without a tenant, nothing is read or written.
    let error = db.collection::<Order>().count(Filter::all()).await.err().context("it was sent")?;
    println!("not sent: {}", error.is_not_sent());
    let orders = db.collection::<Order>().tenant(oslo.id);

    // Times.
    println!("times");
    let order = Order::new(oslo.id, 1, 2);
    orders.insert_one(&order).await?;
    show(&orders, order.id).await?;
    clock.advance();
    orders.update_one(o.id().eq(order.id), o.quantity().inc(1)).await?;
    show(&orders, order.id).await?;

    // Versions.
    println!("versions");
    let mut mine = orders.get(order.id).await?.context("it was removed")?;
    let mut yours = mine.clone();
    yours.quantity = 50;
    orders.save(&yours).await?;
    mine.quantity = 60;
    let error = orders.save(&mine).await.err().context("it was saved")?;
    println!("  stale: {}", error.is_stale_version());
    add(&orders, order.id, 10).await?;
    show(&orders, order.id).await?;

    let removed = Order { version: 7, ..Order::new(oslo.id, 2, 1) };
    let error = orders.save(&removed).await.err().context("it was saved")?;
    println!("  not found: {}", error.is_not_found());

    let error = orders.bulk_write([Write::save(&mine)]).await.err().context("it was saved")?;
    println!("  stale: {}", error.is_stale_version());

    // Deletes.
    println!("deletes");
    clock.advance();
    orders.delete_one(o.id().eq(order.id)).await?;
    show(&orders, order.id).await?;
    show(&orders.with_deleted(), order.id).await?;
    println!("  {} deleted", orders.only_deleted().count(Filter::all()).await?);
    orders.insert_one(&Order::new(oslo.id, 1, 9)).await?;
    let error = orders.restore(o.id().eq(order.id)).await.err().context("it was restored")?;
    println!("  taken: {}", error.is_duplicate_key());
    orders.delete_one(o.quantity().eq(9)).await?;
    orders.restore(o.id().eq(order.id)).await?;
    show(&orders, order.id).await?;
    println!("  {} removed", orders.purge(Filter::all()).await?.deleted_count);

    // Tenants.
    println!("tenants");
    let foreign = Order::new(rome.id, 1, 1);
    let error = orders.insert_one(&foreign).await.err().context("it was stored")?;
    println!("  not sent: {}", error.is_not_sent());
    let of_rome = orders.tenant(rome.id);
    of_rome.insert_one(&foreign).await?;
    println!(
        "  {} in Oslo, {} in Rome",
        orders.count(Filter::all()).await?,
        of_rome.count(Filter::all()).await?
    );
    println!("  {} in all", orders.all_tenants().count(Filter::all()).await?);

    // Joins.
    let rows: Vec<_> = shops
        .aggregate()
        .sort(|shop| shop.city().asc())
        .lookup(|shop| OrdersOf {
            orders: from::<Order>().all_tenants().equal(shop.id(), |order| order.shop()),
        })
        .as_documents()
        .await?
        .try_collect()
        .await?;
    for row in rows {
        println!("  {} has {}", row.get_str("city")?, row.get_array("orders")?.len());
    }

    // Rules.
    println!("rules");
    let error = orders.update_one(Filter::all(), o.quantity().set(101)).await.err().context("it was sent")?;
    for violation in error.violations().context("it was sent")? {
        println!("  {}: {}", violation.path(), violation.message());
    }
    orders.update_one(Filter::all(), o.quantity().set(101)).skip_rules().await?;
    show(&orders, order.id).await?;

    // Hooks.
    println!("hooks");
    let (members, entries) = (db.collection::<Member>(), db.collection::<Entry>());
    let ada = Member { id: Id::new(), email: "Ada@Example.org".into() };
    members.insert_one(&ada).await?;
    println!("  {}", members.get(ada.id).await?.context("no member")?.email);
    let error = members.delete_many(Filter::all()).await.err().context("they left")?;
    println!("  {}", error.kind());
    members.delete_one(Member::fields().id().eq(ada.id)).await?;

    // The entry belongs to the transaction of the member.
    db.transaction(async |mut tx| {
        members.insert_one(&ada).session(&mut tx).await?;
        tx.abort().await.map(drop)
    })
    .await?;
    for entry in
        entries.find(Filter::all()).sort(Entry::fields().id().asc()).await?.try_collect::<Vec<_>>().await?
    {
        println!("  {}", entry.text);
    }

    db.drop_database().await?;
    Ok(())
}
