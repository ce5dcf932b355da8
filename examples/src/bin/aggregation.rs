//! The program of the guide's chapter on aggregation: the orders of a shop.
//!
//! `cargo run -p examples --bin aggregation`. It finds or starts a MongoDB server automatically.

use odm::{
    Collection, Embedded, Id, Model, Pipeline, Shape,
    bson::DateTime,
    expr::{TimeUnit, concat, cond, remove, switch},
    pipeline::{AllowsSet, Current, Unbounded, avg, count, max, partition_by, push, rank, shift, sum, top_n},
};

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Line {
    sku: String,
    price: f64,
    quantity: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    customer: String,
    city: String,
    placed: DateTime,
    lines: Vec<Line>,
    discount: Option<f64>,
}

fn order(customer: &str, city: &str, day: i64, lines: &[(&str, f64, i32)], discount: Option<f64>) -> Order {
    let line = |(sku, price, quantity): &(&str, f64, i32)| Line {
        sku: (*sku).to_owned(),
        price: *price,
        quantity: *quantity,
    };
    Order {
        id: Id::new(),
        customer: customer.to_owned(),
        city: city.to_owned(),
        placed: DateTime::from_millis(1_767_225_600_000 + day * 86_400_000),
        lines: lines.iter().map(line).collect(),
        discount,
    }
}

#[derive(Debug, Shape)]
struct City {
    #[odm(id)]
    name: String,
    orders: i64,
    customers: Vec<String>,
}

#[derive(Debug, Shape)]
struct Article {
    #[odm(id)]
    sku: String,
    sold: i64,
    revenue: f64,
}

/// A row after the lines of an order are unwound.
#[derive(Debug, Shape)]
struct OrderLine {
    customer: String,
    lines: Line,
}

/// The same, without checks.
#[derive(Debug, Shape)]
struct Sold {
    lines: Line,
}

#[derive(Debug, Shape)]
struct Contact {
    name: String,
    at: Where,
}

#[derive(Debug, Embedded)]
struct Where {
    city: String,
    discount: Option<f64>,
}

#[derive(Debug, Shape)]
struct Total {
    total: f64,
}

#[derive(Debug, Shape)]
struct Bill {
    customer: String,
    text: String,
    total: f64,
    size: String,
}

#[derive(Debug, Shape)]
struct Windows {
    position: i64,
    running: f64,
    previous: Option<f64>,
}

#[derive(Debug, Shape)]
struct Step {
    customer: String,
    position: i64,
    running: f64,
    previous: Option<f64>,
}

#[derive(Debug, Shape)]
struct ByMonth {
    #[odm(id)]
    month: DateTime,
    average: f64,
    best: Vec<String>,
}

#[derive(Debug, Shape)]
struct Overview {
    cities: Vec<City>,
    articles: Vec<Article>,
}

/// Adds the total of an order.
fn with_totals<In, P>(orders: Pipeline<In, Order, P>) -> Pipeline<In, odm::pipeline::With<Order, Total>, P>
where
    P: AllowsSet,
{
    orders.set(|o| TotalOf {
        total: o.lines().map(|line| line.price() * line.quantity()).sum() * (1 - o.discount().if_null(0)),
    })
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("aggregation").await?;
    let orders = db.collection::<Order>();
    orders
        .insert_many([
            order("Ada", "Oslo", 0, &[("tea", 4.0, 2), ("cup", 6.0, 1)], None),
            order("Ben", "Oslo", 9, &[("tea", 4.0, 5)], Some(0.5)),
            order("Ada", "Oslo", 40, &[("pot", 30.0, 1), ("tea", 4.0, 1)], None),
            order("Cleo", "Rome", 12, &[("cup", 6.0, 4)], None),
            order("Cleo", "Rome", 50, &[("pot", 30.0, 2)], Some(0.25)),
        ])
        .await?;

    // Group documents.
    let cities: Vec<City> = orders
        .aggregate()
        .sort(|o| o.placed().asc())
        .group(|o| CityOf { name: o.city(), orders: count(), customers: push(o.customer()) })
        .sort(|c| c.name().asc())
        .await?
        .try_collect()
        .await?;
    for City { name, orders, customers } in cities {
        println!("{name}: {orders} orders by {}", customers.join(", "));
    }

    // Unwind an array: a row for each line of each order.
    let mut articles = orders
        .aggregate()
        .unwind(|o| o.lines())
        .group(|o| ArticleOf {
            sku: o.lines().sku(),
            sold: sum(o.lines().quantity()),
            revenue: sum(o.lines().price() * o.lines().quantity()),
        })
        .sort(|a| a.revenue().desc().then(a.sku().asc()))
        .await?;
    while let Some(Article { sku, sold, revenue }) = articles.next().await.transpose()? {
        println!("{sku}: {sold} sold for {revenue}");
    }

    // Add a field, and then use it.
    let bills = orders
        .aggregate()
        .through(with_totals)
        .matching(|o| o.total().gt(10))
        .sort(|o| o.total().desc())
        .project(|o| BillOf {
            customer: o.customer(),
            text: concat((o.customer(), " in ", o.city(), ": ", o.lines().size().to_string())),
            total: o.total(),
            size: switch(o.total().gte(40), "large").case(o.total().gte(20), "medium").default("small"),
        });
    println!("{bills}");
    let bills: Vec<Bill> = bills.await?.try_collect().await?;
    for Bill { customer, text, total, size } in bills {
        println!("{customer}: {total} ({size}), {text}");
    }

    documents(&orders).await?;
    windows(&orders).await?;

    db.drop_database().await?;
    // A client that is only dropped says goodbye in a task, which the end of the program can interrupt.
    db.driver().client().clone().shutdown().immediate(true).await;
    Ok(())
}

