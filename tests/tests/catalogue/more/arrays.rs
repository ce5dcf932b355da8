//! Expressions of arrays and sets.

use odm::{
    Embedded, Model, Pipeline, Shape,
    bson::doc,
    expr::{self, zip},
};

use super::{More, more};

pub(super) fn all() -> Vec<More> {
    vec![
        temperatures(),
        costly_items(),
        product_of_an_array(),
        rest_stops(),
        favourites(),
        sets_of_flowers(),
        stocked(),
        transposed(),
        sorted_team(),
        cost_of_an_order(),
    ]
}

macro_rules! shape {
    ($($name:ident { $($field:ident: $type:ty),* })*) => { $(
        #[derive(Debug, Shape)]
        #[serde(rename_all = "camelCase")]
        struct $name {
            $($field: $type,)*
        }
    )* };
}

fn temperatures() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "temperatures")]
    #[serde(rename_all = "camelCase")]
    struct Temperatures {
        id: i32,
        temps_c: Vec<f64>,
    }
    shape! { Fahrenheit { temps_f: Vec<f64> } }

    let pipeline = Pipeline::<Temperatures>::new().set(|t| FahrenheitOf {
        temps_f: t.temps_c().map_as("tempInCelsius", |celsius| celsius * 1.8 + 32.0),
    });
    let expected = doc! { "$set": { "tempsF": { "$map": {
        "input": "$tempsC",
        "as": "tempInCelsius",
        "in": { "$add": [{ "$multiply": ["$$tempInCelsius", 1.8] }, 32] },
    } } } };
    more::<Temperatures, Fahrenheit>("map: Fahrenheit", pipeline.cast(), [expected])
}

#[derive(Debug, Embedded)]
struct Item {
    item_id: i32,
    quantity: i32,
    price: i32,
}

#[derive(Debug, Model)]
#[odm(collection = "sales")]
struct Sale {
    id: i32,
    items: Vec<Item>,
}

fn costly_items() -> More {
    shape! { Costly { items: Vec<Item> } }

    let pipeline = Pipeline::<Sale>::new()
        .project(|s| CostlyOf { items: s.items().filter_as("item", |item| item.price().gte(100)).limit(1) });
    let expected = doc! { "$project": {
        "items": { "$filter": {
            "input": "$items",
            "as": "item",
            "cond": { "$gte": ["$$item.price", 100] },
            "limit": 1,
        } },
        "_id": 0,
    } };
    more::<Sale, Costly>("filter: a limit", pipeline, [expected])
}

fn cost_of_an_order() -> More {
    shape! { Cost { total: i64 } }

    let pipeline = Pipeline::<Sale>::new()
        .project(|s| CostOf { total: expr::sum_of(s.items().map_as("i", |i| i.price() * i.quantity())) });
    let expected = doc! { "$project": {
        "total": { "$sum": { "$map": {
            "input": "$items",
            "as": "i",
            "in": { "$multiply": ["$$i.price", "$$i.quantity"] },
        } } },
        "_id": 0,
    } };
    more::<Sale, Cost>("sum: of a map", pipeline, [expected])
}

fn product_of_an_array() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "events")]
    struct Event {
        id: i32,
        prob: Vec<f64>,
    }
    shape! { Product { probability: f64 } }

    let pipeline = Pipeline::<Event>::new()
        .project(|e| ProductOf { probability: e.prob().reduce(1.0, |value, this| value * this) });
    let expected = doc! { "$project": {
        "probability": { "$reduce": {
            "input": "$prob",
            "initialValue": 1,
            "in": { "$multiply": ["$$value", "$$this"] },
        } },
        "_id": 0,
    } };
    more::<Event, Product>("reduce: multiplication", pipeline, [expected])
}

fn rest_stops() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "distances")]
    struct Distance {
        id: i32,
        city: String,
        distance: i32,
    }

    #[derive(Debug, Shape)]
    struct Stops {
        city: String,
        #[serde(rename = "Rest stops")]
        stops: Vec<i32>,
    }

    let pipeline = Pipeline::<Distance>::new()
        .project(|d| StopsOf { city: d.city(), stops: expr::range(0, d.distance()).step(25) });
    let expected = doc! { "$project": {
        "_id": 0,
        "city": 1,
        "Rest stops": { "$range": [0, "$distance", 25] },
    } };
    more::<Distance, Stops>("range: rest stops", pipeline, [expected])
}

