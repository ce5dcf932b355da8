//! Expressions of numbers, texts and types.

use odm::{
    Id, Model, Pipeline, Shape,
    bson::{Bson, Document, doc},
    expr::{self, current, get_field, let_, regex, switch},
};

use super::{More, more};

pub(super) fn all() -> Vec<More> {
    vec![
        final_total(),
        converted(),
        dimensions_and_quantities(),
        rounded(),
        texts(),
        found(),
        reclassified(),
        price_by_a_name(),
        distance(),
    ]
}

fn final_total() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "sales")]
    #[serde(rename_all = "camelCase")]
    struct Sale {
        id: i32,
        price: f64,
        tax: f64,
        apply_discount: bool,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Total {
        final_total: f64,
    }

    let pipeline = Pipeline::<Sale>::new().project(|s| TotalOf {
        final_total: let_(
            (("total", s.price() + s.tax()), ("discounted", expr::cond(s.apply_discount(), 0.9, 1.0))),
            |(total, discounted)| total * discounted,
        ),
    });
    let expected = doc! { "$project": {
        "finalTotal": { "$let": {
            "vars": {
                "total": { "$add": ["$price", "$tax"] },
                "discounted": { "$cond": { "if": "$applyDiscount", "then": 0.9, "else": 1 } },
            },
            "in": { "$multiply": ["$$total", "$$discounted"] },
        } },
        "_id": 0,
    } };
    more::<Sale, Total>("let: a final total", pipeline, [expected])
}

#[derive(Debug, Model)]
#[odm(collection = "orders")]
#[serde(rename_all = "camelCase")]
struct Order {
    id: Id<Order>,
    qty: String,
    price: Bson,
    measures: Document,
}

fn converted() -> More {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Converted {
        converted_price: Bson,
        converted_qty: Bson,
    }

    let pipeline = Pipeline::<Order>::new().project(|o| ConvertedOf {
        converted_price: o
            .price()
            .convert::<odm::bson::Decimal128>()
            .on_error_as_bson("Error")
            .on_null_as_bson(0),
        converted_qty: o.qty().convert::<i32>().on_error_as_bson(expr::concat((
            "Could not convert ",
            o.qty(),
            " to integer.",
        ))),
    });
    let expected = doc! { "$project": {
        "convertedPrice": { "$convert": {
            "input": "$price", "to": "decimal", "onError": "Error", "onNull": 0,
        } },
        "convertedQty": { "$convert": {
            "input": "$qty", "to": "int",
            "onError": { "$concat": ["Could not convert ", "$qty", " to integer."] },
        } },
        "_id": 0,
    } };
    more::<Order, Converted>("convert: onError and onNull", pipeline, [expected])
}

fn dimensions_and_quantities() -> More {
    #[derive(Debug, Shape)]
    struct Pair {
        k: String,
        v: Bson,
    }

    #[derive(Debug, Shape)]
    struct Measures {
        pairs: Vec<expr::KeyValue<Bson>>,
    }

    let pipeline = Pipeline::<Order>::new()
        .project(|o| MeasuresOf { pairs: o.measures().object_to_array() })
        .unwind(|m| m.pairs())
        .project(|m| PairOf { k: m.pairs().k(), v: m.pairs().v() });
    let expected = [
        doc! { "$project": { "pairs": { "$objectToArray": "$measures" }, "_id": 0 } },
        doc! { "$unwind": { "path": "$pairs" } },
        doc! { "$project": { "k": "$pairs.k", "v": "$pairs.v", "_id": 0 } },
    ];
    more::<Order, Pair>("objectToArray: pairs", pipeline, expected)
}

fn rounded() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "samples")]
    struct Sample {
        id: i32,
        value: f64,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Rounded {
        rounded_value: f64,
        truncated_value: f64,
        root: f64,
        bits: f64,
    }

    let pipeline = Pipeline::<Sample>::new().project(|s| RoundedOf {
        rounded_value: s.value().round().place(1),
        truncated_value: s.value().trunc().place(-1),
        root: s.value().sqrt(),
        bits: (s.value().log(2) + 1).floor(),
    });
    let expected = doc! { "$project": {
        "roundedValue": { "$round": ["$value", 1] },
        "truncatedValue": { "$trunc": ["$value", -1] },
        "root": { "$sqrt": "$value" },
        "bits": { "$floor": { "$add": [{ "$log": ["$value", 2] }, 1] } },
        "_id": 0,
    } };
    more::<Sample, Rounded>("round, trunc, sqrt, log", pipeline, [expected])
}

