//! The table of verbs by policies: on the wire, every verb applies every policy.
//!
//! A verb that is not in the table fails the test, so a new verb cannot forget a policy.

use std::collections::BTreeSet;

use odm::{
    Collection, Database, Filter, Id, Model, Update, Write,
    action::Verbosity,
    bson::{Bson, DateTime, Document, doc},
};
use odm_integration::{commands::Commands, verbs::declared};
use odm_test::Server;

use super::at;

/// A verb that `it::relation::policies` tests.
const ELSEWHERE: &str = "include";

#[derive(Debug, Clone, Model)]
#[odm(collection = "notes")]
struct Stamped {
    id: Id<Stamped>,
    n: i32,
    #[odm(created_at)]
    created_at: DateTime,
    #[odm(updated_at)]
    updated_at: DateTime,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "notes")]
struct Counted {
    id: Id<Counted>,
    n: i32,
    #[odm(version)]
    version: i32,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "notes")]
struct Kept {
    id: Id<Kept>,
    n: i32,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "notes")]
struct Owned {
    id: Id<Owned>,
    n: i32,
    #[odm(tenant)]
    tenant: String,
}

/// The row of a policy: what it makes of each kind of command.
struct Row {
    /// What is added to every filter.
    filter: Document,
    /// The document that an insert stores.
    inserted: Document,
    /// The operators of `{ $inc: { n: 1 } }`.
    update: Document,
    /// The stages of `[{ $set: { n: 1 } }]`.
    stages: Vec<Document>,
    /// The operators of `{ $inc: { n: 1 } }` with a document to insert.
    or_insert: Document,
    /// What is added to the filter of a replacement, and the replacement.
    replacement: (Document, Bson),
    /// The update that a delete becomes.
    delete: Option<Document>,
}

impl Row {
    fn filter(&self, mut filter: Document) -> Document {
        filter.extend(self.filter.clone());
        filter
    }
}

/// The id of every document.
const ID: &str = "0102030405060708090a0b0c";

fn id<M: odm::Keyed<Key = odm::bson::oid::ObjectId>>() -> Id<M> {
    Id::from(odm::bson::oid::ObjectId::parse_str(ID).unwrap())
}

