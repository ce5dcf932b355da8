//! `$bucket $bucketAuto $facet $group $redact $sortByCount`.

use odm::{
    Embedded, Model, Pipeline, Shape,
    bson::{Bson, DateTime, Decimal128, Document, doc},
    expr::cond,
    pipeline::{
        Bounds, ByCount, add_to_set, auto_bounds, avg, descend, max, merge_objects, prune, push,
        std_dev_samp, sum,
    },
};

use super::{More, more};

pub(super) fn all() -> Vec<More> {
    vec![
        sales_of_a_day(),
        by_years(),
        facets(),
        tags_by_count(),
        what_a_user_may_see(),
        quantities(),
        deviation_of_ages(),
        items_of_a_day(),
    ]
}

#[derive(Debug, Model)]
#[odm(collection = "sales")]
struct Sale {
    id: i32,
    item: String,
    price: Decimal128,
    quantity: i32,
    date: DateTime,
}

fn day(text: &str) -> DateTime {
    DateTime::parse_rfc3339_str(format!("{text}T00:00:00Z")).unwrap()
}

fn sales_of_a_day() -> More {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Day {
        #[odm(id)]
        day: String,
        total_sale_amount: Decimal128,
        average_quantity: Option<f64>,
        count: i64,
    }

    let pipeline = Pipeline::<Sale>::new()
        .matching(|s| s.date().gte(day("2014-01-01")) & s.date().lt(day("2015-01-01")))
        .group(|s| DayOf {
            day: s.date().date_to_string().format("%Y-%m-%d"),
            total_sale_amount: sum(s.price() * s.quantity()),
            average_quantity: avg(s.quantity()),
            count: sum(1),
        })
        .sort(|d| d.total_sale_amount().desc());
    let expected = [
        doc! { "$match": { "date": { "$gte": day("2014-01-01"), "$lt": day("2015-01-01") } } },
        doc! { "$group": {
            "_id": { "$dateToString": { "format": "%Y-%m-%d", "date": "$date" } },
            "totalSaleAmount": { "$sum": { "$multiply": ["$price", "$quantity"] } },
            "averageQuantity": { "$avg": "$quantity" },
            "count": { "$sum": 1 },
        } },
        doc! { "$sort": { "totalSaleAmount": -1 } },
    ];
    more::<Sale, Day>("group: count, sum and average", pipeline, expected)
}

