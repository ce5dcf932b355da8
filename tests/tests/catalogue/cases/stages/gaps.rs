//! `$densify $fill`.

use odm::{
    Embedded, Id, Model, Pipeline, Shape,
    bson::DateTime,
    expr::TimeUnit,
    pipeline::{Densify, Fill},
};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![every_hour(), every_altitude(), prices_on_a_line(), last_scores()]
}

fn every_hour() -> Case {
    #[derive(Debug, Embedded)]
    #[serde(rename_all = "camelCase")]
    struct Metadata {
        sensor_id: i32,
        r#type: String,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "weather")]
    struct Weather {
        id: Id<Weather>,
        metadata: Metadata,
        timestamp: DateTime,
        temp: i32,
    }

    /// A row that the stage adds has only the time.
    #[derive(Debug, Shape)]
    struct Densified {
        metadata: Option<Metadata>,
        timestamp: DateTime,
        temp: Option<i32>,
    }

    let midnight = DateTime::from_millis(1_621_296_000_000);
    let morning = DateTime::from_millis(1_621_324_800_000);
    let pipeline = Pipeline::<Weather>::new()
        .densify(|w| Densify::time_steps(w.timestamp(), 1, TimeUnit::Hour).between(midnight, morning))
        .cast();
    Case::pipeline::<Weather, Densified>("stage/densify/0", pipeline)
}

fn every_altitude() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "coffee")]
    struct Coffee {
        id: Id<Coffee>,
        altitude: i32,
        variety: String,
    }

    /// A row that the stage adds has no id.
    #[derive(Debug, Shape)]
    struct Densified {
        id: Option<Id<Coffee>>,
        altitude: i32,
        variety: String,
    }

    let pipeline = Pipeline::<Coffee>::new()
        .densify(|c| Densify::steps(c.altitude(), 200).partition_by(c.variety()))
        .cast();
    Case::pipeline::<Coffee, Densified>("stage/densify/1", pipeline)
}

fn prices_on_a_line() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "stock")]
    struct Stock {
        id: Id<Stock>,
        time: DateTime,
        price: Option<f64>,
    }

    let pipeline = Pipeline::<Stock>::new().fill(|s| Fill::new().sort_by(s.time().asc()).linear(s.price()));
    Case::pipeline::<Stock, Stock>("stage/fill/1", pipeline)
        .not_run("a line needs distinct times, and those of its documents repeat")
}

fn last_scores() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "restaurantReviews")]
    struct Review {
        id: Id<Review>,
        date: DateTime,
        score: Option<i32>,
    }

    let pipeline = Pipeline::<Review>::new().fill(|r| Fill::new().sort_by(r.date().asc()).locf(r.score()));
    Case::pipeline::<Review, Review>("stage/fill/2", pipeline)
}
