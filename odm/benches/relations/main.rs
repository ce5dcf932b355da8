//! The cost of loading references: `cargo bench -p odm --bench relations`, with `-- --quick` for a shorter run.
//!
//! 1,000 orders are loaded with their customers, and these with their countries, on a server that starts automatically:
//! by an include (three commands), by one query for each order and each customer, and by a `$lookup` with another one in
//! it. Each side decodes everything. The last line is how many times as fast the include is as each of the others.

#[path = "../shared/measure.rs"]
#[allow(dead_code, reason = "the other benches use the rest")]
mod measure;
#[path = "../shared/rounds.rs"]
mod rounds;

use std::{env, error::Error};

use measure::timed;
use odm::{
    Collection, Database, Filter, Id, Model, Shape,
    pipeline::With,
    relation::{Linked, Loaded, referenced},
};
use odm_test::Server;
use rounds::Rounds;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The indexes of the sides.
const INCLUDE: usize = 0;
const PER_PARENT: usize = 1;
const LOOKUP: usize = 2;

#[derive(Debug, Clone, Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    reference: String,
    customer: Id<Customer>,
    items: Vec<String>,
    total: f64,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "customers")]
struct Customer {
    id: Id<Customer>,
    name: String,
    street: String,
    country: Id<Country>,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "countries")]
struct Country {
    id: Id<Country>,
    name: String,
}

#[derive(Debug, Shape)]
struct Customers {
    customers: Vec<With<Customer, Countries>>,
}

#[derive(Debug, Shape)]
struct Countries {
    countries: Vec<Country>,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    if !words.iter().any(|word| word == "--bench") {
        // `cargo test` has no server for this.
        return Ok(());
    }
    let rounds = if words.iter().any(|word| word == "--quick") { 3 } else { 15 };
    let server = Server::shared().await?;
    let db = server.fresh_database("relations").await?;
    let sides = Sides::new(&db).await?;
    let mut measured = Rounds::new();
    // The first round warms up, and compares the results.
    for round in 0..=rounds {
        let mut seconds = [0.0; 3];
        let mut lengths = [0; 3];
        for turn in 0..3 {
            let side = (turn + round) % 3;
            (seconds[side], lengths[side]) = sides.run(side).await?;
        }
        if lengths.iter().any(|length| *length != lengths[INCLUDE]) {
            return Err(format!("the sides load different documents: {lengths:?}").into());
        }
        if round > 0 {
            measured.add(seconds);
        }
    }
    db.drop_database().await?;

    println!("{:14}{:>10}{:>9}", "", "ms", "ratio");
    for (side, name) in [(INCLUDE, "include"), (PER_PARENT, "per_parent"), (LOOKUP, "lookup")] {
        println!("{name:14}{:>10.1}{:>8}x", measured.seconds(side) * 1e3, measured.ratio(INCLUDE, side));
    }
    let [per_parent, lookup] = [PER_PARENT, LOOKUP].map(|side| measured.ratio(INCLUDE, side));
    println!("\nratios: per_parent={per_parent} lookup={lookup}");
    Ok(())
}

/// The collections that all sides read.
struct Sides {
    orders: Collection<Order>,
    customers: Collection<Customer>,
    countries: Collection<Country>,
}

impl Sides {
    async fn new(db: &Database) -> Outcome<Self> {
        let (orders, customers, countries) = (db.collection(), db.collection(), db.collection());
        let of_country = |n: usize| Country { id: Id::new(), name: format!("country {n}") };
        let all_countries: Vec<Country> = (0..50).map(of_country).collect();
        let of_customer = |n: usize| Customer {
            id: Id::new(),
            name: format!("customer {n}"),
            street: format!("{n} Main Street"),
            country: all_countries[n % 50].id,
        };
        let all_customers: Vec<Customer> = (0..500).map(of_customer).collect();
        let of_order = |n: usize| Order {
            id: Id::new(),
            reference: format!("AB-{n:06}"),
            customer: all_customers[n % 500].id,
            items: (0..8).map(|item| format!("item {item} of {n}")).collect(),
            total: 99.5,
        };
        let all_orders: Vec<Order> = (0..1_000).map(of_order).collect();
        countries.insert_many(&all_countries).await?;
        customers.insert_many(&all_customers).await?;
        orders.insert_many(&all_orders).await?;
        Ok(Self { orders, customers, countries })
    }

    /// Runs a side. Returns the seconds, and the length of the names that it loaded.
    async fn run(&self, side: usize) -> Outcome<(f64, usize)> {
        match side {
            INCLUDE => timed(self.include()).await,
            PER_PARENT => timed(self.per_parent()).await,
            _ => timed(self.lookup()).await,
        }
    }

    async fn include(&self) -> Outcome<usize> {
        type Of = Linked<Loaded<Customer, Linked<Country>>>;
        let orders: Vec<Loaded<Order, Of>> =
            self.orders.find(Filter::all()).include(|o| o.customer().include(|c| c.country())).await?;
        let names = orders.iter().filter_map(|order| {
            let customer = order.links.found()?;
            Some(customer.name.len() + customer.links.found()?.name.len())
        });
        Ok(names.sum())
    }

    async fn per_parent(&self) -> Outcome<usize> {
        let mut length = 0;
        let orders: Vec<Order> = self.orders.find(Filter::all()).await?.try_collect().await?;
        for order in &orders {
            if let Some(customer) = self.customers.get(order.customer).await?
                && let Some(country) = self.countries.get(customer.country).await?
            {
                length += customer.name.len() + country.name.len();
            }
        }
        Ok(length)
    }

    async fn lookup(&self) -> Outcome<usize> {
        let orders: Vec<With<Order, Customers>> = self
            .orders
            .aggregate()
            .lookup(|o| CustomersOf {
                customers: referenced(o.customer())
                    .pipeline(|c| c.lookup(|c| CountriesOf { countries: referenced(c.country()) })),
            })
            .await?
            .try_collect()
            .await?;
        let names = orders.iter().filter_map(|order| {
            let customer = order.added.customers.first()?;
            Some(customer.name.len() + customer.added.countries.first()?.name.len())
        });
        Ok(names.sum())
    }
}
