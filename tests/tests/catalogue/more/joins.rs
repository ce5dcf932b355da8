//! `$graphLookup $lookup $unionWith`.

use odm::{
    Id, Model, Pipeline, Shape,
    bson::doc,
    expr::and,
    pipeline::{With, from, sum},
};

use super::{More, more};

pub(super) fn all() -> Vec<More> {
    vec![stock_of_an_order(), reporting_hierarchy(), destinations(), all_sales()]
}

#[derive(Debug, Model)]
#[odm(collection = "orders")]
struct Order {
    id: i32,
    item: String,
    price: i32,
    ordered: i32,
}

#[derive(Debug, Model)]
#[odm(collection = "warehouses")]
struct Warehouse {
    id: i32,
    stock_item: String,
    warehouse: String,
    instock: i32,
}

#[derive(Debug, Shape)]
struct InStock {
    warehouse: String,
    instock: i32,
}

#[derive(Debug, Shape)]
struct Stock {
    stockdata: Vec<InStock>,
}

fn stock_of_an_order() -> More {
    let pipeline = Pipeline::<Order>::new().lookup(|o| StockOf {
        stockdata: from::<Warehouse>().let_(
            (("order_item", o.item()), ("order_qty", o.ordered())),
            |warehouses, (item, quantity)| {
                warehouses
                    .matching_expr(|w| and((w.stock_item().eq(item), w.instock().gte(quantity))))
                    .unset(|w| (w.stock_item(), w.id()))
                    .cast::<InStock>()
            },
        ),
    });
    let expected = doc! { "$lookup": {
        "from": "warehouses",
        "let": { "order_item": "$item", "order_qty": "$ordered" },
        "pipeline": [
            { "$match": { "$expr": { "$and": [
                { "$eq": ["$stock_item", "$$order_item"] },
                { "$gte": ["$instock", "$$order_qty"] },
            ] } } },
            // The manual writes `{ $project: { stock_item: 0, _id: 0 } }`, which does the same.
            { "$unset": ["stock_item", "_id"] },
        ],
        "as": "stockdata",
    } };
    more::<Order, With<Order, Stock>>("lookup: several conditions", pipeline, [expected])
}

#[derive(Debug, Model)]
#[odm(collection = "employees")]
#[serde(rename_all = "camelCase")]
struct Employee {
    id: i32,
    name: String,
    reports_to: Option<String>,
}

#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
struct Hierarchy {
    reporting_hierarchy: Vec<Employee>,
}

fn reporting_hierarchy() -> More {
    let pipeline = Pipeline::<Employee>::new().graph_lookup(|e| HierarchyOf {
        reporting_hierarchy: from::<Employee>().connecting(e.reports_to(), |f| f.reports_to(), |f| f.name()),
    });
    let expected = doc! { "$graphLookup": {
        "from": "employees",
        "startWith": "$reportsTo",
        "connectFromField": "reportsTo",
        "connectToField": "name",
        "as": "reportingHierarchy",
    } };
    more::<Employee, With<Employee, Hierarchy>>("graphLookup: one collection", pipeline, [expected])
}

#[derive(Debug, Model)]
#[odm(collection = "airports")]
struct Airport {
    id: i32,
    airport: String,
    connects: Vec<String>,
}

#[derive(Debug, Model)]
#[odm(collection = "travelers")]
#[serde(rename_all = "camelCase")]
struct Traveler {
    id: i32,
    name: String,
    nearest_airport: String,
}

#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
struct Depth {
    num_connections: i64,
}

#[derive(Debug, Shape)]
struct Destinations {
    destinations: Vec<With<Airport, Depth>>,
}

fn destinations() -> More {
    let pipeline = Pipeline::<Traveler>::new().graph_lookup(|t| DestinationsOf {
        destinations: from::<Airport>()
            .connecting(t.nearest_airport(), |a| a.connects(), |a| a.airport())
            .max_depth(2)
            .depth_field(|depth| DepthOf { num_connections: depth }),
    });
    let expected = doc! { "$graphLookup": {
        "from": "airports",
        "startWith": "$nearestAirport",
        "connectFromField": "connects",
        "connectToField": "airport",
        "maxDepth": 2,
        "depthField": "numConnections",
        "as": "destinations",
    } };
    more::<Traveler, With<Traveler, Destinations>>("graphLookup: several collections", pipeline, [expected])
}

macro_rules! sales {
    ($($model:ident $collection:literal),*) => { $(
        #[derive(Debug, Model)]
        #[odm(collection = $collection)]
        struct $model {
            id: Id<$model>,
            store: String,
            item: String,
            quantity: i32,
        }
    )* };
}

sales!(Sales2019 "sales_2019q1", Sales2020 "sales_2019q2");

#[derive(Debug, Shape)]
struct Sold {
    store: String,
    item: String,
    quantity: i32,
}

#[derive(Debug, Shape)]
struct Total {
    #[odm(id)]
    item: String,
    total: i64,
}

fn all_sales() -> More {
    let second = Pipeline::<Sales2020>::new().project(|s| SoldOf {
        store: s.store(),
        item: s.item(),
        quantity: s.quantity(),
    });
    let pipeline = Pipeline::<Sales2019>::new()
        .project(|s| SoldOf { store: s.store(), item: s.item(), quantity: s.quantity() })
        .union_with(second)
        .group(|s| TotalOf { item: s.item(), total: sum(s.quantity()) })
        .sort(|t| t.total().desc());
    let fields = || doc! { "$project": { "store": 1, "item": 1, "quantity": 1, "_id": 0 } };
    let expected = [
        fields(),
        doc! { "$unionWith": { "coll": "sales_2019q2", "pipeline": [fields()] } },
        doc! { "$group": { "_id": "$item", "total": { "$sum": "$quantity" } } },
        doc! { "$sort": { "total": -1 } },
    ];
    more::<Sales2019, Total>("unionWith: aggregated sales", pipeline, expected)
}
