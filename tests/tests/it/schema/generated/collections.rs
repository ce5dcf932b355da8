//! Generated options of a collection: once they are applied, the plan is empty; once one of them is changed, the plan is
//! exactly that change; and applying it makes the plan empty again, unless an administrator makes the change.

use std::time::Duration;

use odm::{
    Database,
    bson::doc,
    model::{CollectionOptions, Granularity, TimeSeries},
    mongodb::options::{Collation, CollationStrength},
    schema::{Models, Schema},
};
use proptest::{option, prelude::*, sample::select, test_runner::TestRunner};

use super::{Thing, sample};

const CASES: usize = 60;

/// The options of a collection, as data.
#[derive(Debug, Clone, PartialEq)]
struct Options {
    kind: Kind,
    collation: Option<(&'static str, u32)>,
    images: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Ordinary,
    Capped { size: u64, max: Option<u64> },
    Series { meta: Option<&'static str>, granularity: Granularity, hours: Option<u64> },
    Clustered { hours: Option<u64> },
    View { on: &'static str, limit: i32 },
}

impl Options {
    fn options(&self) -> CollectionOptions {
        let expiring = |options: CollectionOptions, hours: Option<u64>| match hours {
            Some(hours) => options.expire_after(Duration::from_secs(hours * 3_600)),
            None => options,
        };
        let new = CollectionOptions::new();
        let mut options = match &self.kind {
            Kind::Ordinary => new,
            Kind::Capped { size, max } => new.capped(*size, *max),
            Kind::Series { meta, granularity, hours } => {
                let mut series = TimeSeries::new("at").granularity(*granularity);
                if let Some(meta) = meta {
                    series = series.meta(*meta);
                }
                expiring(new.time_series(series), *hours)
            }
            Kind::Clustered { hours } => expiring(new.clustered(), *hours),
            Kind::View { on, limit } => new.view(*on, vec![doc! { "$limit": limit }]),
        };
        if let Some((locale, strength)) = self.collation {
            let strength = CollationStrength::try_from(strength).unwrap();
            options = options.collation(Collation::builder().locale(locale).strength(strength).build());
        }
        if self.images { options.pre_and_post_images() } else { options }
    }

    /// Returns what the plan says about a change of these options to the others, if they differ in one option.
    fn line(&self, after: &Self) -> Option<String> {
        let differs =
            [self.kind != after.kind, self.collation != after.collation, self.images != after.images];
        if differs.iter().filter(|differs| **differs).count() != 1 {
            return None;
        }
        if self.images != after.images {
            return Some(if after.images {
                modified("pre- and post-images off -> on")
            } else {
                undeclared("pre- and post-images")
            });
        }
        if self.collation == after.collation {
            return self.kind.line(&after.kind);
        }
        match (self.collation, after.collation) {
            (Some((locale, _)), None) => {
                Some(undeclared(&format!(r#"collation {{ "locale": "{locale}" }}"#)))
            }
            (None, Some((locale, _))) => {
                Some(manual(&format!(r#"collation simple -> {{ "locale": "{locale}" }}"#)))
            }
            (Some((one, before)), Some((other, after))) if one == other => Some(manual(&format!(
                r#"collation {{ "locale": "{one}", "strength": {before} }} -> {{ "locale": "{one}", "strength": {after} }}"#
            ))),
            // The options of different locales differ in more than the strength.
            _ => None,
        }
    }
}

impl Kind {
    fn line(&self, after: &Self) -> Option<String> {
        let hours = |hours: &Option<u64>| hours.map_or("none".to_owned(), |hours| format!("{hours}h"));
        let mut in_place = Vec::new();
        match (self, after) {
            (Self::Capped { size, max }, Self::Capped { size: to, max: most }) => {
                let rounded = |size: &u64| size.div_ceil(256) * 256;
                if rounded(size) != rounded(to) {
                    in_place.push(format!("size {} -> {}", rounded(size), rounded(to)));
                }
                if max != most {
                    let text = |max: &Option<u64>| max.map_or("none".to_owned(), |max| max.to_string());
                    in_place.push(format!("max {} -> {}", text(max), text(most)));
                }
            }
            (
                Self::Series { meta, granularity, hours: age },
                Self::Series { meta: field, granularity: to, hours: limit },
            ) => {
                if meta != field {
                    let text = |meta: Option<&'static str>| meta.unwrap_or("none");
                    let line = manual(&format!("meta field {} -> {}", text(*meta), text(*field)));
                    return (granularity == to && age == limit).then_some(line);
                }
                if granularity > to {
                    return (age == limit).then(|| manual(&format!("granularity {granularity} -> {to}")));
                }
                if granularity != to {
                    in_place.push(format!("granularity {granularity} -> {to}"));
                }
                if age != limit {
                    in_place.push(format!("expires after {} -> {}", hours(age), hours(limit)));
                }
            }
            (Self::Clustered { hours: age }, Self::Clustered { hours: limit }) => {
                in_place.push(format!("expires after {} -> {}", hours(age), hours(limit)));
            }
            (Self::View { on, limit }, Self::View { on: other, limit: to }) => {
                if on != other {
                    in_place.push(format!("view on {on} -> {other}"));
                }
                if limit != to {
                    in_place.push(format!(r#"pipeline [{{ "$limit": {limit} }}] -> [{{ "$limit": {to} }}]"#));
                }
            }
            // A view instead of a collection is an error, which has a test of its own.
            (Self::View { .. }, _) | (Self::Ordinary, Self::Ordinary) => return None,
            (_, Self::Ordinary) => return Some(undeclared(&self.text())),
            (_, other) => return Some(manual(&format!("type {} -> {}", self.name(), other.name()))),
        }
        (!in_place.is_empty()).then(|| modified(&in_place.join("; ")))
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Capped { .. } => "capped",
            Self::Series { .. } => "time series",
            Self::Clustered { .. } => "clustered",
            Self::View { .. } => "view",
        }
    }

    /// Returns the live options, as the plan shows them.
    fn text(&self) -> String {
        let expires =
            |hours: &Option<u64>| hours.map_or_else(String::new, |hours| format!(", expires after {hours}h"));
        match self {
            Self::Capped { size, max } => {
                let max = max.map_or_else(String::new, |max| format!(", max {max}"));
                format!("capped, size {}{max}", size.div_ceil(256) * 256)
            }
            Self::Series { meta, granularity, hours } => {
                let meta = meta.map_or_else(String::new, |meta| format!(", meta {meta}"));
                format!("time series, time at{meta}, granularity {granularity}{}", expires(hours))
            }
            Self::Clustered { hours } => format!("clustered{}", expires(hours)),
            Self::Ordinary | Self::View { .. } => self.name().to_owned(),
        }
    }
}

fn modified(text: &str) -> String {
    format!("~ things: modify collection: {text} [safe]")
}

fn undeclared(option: &str) -> String {
    format!("? things: option {option} is not declared")
}

fn manual(text: &str) -> String {
    format!(
        "! things: {text}: the server does not change this: create the collection again and copy its documents [manual]"
    )
}

fn kind() -> impl Strategy<Value = Kind> {
    let hours = || option::of(1_u64..20);
    let granularity = select(vec![Granularity::Seconds, Granularity::Minutes, Granularity::Hours]);
    prop_oneof![
        Just(Kind::Ordinary),
        (1_u64..20_000, option::of(1_u64..50)).prop_map(|(size, max)| Kind::Capped { size, max }),
        (option::of(select(vec!["m", "n"])), granularity, hours())
            .prop_map(|(meta, granularity, hours)| Kind::Series { meta, granularity, hours }),
        hours().prop_map(|hours| Kind::Clustered { hours }),
        (select(vec!["a", "b"]), 1..9).prop_map(|(on, limit)| Kind::View { on, limit }),
    ]
}

fn options() -> impl Strategy<Value = Options> {
    let collation = option::weighted(0.4, select(vec![("en", 1), ("en", 2), ("da", 3), ("da", 4)]));
    (kind(), collation, any::<bool>()).prop_map(|(kind, collation, images)| {
        let has_images = !matches!(kind, Kind::Series { .. } | Kind::View { .. });
        Options { kind, collation, images: images && has_images }
    })
}

fn schema(db: &Database, options: &Options) -> Schema {
    db.schema(Models::new().with_options::<Thing>(options.options()))
}

#[odm_test::test]
async fn generated_options_are_found_again_and_changed(db: Database) {
    let mut runner = TestRunner::default();
    let (mut changed, mut administered) = (0, 0);
    for _ in 0..CASES {
        let mut declared = sample(&mut runner, &options());
        schema(&db, &declared).plan().await.unwrap().apply().await.unwrap();
        let again = schema(&db, &declared).plan().await.unwrap();
        assert!(again.is_empty(), "{again}\n{declared:?}");
        for _ in 0..12 {
            // One part is another one: most pairs of generated options differ in several.
            let other = sample(&mut runner, &options());
            let after = match changed % 3 {
                0 => Options { kind: other.kind, ..declared.clone() },
                1 => Options { collation: other.collation, ..declared.clone() },
                _ => Options { images: !declared.images, ..declared.clone() },
            };
            let Some(line) = declared.line(&after) else {
                changed += 1;
                continue;
            };
            let plan = match schema(&db, &after).plan().await {
                Ok(plan) => plan,
                // A time series and a view have no images.
                Err(error) if error.is_not_sent() => {
                    changed += 1;
                    continue;
                }
                Err(error) => panic!("{error}: {declared:?} {after:?}"),
            };
            changed += 1;
            let lines: Vec<String> = plan.iter().map(ToString::to_string).collect();
            assert_eq!(lines, [line], "{declared:?} {after:?}");
            if plan.iter().any(|change| change.impact().is_none_or(|_| change.is_manual())) {
                administered += 1;
                continue;
            }
            plan.apply().await.unwrap_or_else(|error| panic!("{error}: {plan}"));
            let again = schema(&db, &after).plan().await.unwrap();
            assert!(again.is_empty(), "{again}\n{after:?}");
            declared = after;
        }
        db.driver().run_command(doc! { "drop": "things" }).await.unwrap();
    }
    assert!(changed > CASES && administered > CASES, "{changed} {administered}");
}