#[derive(Debug, Model)]
#[odm(collection = "inventory")]
struct Item {
    id: i32,
    item: String,
    quarter: String,
    description: String,
}

fn texts() -> More {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Texts {
        comparison: i32,
        words: Vec<String>,
        replaced: String,
        location: i32,
        upper: String,
    }

    let pipeline = Pipeline::<Item>::new().project(|i| TextsOf {
        comparison: i.quarter().strcasecmp("13q4"),
        words: i.item().split(", "),
        replaced: i.item().replace_all("blue paint", "red paint"),
        location: i.item().index_of_cp("foo"),
        upper: expr::concat((i.item(), " - ", i.description())).to_upper(),
    });
    let expected = doc! { "$project": {
        "comparison": { "$strcasecmp": ["$quarter", "13q4"] },
        "words": { "$split": ["$item", ", "] },
        "replaced": { "$replaceAll": { "input": "$item", "find": "blue paint", "replacement": "red paint" } },
        "location": { "$indexOfCP": ["$item", "foo"] },
        "upper": { "$toUpper": { "$concat": ["$item", " - ", "$description"] } },
        "_id": 0,
    } };
    more::<Item, Texts>("strcasecmp, split, replaceAll, indexOfCP", pipeline, [expected])
}

fn found() -> More {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Found {
        return_object: Option<expr::RegexMatch>,
    }

    let pipeline = Pipeline::<Item>::new()
        .set(|i| FoundOf { return_object: i.description().regex_find(regex("line", "i")) });
    let line = odm::bson::Regex { pattern: "line".try_into().unwrap(), options: "i".try_into().unwrap() };
    let expected = doc! { "$set": {
        "returnObject": { "$regexFind": { "input": "$description", "regex": line } },
    } };
    more::<Item, Found>("regexFind: options", pipeline.cast(), [expected])
}

fn reclassified() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "grades")]
    struct Grade {
        id: i32,
        grade: Bson,
    }

    #[derive(Debug, Shape)]
    struct Points {
        points: Option<Bson>,
    }

    let pipeline = Pipeline::<Grade>::new().set(|g| PointsOf {
        points: expr::cond(
            g.grade().is_number(),
            g.grade(),
            switch(g.grade().eq("A"), 4).case(g.grade().eq("B"), 3).default(0).as_bson(),
        ),
    });
    let expected = doc! { "$set": { "points": { "$cond": {
        "if": { "$isNumber": "$grade" },
        "then": "$grade",
        "else": { "$switch": {
            "branches": [
                { "case": { "$eq": ["$grade", "A"] }, "then": 4 },
                { "case": { "$eq": ["$grade", "B"] }, "then": 3 },
            ],
            "default": 0,
        } },
    } } } };
    more::<Grade, Points>("isNumber: mixed types", pipeline.cast(), [expected])
}

fn price_by_a_name() -> More {
    let pipeline =
        Pipeline::<Item>::new().matching_expr(|_| get_field::<_, f64>(current(), "price.usd").gt(200));
    let expected = doc! { "$match": { "$expr": { "$gt": [
        { "$getField": { "field": "price.usd", "input": "$$CURRENT" } },
        200,
    ] } } };
    more::<Item, Item>("getField: dots", pipeline, [expected])
}

fn distance() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "points")]
    struct Points {
        id: i32,
        x: f64,
        y: f64,
    }

    #[derive(Debug, Shape)]
    struct Distance {
        distance: f64,
    }

    let pipeline =
        Pipeline::<Points>::new().project(|p| DistanceOf { distance: (p.x().pow(2) + p.y().pow(2)).sqrt() });
    let expected = doc! { "$project": {
        "distance": { "$sqrt": { "$add": [{ "$pow": ["$x", 2] }, { "$pow": ["$y", 2] }] } },
        "_id": 0,
    } };
    more::<Points, Distance>("sqrt, pow: a distance", pipeline, [expected])
}