/// Runs every verb on the collection, and compares its commands with the row.
macro_rules! table {
    ($model:ident, $notes:expr, $commands:expr, $note:expr, $row:expr) => {{
        let (notes, commands, note, row): (&Collection<$model>, &Commands, $model, Row) =
            (&$notes, &$commands, $note, $row);
        let n = $model::fields();
        let (one, inc) = (|| n.n().eq(7), || n.n().inc(1));
        let q = row.filter(doc! { "n": { "$eq": 7 } });
        let by_id = row.filter(doc! { "_id": *note.id.key() });
        let mut seen: BTreeSet<String> = BTreeSet::new();
        /// Awaits the call and compares the commands. The outcome does not matter, but not every reply is a success:
        /// nothing matches a replacement with a version.
        macro_rules! sends {
            ($verb:ident: $call:expr => $expected:expr) => {
                sends!($verb: $call => $expected, then None)
            };
            // With the command that follows if the first one matches nothing.
            ($verb:ident: $call:expr => $expected:expr, then $second:expr) => {{
                seen.insert(stringify!($verb).to_owned());
                let _ = $call.await;
                let sent: Vec<String> = commands
                    .take()
                    .iter()
                    .filter(|it| !it.contains_key("killCursors"))
                    .map(sorted)
                    .collect();
                let expected: Vec<Document> = std::iter::once($expected).chain($second).collect();
                assert_eq!(sent, expected.iter().map(sorted).collect::<Vec<_>>(), "{}", stringify!($call));
            }};
        }

        sends!(find: notes.find(one()) => doc! { "find": "notes", "filter": q.clone() });
        let single = |filter: &Document| {
            doc! { "find": "notes", "filter": filter.clone(), "limit": 1_i64, "singleBatch": true }
        };
        sends!(find_one: notes.find_one(one()) => single(&q));
        sends!(get: notes.get(note.id) => single(&by_id));
        let mut exists = single(&q);
        exists.insert("projection", doc! { "_id": 1 });
        sends!(exists: notes.exists(one()) => exists);
        let matching = doc! { "$match": q.clone() };
        for (verb, page) in [
            ("page", notes.find(one()).sort(n.n().asc()).page(2, &page_key()).await.map(drop)),
            ("offset_page", notes.find(one()).sort(n.n().asc()).offset_page(0, 2).await.map(drop)),
        ] {
            page.unwrap();
            seen.insert(verb.to_owned());
        }
        for command in commands.take() {
            let filter = command.get_document("filter").cloned().unwrap_or_else(|_| {
                let first = command.get_array("pipeline").unwrap()[0].as_document().unwrap();
                first.get_document("$match").unwrap().clone()
            });
            assert_eq!(filter, q, "{command}");
        }
        sends!(count: notes.count(one()) => doc! {
            "aggregate": "notes", "cursor": {},
            "pipeline": [matching.clone(), { "$group": { "_id": 1, "n": { "$sum": 1 } } }],
        });
        sends!(distinct: notes.distinct(n.n(), one()) => doc! { "distinct": "notes", "key": "n", "query": q.clone() });
        sends!(aggregate: notes.aggregate().matching(|n| n.n().eq(7)) => doc! {
            "aggregate": "notes", "cursor": {}, "pipeline": [matching],
        });
        let scope = (!row.filter.is_empty()).then(|| doc! { "$match": row.filter.clone() });
        let stages: Vec<Document> = scope.into_iter().chain([doc! { "$sort": { "n": 1 } }]).collect();
        sends!(aggregate: notes.aggregate().sort(|n| n.n().asc()) => doc! {
            "aggregate": "notes", "cursor": {}, "pipeline": stages,
        });
        let unscoped = row.filter.is_empty();
        if unscoped {
            sends!(estimated_count: notes.estimated_count() => doc! { "count": "notes" });
        } else {
            seen.insert("estimated_count".to_owned());
            let error = notes.estimated_count().await.unwrap_err();
            assert!(error.is_not_sent() && error.to_string().contains("`estimated_count` counts"), "{error}");
            commands.assert([]);
        }

        sends!(insert_one: notes.insert_one(&note) => doc! {
            "insert": "notes", "ordered": true, "documents": [row.inserted.clone()],
        });
        sends!(insert_many: notes.insert_many([&note, &note]) => doc! {
            "insert": "notes", "ordered": true, "documents": [row.inserted.clone(), row.inserted.clone()],
        });

        let updates = |element: Document| doc! { "update": "notes", "ordered": true, "updates": [element] };
        let element = || doc! { "q": q.clone(), "u": row.update.clone() };
        let many = |mut element: Document| {
            element.insert("multi", true);
            element
        };
        sends!(update_one: notes.update_one(one(), inc()) => updates(element()));
        sends!(update_one: notes.update_one(one(), Update::computed().set(n.n(), |_| 1)) => updates(doc! {
            "q": q.clone(), "u": row.stages.clone(),
        }));
        sends!(update_one: notes.update_one(one(), inc()).or_insert(&note) => updates(doc! {
            "q": q.clone(), "u": row.or_insert.clone(), "upsert": true,
        }));
        sends!(update_many: notes.update_many(one(), inc()) => updates(many(element())));
        let (version, replacement) = &row.replacement;
        let by_version = |mut filter: Document| {
            filter.extend(version.clone());
            filter
        };
        // Asks whether another version of the document exists.
        let asks = |filter: &Document| {
            (!version.is_empty()).then(|| {
                let mut command = single(filter);
                command.insert("projection", doc! { "_id": 1 });
                command
            })
        };
        let replaced = doc! { "q": by_version(q.clone()), "u": replacement.clone() };
        sends!(replace_one: notes.replace_one(one(), &note) => updates(replaced.clone()), then asks(&q));
        let mut saved = doc! { "q": by_version(by_id.clone()), "u": replacement.clone() };
        if version.is_empty() {
            saved.insert("upsert", true);
        }
        // The first document that is found: it was inserted above.
        sends!(save: notes.save(&note) => updates(saved.clone()));

        let mut changed = note.clone();
        changed.n += 1;
        let mut set = doc! { "n": changed.n };
        set.extend(row.update.get_document("$set").cloned().unwrap_or_default());
        let mut inc_of_policies = row.update.get_document("$inc").unwrap().clone();
        inc_of_policies.remove("n");
        let mut u = doc! { "$set": set };
        if !inc_of_policies.is_empty() {
            u.insert("$inc", inc_of_policies);
        }
        sends!(save_changes: notes.save_changes(&note, &changed) =>
            updates(doc! { "q": by_version(by_id.clone()), "u": u }), then asks(&by_id));

        let deletes = |many: bool| match &row.delete {
            None => {
                let element = doc! { "q": q.clone(), "limit": i32::from(!many) };
                doc! { "delete": "notes", "ordered": true, "deletes": [element] }
            }
            Some(update) => {
                let mut element = doc! { "q": q.clone(), "u": update.clone() };
                if many {
                    element.insert("multi", true);
                }
                updates(element)
            }
        };
        sends!(delete_one: notes.delete_one(one()) => deletes(false));
        sends!(delete_many: notes.delete_many(one()) => deletes(true));

        let modify = |q: Document, update: Bson| doc! { "findAndModify": "notes", "query": q, "update": update };
        sends!(find_one_and_update: notes.find_one_and_update(one(), inc()) =>
            modify(q.clone(), row.update.clone().into()));
        sends!(find_one_and_replace: notes.find_one_and_replace(one(), &note) =>
            modify(by_version(q.clone()), replacement.clone()), then asks(&q));
        sends!(find_one_and_delete: notes.find_one_and_delete(one()) => match &row.delete {
            None => doc! { "findAndModify": "notes", "query": q.clone(), "remove": true },
            Some(update) => modify(q.clone(), update.clone().into()),
        });

        sends!(bulk_write: notes.bulk_write([Write::insert_one(&note)]) => doc! {
            "insert": "notes", "ordered": true, "documents": [row.inserted.clone()],
        });
        sends!(bulk_write: notes.bulk_write([Write::update_one(one(), inc())]) => updates(element()));
        sends!(bulk_write: notes.bulk_write([Write::update_many(one(), inc())]) => updates(many(element())));
        sends!(bulk_write: notes.bulk_write([Write::replace_one(one(), &note)]) => updates(replaced), then asks(&q));
        sends!(bulk_write: notes.bulk_write([Write::save(&note)]) => updates(saved), then asks(&by_id));
        sends!(bulk_write: notes.bulk_write([Write::delete_one(one())]) => deletes(false));
        sends!(bulk_write: notes.bulk_write([Write::delete_many(one())]) => deletes(true));

        let _ = notes.find(one()).explain().verbosity(Verbosity::QueryPlanner).await.unwrap();
        let _ = notes.update_one(one(), inc()).explain().verbosity(Verbosity::QueryPlanner).await.unwrap();
        let explained = commands.take();
        let of = |at: usize| explained[at].get_document("explain").unwrap().clone();
        assert_eq!(sorted(&of(0)), sorted(&doc! { "find": "notes", "filter": q.clone() }));
        assert_eq!(sorted(&of(1)), sorted(&updates(element())));

        seen.insert("watch".to_owned());
        let watched = notes.watch().await;
        let sent = commands.take();
        // A stream has the events of all documents, which a tenant cannot be limited to.
        if row.filter.contains_key("tenant") {
            assert!(watched.unwrap_err().is_not_sent());
            assert_eq!(sent, []);
        } else {
            let pipeline = sent[0].get_array("pipeline").unwrap();
            assert_eq!(pipeline, &vec![Bson::from(doc! { "$changeStream": {} })]);
        }
        seen
    }};
}

