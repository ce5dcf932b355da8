use std::time::Duration;

use mongodb::bson::doc;

use super::*;
use crate::model::{Granularity, TimeSeries};

fn lines(declared: CollectionOptions, live: &Document, undeclared: UndeclaredPolicy) -> Vec<String> {
    let collation = declared.collation.clone();
    let declared = DeclaredOptions { options: declared, collation };
    let live = LiveCollection::read(&doc! { "name": "x", "type": "collection", "options": live.clone() });
    diff("x", &declared, &live, undeclared, false).iter().map(ToString::to_string).collect()
}

fn plan(declared: CollectionOptions, live: &Document) -> Vec<String> {
    lines(declared, live, UndeclaredPolicy::Report)
}

#[test]
fn what_the_server_fills_in_is_no_difference() {
    let new = CollectionOptions::new;
    for (declared, live) in [
        (new(), doc! {}),
        (new(), doc! { "validationLevel": "strict", "recordPreImages": false }),
        (new().capped(1_000, None), doc! { "capped": true, "size": 1_024 }),
        (new().capped(1_000, None), doc! { "capped": true, "size": 1_024.0, "max": i32::MAX }),
        (new().capped(256, Some(5)), doc! { "capped": true, "size": 256_i64, "max": 5.0 }),
        (
            new().time_series(TimeSeries::new("at")),
            doc! { "timeseries": { "timeField": "at", "granularity": "seconds", "bucketMaxSpanSeconds": 3_600 } },
        ),
        (
            new().clustered().expire_after(Duration::from_secs(60)),
            doc! {
                "clusteredIndex": { "v": 2, "key": { "_id": 1 }, "name": "_id_", "unique": true },
                "expireAfterSeconds": 60_i64,
            },
        ),
        (new().view("orders", vec![]), doc! { "viewOn": "orders", "pipeline": [] }),
        (new().pre_and_post_images(), doc! { "changeStreamPreAndPostImages": { "enabled": true } }),
        (new(), doc! { "changeStreamPreAndPostImages": { "enabled": false } }),
    ] {
        assert_eq!(plan(declared.clone(), &live), [""; 0], "{declared:?} {live}");
    }
}

#[test]
fn what_coll_mod_changes_is_modified_in_place() {
    let new = CollectionOptions::new;
    assert_eq!(
        plan(new().capped(8_192, Some(9)), &doc! { "capped": true, "size": 4_096, "max": 5 }),
        ["~ x: modify collection: size 4096 -> 8192; max 5 -> 9 [safe]"]
    );
    assert_eq!(
        plan(new().capped(4_096, None), &doc! { "capped": true, "size": 8_192, "max": 5 }),
        ["~ x: modify collection: size 8192 -> 4096; max 5 -> none [destructive]"]
    );
    let series = |granularity| TimeSeries::new("at").meta("m").granularity(granularity);
    let live = doc! { "timeseries": { "timeField": "at", "metaField": "m", "granularity": "minutes" } };
    assert_eq!(
        plan(new().time_series(series(Granularity::Hours)), &live),
        ["~ x: modify collection: granularity minutes -> hours [safe]"]
    );
    assert_eq!(
        plan(
            new().time_series(series(Granularity::Minutes)).expire_after(Duration::from_secs(86_400)),
            &live
        ),
        ["~ x: modify collection: expires after none -> 1d [destructive]"]
    );
    assert_eq!(
        plan(
            new().view("b", vec![doc! { "$limit": 2 }]),
            &doc! { "viewOn": "a", "pipeline": [{ "$limit": 1 }] }
        ),
        [
            "~ x: modify collection: view on a -> b; pipeline [{ \"$limit\": 1 }] -> [{ \"$limit\": 2 }] [safe]"
        ]
    );
}

#[test]
fn the_order_of_the_keys_of_a_stage_matters() {
    let live = doc! { "viewOn": "a", "pipeline": [{ "$sort": { "a": 1, "b": 1 } }] };
    let declared = CollectionOptions::new().view("a", vec![doc! { "$sort": { "b": 1, "a": 1 } }]);
    assert_eq!(plan(declared, &live).len(), 1);
}

#[test]
fn what_the_server_does_not_change_is_manual() {
    let new = CollectionOptions::new;
    let advice =
        "the server does not change this: create the collection again and copy its documents [manual]";
    let series = |time: &str, granularity| TimeSeries::new(time).granularity(granularity);
    let live = doc! { "timeseries": { "timeField": "at", "granularity": "hours" } };
    assert_eq!(
        plan(new().time_series(series("on", Granularity::Hours).meta("m")), &live),
        [format!("! x: time field at -> on; meta field none -> m: {advice}")]
    );
    assert_eq!(
        plan(new().time_series(series("at", Granularity::Seconds)), &live),
        [format!("! x: granularity hours -> seconds: {advice}")]
    );
    assert_eq!(plan(new().clustered(), &doc! {}), [format!("! x: type ordinary -> clustered: {advice}")]);
    assert_eq!(plan(new().capped(1, None), &live), [format!("! x: type time series -> capped: {advice}")]);
}

#[test]
fn what_no_model_declares_is_reported() {
    let live = doc! {
        "capped": true, "size": 512, "collation": { "locale": "en", "version": "57.1" },
        "changeStreamPreAndPostImages": { "enabled": true },
    };
    assert_eq!(
        plan(CollectionOptions::new(), &live),
        [
            "? x: option capped, size 512 is not declared",
            "? x: option collation { \"locale\": \"en\" } is not declared",
            "? x: option pre- and post-images is not declared",
        ]
    );
    let images = doc! { "changeStreamPreAndPostImages": { "enabled": true } };
    assert_eq!(
        lines(CollectionOptions::new(), &images, UndeclaredPolicy::Drop),
        ["~ x: modify collection: pre- and post-images on -> off [destructive]"]
    );
}
