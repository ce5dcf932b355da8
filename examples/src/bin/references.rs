//! The program of the guide's chapter on references: the orders of a shop.
//!
//! `cargo run -p examples --bin references`. It finds or starts a MongoDB server automatically.

use anyhow::Context;
use odm::{
    Collection, Database, Embedded, Filter, Id, Model, Shape, Value, View, models,
    pipeline::With,
    relation::{Include as _, Linked, Loaded, referenced},
};

#[derive(Debug, Clone, Model)]
#[odm(collection = "customers", index(name))]
struct Customer {
    id: Id<Customer>,
    name: String,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "makers")]
struct Maker {
    id: Id<Maker>,
    name: String,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "products")]
struct Product {
    id: Id<Product>,
    name: String,
    maker: Id<Maker>,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "orders", index(customer, number = -1), index(number))]
struct Order {
    id: Id<Order>,
    number: u32,
    #[odm(on_delete = "restrict")]
    customer: Id<Customer>,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, Embedded)]
struct Line {
    product: Id<Product>,
    qty: u32,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "messages", index(about.kind, about.order), index(text))]
struct Message {
    id: Id<Message>,
    text: String,
    #[odm(on_delete = "cascade")]
    about: Subject,
    #[odm(on_delete = "nullify", index)]
    answered_by: Option<Id<Customer>>,
}

#[derive(Debug, Clone, Value)]
#[serde(tag = "kind", content = "id", rename_all = "lowercase")]
enum Subject {
    Order(Id<Order>),
    Product(Id<Product>),
}

#[derive(Debug, View)]
#[odm(of = Product)]
struct ProductName {
    name: String,
}

#[derive(Debug, Shape)]
struct Buyers {
    buyers: Vec<Customer>,
}

/// Takes only orders that were loaded with their customers.
fn label(order: &Loaded<Order, Linked<Customer>>) -> String {
    match order.links.found() {
        Some(customer) => format!("{} for {}", order.number, customer.name),
        None => format!("{} for nobody: the customer is gone", order.number),
    }
}

/// What is included of an order, with names.
struct Details {
    customer: Linked<Customer>,
    products: Vec<Linked<ProductName>>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("references").await?;
    db.schema(models![Customer, Order, Message]).plan().await?.apply().await?;
    let shop = fill(&db).await?;
    let (orders, customers) = (db.collection::<Order>(), db.collection::<Customer>());
    let (o, m) = (Order::fields(), Message::fields());

    // One reference: two commands.
    let loaded = orders.find(Filter::all()).sort(o.number().asc()).include(|o| o.customer()).await?;
    for order in &loaded {
        println!("{}", label(order));
    }

    // Several, in an array, and references of what is loaded: four commands.
    let loaded = orders
        .find(o.number().lte(2))
        .sort(o.number().asc())
        .include(|o| (o.customer(), o.lines().product().include(|p| p.maker())))
        .await?;
    for order in &loaded {
        let (customer, products) = &order.links;
        println!("{}: {}", order.number, customer.found().map_or("(gone)", |customer| &customer.name));
        for (line, product) in order.lines.iter().zip(products) {
            let product = product.found().context("no product")?;
            let maker = product.links.found().map_or("(gone)", |maker| &maker.name);
            println!("  {} x {} of {maker}", line.qty, product.name);
        }
    }

    // The other direction, with an order and a limit for each.
    let loaded = customers
        .find(Filter::all())
        .sort(Customer::fields().name().asc())
        .include(|c| c.referred_by(o.customer()).sort(o.number().desc()).limit(2))
        .await?;
    for customer in &loaded {
        let numbers: Vec<_> = customer.links.iter().map(|order| order.number).collect();
        println!("{}: the last orders are {numbers:?}", customer.name);
    }

    // A reference to one of several models.
    let messages = db.collection::<Message>();
    let loaded = messages
        .find(Filter::all())
        .sort(m.text().asc())
        .include(|m| (m.about().order(), m.about().product()))
        .await?;
    for message in &loaded {
        let about = match &message.links {
            (Some(order), _) => order.found().map(|order| format!("order {}", order.number)),
            (_, Some(product)) => product.found().map(|product| format!("product {}", product.name)),
            (None, None) => None,
        };
        println!("{}: {}", message.text, about.as_deref().unwrap_or("(gone)"));
    }