/// Formats a command so that only the order of its fields after the first does not matter.
fn sorted(command: &Document) -> String {
    let mut fields: Vec<_> = command.iter().collect();
    let rest = fields.split_off(1.min(fields.len()));
    let mut rest: Vec<_> = rest.into_iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    rest.sort();
    format!("{fields:?} {rest:?}")
}

/// Returns the verbs in the sources that read or write documents. `of_deleted` is whether those are included that only
/// a model with the policy has.
fn verbs(of_deleted: bool) -> BTreeSet<String> {
    let mut names = &declared("reads") | &declared("writes");
    names.remove(ELSEWHERE);
    if !of_deleted {
        names.retain(|name| name != "restore" && name != "purge");
    }
    names
}

fn page_key() -> odm::page::PageKey {
    odm::page::PageKey::new([7; 32]).unwrap()
}

async fn recorded(db: &Database, server: &Server) -> (Database, Commands) {
    let (db, commands) = Commands::record(server.uri(), db).await;
    (db.with_clock(|| at(5)), commands)
}

#[odm_test::test]
async fn every_verb_applies_the_timestamps(db: Database, server: Server) {
    let (db, commands) = recorded(&db, &server).await;
    let note = Stamped { id: id(), n: 1, created_at: at(1), updated_at: at(1) };
    let inserted = doc! { "_id": *note.id.key(), "n": 1, "created_at": at(5), "updated_at": at(5) };
    // A replacement keeps the stored time, so its document is a literal in a pipeline.
    let replacement = doc! { "_id": *note.id.key(), "n": 1, "created_at": at(1), "updated_at": at(5) };
    let kept = doc! { "created_at": { "$ifNull": ["$created_at", at(5)] } };
    let seen = table!(
        Stamped,
        db.collection::<Stamped>(),
        commands,
        note,
        Row {
            filter: doc! {},
            update: doc! { "$inc": { "n": 1 }, "$set": { "updated_at": at(5) } },
            stages: vec![doc! { "$set": { "n": 1 } }, doc! { "$set": { "updated_at": at(5) } }],
            or_insert: doc! {
                "$inc": { "n": 1 }, "$set": { "updated_at": at(5) },
                "$setOnInsert": { "_id": inserted.get("_id").unwrap(), "created_at": at(5) },
            },
            replacement: (
                doc! {},
                vec![doc! { "$replaceWith": { "$mergeObjects": [{ "$literal": replacement }, kept] } }]
                    .into(),
            ),
            delete: None,
            inserted,
        }
    );
    assert_eq!(seen, verbs(false));
}

