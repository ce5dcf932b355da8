//! Spans: they have exactly these fields, and contain no values.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
};

use odm::{Database, Filter, Model, bson::doc};
use odm_integration::people::{Person, people, person};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

type Fields = BTreeMap<&'static str, String>;

/// Records the fields of every span of `odm`, in the order in which the spans are created.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<(&'static str, Fields)>>>);

impl Spans {
    fn take(&self) -> Vec<(&'static str, Fields)> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

struct Into<'a>(&'a mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("odm") && metadata.is_span()
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::new();
        attributes.record(&mut Into(&mut fields));
        let mut spans = self.0.lock().unwrap();
        spans.push((attributes.metadata().name(), fields));
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let position = usize::try_from(id.into_u64()).unwrap() - 1;
        if let Some((_, fields)) = self.0.lock().unwrap().get_mut(position) {
            values.record(&mut Into(fields));
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn fields<const N: usize>(list: [(&'static str, &str); N]) -> (&'static str, Fields) {
    ("mongodb", list.map(|(name, value)| (name, value.to_owned())).into())
}

#[odm_test::test]
async fn each_command_has_one_span(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let spans = Spans::default();
    let guard = tracing::subscriber::set_default(spans.clone());
    let span = |command| {
        fields([
            ("db.system.name", "mongodb"),
            ("db.namespace", db.name()),
            ("db.operation.name", command),
            ("db.collection.name", "people"),
        ])
    };

    db.ping().await.unwrap();
    assert_eq!(
        spans.take(),
        [fields([("db.system.name", "mongodb"), ("db.namespace", db.name()), ("db.operation.name", "ping")])]
    );

    let ada = person("ada", 36);
    people.insert_one(&ada).await.unwrap();
    assert_eq!(spans.take(), [span("insert")]);
    people.insert_many((0..3).map(|n| person(&n.to_string(), n))).await.unwrap();
    assert_eq!(spans.take(), [span("insert")]);
    people.find(Filter::all()).batch_size(2).await.unwrap().try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(spans.take(), [span("find"), span("getMore"), span("getMore")]);
    people.find_one(p.name().eq("ada")).await.unwrap();
    people.get(ada.id).await.unwrap();
    assert_eq!(spans.take(), [span("find"), span("find")]);
    people.count(Filter::all()).await.unwrap();
    assert_eq!(spans.take(), [span("aggregate")]);
    people.update_one(p.name().eq("ada"), p.age().inc(1)).await.unwrap();
    people.update_many(p.name().eq("ada"), p.age().inc(1)).await.unwrap();
    people.replace_one(p.id().eq(ada.id), &ada).await.unwrap();
    assert_eq!(spans.take(), [span("update"), span("update"), span("update")]);
    people.delete_one(p.name().eq("nobody")).await.unwrap();
    people.delete_many(p.name().eq("nobody")).await.unwrap();
    assert_eq!(spans.take(), [span("delete"), span("delete")]);

    // A failed command records its code and the kind of the error, but no stored values.
    people.insert_one(&person("ada", 7)).await.unwrap_err();
    let [(name, failed)] = &spans.take()[..] else { panic!() };
    let (_, mut expected) = span("insert");
    expected.insert("db.response.status_code", "11000".to_owned());
    expected.insert("error.type", "DuplicateKey".to_owned());
    assert_eq!((*name, failed), ("mongodb", &expected));
    people.find(doc! { "$nonsense": "SECRET" }).await.unwrap_err();
    let [(_, failed)] = &spans.take()[..] else { panic!() };
    assert_eq!(failed["error.type"], "Server");
    assert!(!format!("{failed:?}").contains("SECRET"));

    // A command that is not sent has no span.
    Database::connect("mongodb://localhost/shop").await.unwrap();
    Database::connect("mongodb://localhost/shop?maxPoolSize=0").await.unwrap_err();
    people.delete_many(doc! {}).await.unwrap_err();
    assert_eq!(spans.take(), []);
    drop(guard);
}