async fn documents(orders: &Collection<Order>) -> anyhow::Result<()> {
    // Compute an embedded document, and leave a field out of it.
    let contacts: Vec<Contact> = orders
        .aggregate()
        .sort(|o| o.discount().desc())
        .limit(2)
        .project(|o| ContactOf {
            name: o.customer(),
            at: WhereOf {
                city: o.city().to_upper(),
                discount: cond(o.discount().gte(0.5), remove::<_, f64>(), o.discount()),
            },
        })
        .await?
        .try_collect()
        .await?;
    for Contact { name, at } in contacts {
        println!("{name} in {}, {:?}", at.city, at.discount);
    }

    // Read rows whose type no stage declares: as a shape whose fields are checked, and as one that is not.
    let unwound = || orders.aggregate().unwind(|o| o.lines()).sort(|o| o.lines().quantity().desc()).limit(1);
    let checked: Vec<OrderLine> = unwound()
        .view(|o| OrderLineOf { customer: o.customer(), lines: o.lines() })
        .await?
        .try_collect()
        .await?;
    let declared: Vec<Sold> = unwound().cast::<Sold>().await?.try_collect().await?;
    println!("{} ordered {} {}", checked[0].customer, declared[0].lines.quantity, checked[0].lines.sku);
    Ok(())
}

async fn windows(orders: &Collection<Order>) -> anyhow::Result<()> {
    // Compare each order with the others of its city.
    let steps: Vec<Step> = orders
        .aggregate()
        .through(with_totals)
        .set_window_fields(
            |o| partition_by(o.city()).sort_by(o.placed().asc()),
            |o| WindowsOf {
                position: rank(),
                running: sum(o.total()).documents(Unbounded, Current),
                previous: shift(o.total(), -1),
            },
        )
        .sort(|o| o.city().asc().then(o.position().asc()))
        .project(|o| StepOf {
            customer: cond(o.city().eq("Oslo"), o.customer(), o.customer().to_upper()),
            position: o.position(),
            running: o.running(),
            previous: o.previous(),
        })
        .await?
        .try_collect()
        .await?;
    for Step { customer, position, running, previous } in steps {
        println!("{position}. {customer}: {running} so far, {previous:?} before");
    }

    // Group by a computed value.
    let months: Vec<ByMonth> = orders
        .aggregate()
        .through(with_totals)
        .group(|o| ByMonthOf {
            month: o.placed().date_trunc(TimeUnit::Month).timezone("Europe/Oslo"),
            average: avg(o.total()),
            best: top_n(o.total().desc(), o.customer(), 2),
        })
        .sort(|m| m.month().asc())
        .await?
        .try_collect()
        .await?;
    for ByMonth { month, average, best } in months {
        println!(
            "{}: {average:.2} on average, most by {}",
            month.try_to_rfc3339_string()?,
            best.join(" and ")
        );
    }

    // Several results from the same orders.
    let overview: Vec<Overview> = orders
        .aggregate()
        .facet(|rows| OverviewOf {
            cities: rows
                .clone()
                .group(|o| CityOf { name: o.city(), orders: count(), customers: push(o.customer()) })
                .sort(|c| c.orders().desc())
                .limit(1),
            articles: rows.unwind(|o| o.lines()).group(|o| ArticleOf {
                sku: o.lines().sku(),
                sold: max(o.lines().quantity()),
                revenue: max(o.lines().price()),
            }),
        })
        .await?
        .try_collect()
        .await?;
    for Overview { cities, articles } in overview {
        println!(
            "most orders: {}; {} articles",
            cities.iter().map(|c| c.name.as_str()).collect::<String>(),
            articles.len()
        );
    }
    Ok(())
}