#[odm_test::test]
async fn every_verb_applies_the_version(db: Database, server: Server) {
    let (db, commands) = recorded(&db, &server).await;
    let note = Counted { id: id(), n: 1, version: 3 };
    let seen = table!(
        Counted,
        db.collection::<Counted>(),
        commands,
        note.clone(),
        Row {
            filter: doc! {},
            inserted: doc! { "_id": *note.id.key(), "n": 1, "version": 3 },
            update: doc! { "$inc": { "n": 1, "version": 1 } },
            stages: vec![
                doc! { "$set": { "n": 1 } },
                doc! { "$set": { "version": { "$add": [{ "$ifNull": ["$version", 0] }, 1] } } },
            ],
            or_insert: doc! { "$inc": { "n": 1, "version": 1 }, "$setOnInsert": { "_id": *note.id.key() } },
            replacement: (
                doc! { "version": { "$eq": 3 } },
                doc! { "_id": *note.id.key(), "n": 1, "version": 4 }.into(),
            ),
            delete: None,
        }
    );
    assert_eq!(seen, verbs(false));
}

#[odm_test::test]
async fn every_verb_applies_the_soft_delete(db: Database, server: Server) {
    let (db, commands) = recorded(&db, &server).await;
    let note = Kept { id: id(), n: 1, deleted_at: None };
    let notes = db.collection::<Kept>();
    let document = doc! { "_id": *note.id.key(), "n": 1, "deleted_at": null };
    let mut seen = table!(
        Kept,
        notes,
        commands,
        note.clone(),
        Row {
            filter: doc! { "deleted_at": { "$eq": null } },
            inserted: document.clone(),
            update: doc! { "$inc": { "n": 1 } },
            stages: vec![doc! { "$set": { "n": 1 } }],
            or_insert: doc! {
                "$inc": { "n": 1 },
                "$setOnInsert": { "_id": *note.id.key(), "deleted_at": null },
            },
            replacement: (doc! {}, document.into()),
            delete: Some(doc! { "$set": { "deleted_at": at(5) } }),
        }
    );
    let q = doc! { "n": { "$eq": 7 }, "deleted_at": { "$ne": null } };
    // The end of the change stream is sent when it is dropped.
    let sent = || {
        let mut sent = commands.take();
        sent.retain(|command| !command.contains_key("killCursors"));
        sent
    };
    sent();
    seen.insert("restore".to_owned());
    notes.restore(Kept::fields().n().eq(7)).await.unwrap();
    let element = doc! { "q": q.clone(), "u": { "$set": { "deleted_at": null } }, "multi": true };
    let [command] = &sent()[..] else { panic!("one command is sent") };
    assert_eq!(sorted(command), sorted(&doc! { "update": "notes", "ordered": true, "updates": [element] }));
    seen.insert("purge".to_owned());
    notes.purge(Kept::fields().n().eq(7)).await.unwrap();
    let [command] = &sent()[..] else { panic!("one command is sent") };
    let deletes = vec![doc! { "q": q, "limit": 0 }];
    assert_eq!(sorted(command), sorted(&doc! { "delete": "notes", "ordered": true, "deletes": deletes }));
    assert_eq!(seen, verbs(true));
}