fn items_of_a_day() -> More {
    #[derive(Debug, Embedded)]
    struct Day {
        day: i32,
        year: i32,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Items {
        #[odm(id)]
        day: Day,
        items_sold: Vec<String>,
    }

    let pipeline = Pipeline::<Sale>::new().group(|s| ItemsOf {
        day: DayOf { day: s.date().day_of_year(), year: s.date().year() },
        items_sold: add_to_set(s.item()),
    });
    let expected = doc! { "$group": {
        "_id": { "day": { "$dayOfYear": { "date": "$date" } }, "year": { "$year": { "date": "$date" } } },
        "itemsSold": { "$addToSet": "$item" },
    } };
    more::<Sale, Items>("addToSet: in a group", pipeline, [expected])
}

#[derive(Debug, Model)]
#[odm(collection = "artwork")]
struct Artwork {
    id: i32,
    title: String,
    year: Option<i32>,
    price: Option<f64>,
    tags: Vec<String>,
}

fn by_years() -> More {
    #[derive(Debug, Shape)]
    struct Years {
        #[odm(id)]
        years: Bounds<Option<i32>>,
        count: i64,
        titles: Vec<String>,
    }

    let pipeline = Pipeline::<Artwork>::new().bucket_auto(4, |a| YearsOf {
        years: auto_bounds(a.year()),
        count: sum(1),
        titles: push(a.title()),
    });
    let expected = doc! { "$bucketAuto": {
        "groupBy": "$year",
        "buckets": 4,
        "output": { "count": { "$sum": 1 }, "titles": { "$push": "$title" } },
    } };
    more::<Artwork, Years>("bucketAuto: years", pipeline, [expected])
}

fn facets() -> More {
    #[derive(Debug, Shape)]
    struct ByPrice {
        #[odm(id)]
        from: Bson,
        count: i64,
        titles: Vec<String>,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Facets {
        categorized_by_tags: Vec<ByCount<String>>,
        categorized_by_price: Vec<ByPrice>,
        #[serde(rename = "categorizedByYears(Auto)")]
        categorized_by_years: Vec<ByCount<Bounds<Option<i32>>>>,
    }

    let pipeline = Pipeline::<Artwork>::new().facet(|artwork| FacetsOf {
        categorized_by_tags: artwork.clone().unwind(|a| a.tags()).sort_by_count(|a| a.tags()),
        categorized_by_price: artwork.clone().matching(|a| a.price().exists(true)).bucket_or(
            [0, 150, 200, 300, 400],
            "Other",
            |a| ByPriceOf { from: a.price().as_bson(), count: sum(1), titles: push(a.title()) },
        ),
        categorized_by_years: artwork.bucket_auto_count(4, |a| a.year()),
    });
    let expected = doc! { "$facet": {
        "categorizedByTags": [{ "$unwind": { "path": "$tags" } }, { "$sortByCount": "$tags" }],
        "categorizedByPrice": [
            { "$match": { "price": { "$exists": true } } },
            { "$bucket": {
                "groupBy": "$price",
                "boundaries": [0, 150, 200, 300, 400],
                "default": "Other",
                "output": { "count": { "$sum": 1 }, "titles": { "$push": "$title" } },
            } },
        ],
        "categorizedByYears(Auto)": [{ "$bucketAuto": { "groupBy": "$year", "buckets": 4 } }],
    } };
    more::<Artwork, Facets>("facet: three facets", pipeline, [expected])
}

fn tags_by_count() -> More {
    let pipeline = Pipeline::<Artwork>::new().unwind(|a| a.tags()).sort_by_count(|a| a.tags());
    let expected = [doc! { "$unwind": { "path": "$tags" } }, doc! { "$sortByCount": "$tags" }];
    more::<Artwork, ByCount<String>>("sortByCount: tags", pipeline, expected)
}

fn what_a_user_may_see() -> More {
    #[derive(Debug, Embedded)]
    struct Section {
        subtitle: String,
        tags: Vec<String>,
        content: String,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "forecasts")]
    struct Forecast {
        id: i32,
        title: String,
        tags: Vec<String>,
        year: i32,
        subsections: Vec<Section>,
    }

    let pipeline = Pipeline::<Forecast>::new()
        .matching(|f| f.year().eq(2014))
        .redact(|f| cond(f.tags().set_intersection(["STLW", "G"]).size().gt(0), descend(), prune()));
    let expected = [
        doc! { "$match": { "year": 2014 } },
        doc! { "$redact": { "$cond": {
            "if": { "$gt": [{ "$size": { "$setIntersection": ["$tags", ["STLW", "G"]] } }, 0] },
            "then": "$$DESCEND",
            "else": "$$PRUNE",
        } } },
    ];
    more::<Forecast, Forecast>("redact: access of a user", pipeline, expected)
}

fn quantities() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "sales")]
    struct Sale {
        id: i32,
        year: i32,
        item: String,
        quantity: Document,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Merged {
        #[odm(id)]
        item: String,
        merged_sales: Document,
        last: i32,
    }

    let pipeline = Pipeline::<Sale>::new().group(|s| MergedOf {
        item: s.item(),
        merged_sales: merge_objects(s.quantity()),
        last: max(s.year()),
    });
    let expected = doc! { "$group": {
        "_id": "$item",
        "mergedSales": { "$mergeObjects": "$quantity" },
        "last": { "$max": "$year" },
    } };
    more::<Sale, Merged>("mergeObjects: as accumulator", pipeline, [expected])
}

fn deviation_of_ages() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "users")]
    struct User {
        id: i32,
        age: i32,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Deviation {
        age_std_dev: Option<f64>,
    }

    let pipeline =
        Pipeline::<User>::new().sample(100).group(|u| DeviationOf { age_std_dev: std_dev_samp(u.age()) });
    let expected = [
        doc! { "$sample": { "size": 100 } },
        doc! { "$group": { "_id": null, "ageStdDev": { "$stdDevSamp": "$age" } } },
    ];
    more::<User, Deviation>("stdDevSamp: a sample", pipeline, expected)
}