    // Views, names, and a document that must exist.
    let details: Vec<Loaded<Order, Details>> = orders
        .find(o.number().eq(1))
        .include(|o| {
            let products = o.lines().product().view::<ProductName>();
            (o.customer(), products).map(|(customer, products)| Details { customer, products })
        })
        .await?;
    let details = &details[0].links;
    let names: Vec<_> =
        details.products.iter().filter_map(Linked::found).map(|product| &product.name).collect();
    println!("{names:?} for {:?}", details.customer.found().map(|customer| &customer.name));
    let strict = orders.find(Filter::all()).include(|o| o.customer().required()).await;
    println!("{}", strict.err().context("every customer exists")?.kind());

    // Documents that are loaded already.
    let mine: Vec<Order> = orders.find(o.customer().eq(shop.ada)).await?.try_collect().await?;
    let mine = orders.include(mine, |o| o.customer()).await?;
    println!("{} orders of ada", mine.len());

    // In a transaction.
    let seen = db
        .transaction(async |mut tx| {
            orders.update_one(o.number().eq(1), o.customer().set(shop.bob)).session(&mut tx).await?;
            orders.find_one(o.number().eq(1)).include(|o| o.customer()).session(&mut tx).await
        })
        .await?;
    println!("{}", label(&seen.context("no order")?));

    // The same reference as a join, to sort by what is joined.
    let rows: Vec<With<Order, Buyers>> = orders
        .aggregate()
        .lookup(|o| BuyersOf { buyers: referenced(o.customer()) })
        .sort(|o| o.buyers().name().desc().then(o.number().asc()))
        .await?
        .try_collect()
        .await?;
    let numbers: Vec<_> = rows.iter().map(|row| row.number).collect();
    println!("by the name of the customer: {numbers:?}");

    delete(&db, &shop).await?;
    db.drop_database().await?;
    Ok(())
}

/// Deletes by the rules of the references.
async fn delete(db: &Database, shop: &Shop) -> anyhow::Result<()> {
    let references = db.references::<(Customer, Order, Message)>();
    let refused = references.delete(shop.bob).await;
    println!("{}", refused.err().context("bob was deleted")?.kind());

    let deleted = references.delete_many(shop.orders_of_bob(db).await?).await?;
    println!("{} orders, {} messages", deleted.count::<Order>(), deleted.count::<Message>());
    let deleted = references.delete(shop.bob).await?;
    println!("{} customer, {} messages changed", deleted.count::<Customer>(), deleted.nullified::<Message>());
    Ok(())
}

/// The ids of some documents.
struct Shop {
    ada: Id<Customer>,
    bob: Id<Customer>,
}

impl Shop {
    async fn orders_of_bob(&self, db: &Database) -> odm::Result<Vec<Id<Order>>> {
        let orders: Collection<Order> = db.collection();
        let found: Vec<Order> =
            orders.find(Order::fields().customer().eq(self.bob)).await?.try_collect().await?;
        Ok(found.into_iter().map(|order| order.id).collect())
    }
}

async fn fill(db: &Database) -> odm::Result<Shop> {
    let customer = |name: &str| Customer { id: Id::new(), name: name.to_owned() };
    let (ada, bob) = (customer("ada"), customer("bob"));
    let maker = |name: &str| Maker { id: Id::new(), name: name.to_owned() };
    let (north, south) = (maker("North"), maker("South"));
    let product =
        |name: &str, maker: &Maker| Product { id: Id::new(), name: name.to_owned(), maker: maker.id };
    let (lamp, chair) = (product("lamp", &north), product("chair", &south));
    let line = |product: &Product, qty| Line { product: product.id, qty };
    let order =
        |number, customer: Id<Customer>, lines: Vec<Line>| Order { id: Id::new(), number, customer, lines };
    let orders = [
        order(1, ada.id, vec![line(&lamp, 2), line(&chair, 4)]),
        order(2, bob.id, vec![line(&lamp, 1)]),
        order(3, ada.id, vec![]),
        order(4, Id::new(), vec![]),
        order(5, ada.id, vec![]),
    ];
    let message = |text: &str, about| Message {
        id: Id::new(),
        text: text.to_owned(),
        about,
        answered_by: Some(bob.id),
    };
    let messages = [
        message("Is it red?", Subject::Product(lamp.id)),
        message("When does it arrive?", Subject::Order(orders[1].id)),
    ];
    db.collection::<Customer>().insert_many(&[ada.clone(), bob.clone()]).await?;
    db.collection::<Maker>().insert_many(&[north, south]).await?;
    db.collection::<Product>().insert_many(&[lamp, chair]).await?;
    db.collection::<Order>().insert_many(&orders).await?;
    db.collection::<Message>().insert_many(&messages).await?;
    Ok(Shop { ada: ada.id, bob: bob.id })
}