fn favourites() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "users")]
    struct User {
        id: i32,
        name: String,
        favorites: Vec<String>,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Favourites {
        name: String,
        three_favorites: Vec<String>,
        reverse_favorites: Vec<String>,
        first: Option<String>,
        last: Option<String>,
    }

    let pipeline = Pipeline::<User>::new().project(|u| FavouritesOf {
        name: u.name(),
        three_favorites: u.favorites().slice(3),
        reverse_favorites: u.favorites().reverse_array(),
        first: u.favorites().array_elem_at(0),
        last: u.favorites().array_elem_at(-1),
    });
    let expected = doc! { "$project": {
        "name": 1,
        "threeFavorites": { "$slice": ["$favorites", 3] },
        "reverseFavorites": { "$reverseArray": "$favorites" },
        "first": { "$arrayElemAt": ["$favorites", 0] },
        "last": { "$arrayElemAt": ["$favorites", -1] },
        "_id": 0,
    } };
    more::<User, Favourites>("slice, reverseArray, arrayElemAt", pipeline, [expected])
}

fn sets_of_flowers() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "flowers")]
    #[serde(rename_all = "camelCase")]
    struct Flowers {
        id: i32,
        flower_field_a: Vec<String>,
        flower_field_b: Vec<String>,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Sets {
        in_b_only: Vec<String>,
        same_elements: bool,
        a_is_subset: bool,
    }

    let pipeline = Pipeline::<Flowers>::new().project(|f| SetsOf {
        in_b_only: f.flower_field_b().set_difference(f.flower_field_a()),
        same_elements: f.flower_field_a().set_equals(f.flower_field_b()),
        a_is_subset: f.flower_field_a().set_is_subset(f.flower_field_b()),
    });
    let expected = doc! { "$project": {
        "inBOnly": { "$setDifference": ["$flowerFieldB", "$flowerFieldA"] },
        "sameElements": { "$setEquals": ["$flowerFieldA", "$flowerFieldB"] },
        "aIsSubset": { "$setIsSubset": ["$flowerFieldA", "$flowerFieldB"] },
        "_id": 0,
    } };
    more::<Flowers, Sets>("setDifference, setEquals, setIsSubset", pipeline, [expected])
}

fn stocked() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "inventory")]
    struct Inventory {
        id: i32,
        responses: Vec<bool>,
        tags: Vec<String>,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Answers {
        is_all_true: bool,
        has_red: bool,
        number: i32,
    }

    let pipeline = Pipeline::<Inventory>::new().project(|i| AnswersOf {
        is_all_true: i.responses().all_elements_true(),
        has_red: expr::in_("red", i.tags()),
        number: expr::cond(i.tags().is_array(), i.tags().size(), 0),
    });
    let expected = doc! { "$project": {
        "isAllTrue": { "$allElementsTrue": ["$responses"] },
        "hasRed": { "$in": ["red", "$tags"] },
        "number": { "$cond": { "if": { "$isArray": "$tags" }, "then": { "$size": "$tags" }, "else": 0 } },
        "_id": 0,
    } };
    more::<Inventory, Answers>("allElementsTrue, in, isArray", pipeline, [expected])
}

fn transposed() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "matrices")]
    struct Matrix {
        id: i32,
        a: Vec<i32>,
        b: Vec<i32>,
    }
    shape! { Transposed { transposed: Vec<(i32, i32)> } }

    let pipeline = Pipeline::<Matrix>::new()
        .project(|m| TransposedOf { transposed: zip((m.a(), m.b())).defaults((0, 0)) });
    let expected = doc! { "$project": {
        "_id": 0,
        "transposed": { "$zip": { "inputs": ["$a", "$b"], "useLongestLength": true, "defaults": [0, 0] } },
    } };
    more::<Matrix, Transposed>("zip: defaults", pipeline, [expected])
}

fn sorted_team() -> More {
    #[derive(Debug, Embedded)]
    struct Member {
        name: String,
        age: i32,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "engineers")]
    struct Team {
        id: i32,
        team: Vec<Member>,
    }
    shape! { Sorted { result: Vec<Member> } }

    let pipeline = Pipeline::<Team>::new()
        .project(|t| SortedOf { result: t.team().sort_array(|m| m.age().desc().then(m.name().asc())) });
    let expected = doc! { "$project": {
        "_id": 0,
        "result": { "$sortArray": { "input": "$team", "sortBy": { "age": -1, "name": 1 } } },
    } };
    more::<Team, Sorted>("sortArray: a compound order", pipeline, [expected])
}