#[odm_test::test]
async fn every_verb_applies_the_tenant(db: Database, server: Server) {
    let (db, commands) = recorded(&db, &server).await;
    let note = Owned { id: id(), n: 1, tenant: "a".into() };
    let document = doc! { "_id": *note.id.key(), "n": 1, "tenant": "a" };
    let seen = table!(
        Owned,
        db.collection::<Owned>().tenant("a"),
        commands,
        note.clone(),
        Row {
            filter: doc! { "tenant": { "$eq": "a" } },
            inserted: document.clone(),
            update: doc! { "$inc": { "n": 1 } },
            stages: vec![doc! { "$set": { "n": 1 } }],
            or_insert: doc! {
                "$inc": { "n": 1 },
                "$setOnInsert": { "_id": *note.id.key(), "tenant": "a" },
            },
            replacement: (doc! {}, document.into()),
            delete: None,
        }
    );
    assert_eq!(seen, verbs(false));

    // Without a tenant, no verb sends anything.
    let notes = db.collection::<Owned>();
    let n = Owned::fields();
    let (one, inc) = (|| n.n().eq(7), || n.n().inc(1));
    commands.take();
    let refused = |error: odm::Error| {
        assert!(error.is_not_sent(), "{error}");
        assert!(error.to_string().contains("expected the tenant that the documents belong to"), "{error}");
    };
    refused(notes.find(one()).await.unwrap_err());
    refused(notes.get(note.id).await.unwrap_err());
    refused(notes.count(Filter::all()).await.unwrap_err());
    refused(notes.distinct(n.n(), one()).await.unwrap_err());
    refused(notes.aggregate().await.unwrap_err());
    refused(notes.insert_one(&note).await.unwrap_err());
    refused(notes.insert_many([&note]).await.unwrap_err());
    refused(notes.update_many(one(), inc()).await.unwrap_err());
    refused(notes.save(&note).await.unwrap_err());
    refused(notes.delete_one(one()).await.unwrap_err());
    refused(notes.find_one_and_delete(one()).await.unwrap_err());
    commands.assert([]);
}
