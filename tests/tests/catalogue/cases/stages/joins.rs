//! `$geoNear $graphLookup $lookup`.

use odm::{
    Embedded, Id, Model, Pipeline, Shape,
    expr::{in_, merge_objects_of, root},
    geo::Point,
    pipeline::{GeoNear, With, from},
};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![parks_nearby(), golfers(), enrollees(), items_of_an_order(), restaurants_with_the_drink()]
}

fn parks_nearby() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "places")]
    struct Place {
        id: Id<Place>,
        name: String,
        location: Point,
        category: String,
    }

    #[derive(Debug, Embedded)]
    struct Distance {
        calculated: f64,
        location: Point,
    }

    #[derive(Debug, Shape)]
    struct Near {
        dist: Distance,
    }

    let pipeline = Pipeline::<Place>::new().geo_near(
        |p| GeoNear::new(&Point::new(-73.99279, 40.719_296)).distance(..=2).query(p.category().eq("Parks")),
        |near| NearOf { dist: DistanceOf { calculated: near.distance, location: near.location } },
    );
    Case::pipeline::<Place, With<Place, Near>>("stage/geoNear/0", pipeline)
        .not_run("its documents need coordinates, and a geospatial index")
}

fn golfers() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "people")]
    struct Person {
        id: i32,
        name: String,
        friends: Vec<String>,
        hobbies: Vec<String>,
    }

    #[derive(Debug, Shape)]
    struct Golfers {
        golfers: Vec<Person>,
    }

    #[derive(Debug, Shape)]
    struct Connections {
        id: i32,
        name: String,
        friends: Vec<String>,
        #[serde(rename = "connections who play golf")]
        golfers: Vec<String>,
    }

    let pipeline = Pipeline::<Person>::new()
        .matching(|p| p.name().eq("Tanya Jordan"))
        .graph_lookup(|p| GolfersOf {
            golfers: from::<Person>()
                .connecting(p.friends(), |q| q.friends(), |q| q.name())
                .restrict_search(|q| q.hobbies().contains("golf")),
        })
        .project(|p| ConnectionsOf {
            id: p.id(),
            name: p.name(),
            friends: p.friends(),
            golfers: p.golfers().name(),
        });
    Case::pipeline::<Person, Connections>("stage/graphLookup/2", pipeline)
}

fn enrollees() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "TestCollection")]
    struct Class {
        id: Id<Class>,
        enrollmentlist: Vec<String>,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "members")]
    struct Member {
        id: Id<Member>,
        name: String,
    }

    #[derive(Debug, Shape)]
    struct Enrollees {
        enrollee_info: Vec<Member>,
    }

    let pipeline = Pipeline::<Class>::new()
        .lookup(|c| EnrolleesOf { enrollee_info: from::<Member>().equal(c.enrollmentlist(), |m| m.name()) });
    Case::pipeline::<Class, With<Class, Enrollees>>("stage/lookup/1", pipeline)
}

fn items_of_an_order() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "TestCollection")]
    struct Order {
        id: Id<Order>,
        item: String,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "items")]
    struct Item {
        id: Id<Item>,
        item: String,
        description: Option<String>,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct FromItems {
        from_items: Vec<Item>,
    }

    let pipeline = Pipeline::<Order>::new()
        .lookup(|o| FromItemsOf { from_items: from::<Item>().equal(o.item(), |i| i.item()) })
        .replace_root(|o| {
            merge_objects_of((o.from_items().array_elem_at(0), root()))
                .cast::<With<With<Item, FromItems>, Order>>()
        })
        .unset(|o| o.from_items())
        .cast();
    Case::pipeline::<Order, With<Item, Order>>("stage/lookup/2", pipeline)
}

fn restaurants_with_the_drink() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "TestCollection")]
    struct Order {
        id: Id<Order>,
        restaurant_name: String,
        drink: String,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "restaurants")]
    struct Restaurant {
        id: Id<Restaurant>,
        name: String,
        beverages: Vec<String>,
    }

    #[derive(Debug, Shape)]
    struct Matches {
        matches: Vec<Restaurant>,
    }

    let pipeline = Pipeline::<Order>::new().lookup(|o| MatchesOf {
        matches: from::<Restaurant>()
            .equal(o.restaurant_name(), |r| r.name())
            .let_(("orders_drink", o.drink()), |restaurants, drink| {
                restaurants.matching_expr(|r| in_(drink, r.beverages()))
            }),
    });
    Case::pipeline::<Order, With<Order, Matches>>("stage/lookup/5", pipeline)
}
