//! Every verb passes the exit of its statements or queries before it sends anything, also when it is explained.

use std::{collections::BTreeSet, future::IntoFuture, path::Path, time::Duration};

use mongodb::bson::{DateTime, doc};

use super::Write;
use crate::{
    Collection, Database, Filter, Id, Model, Result,
    operation::{
        declared,
        exits::{self, Exit},
    },
};

#[derive(Model)]
#[odm(collection = "notes")]
struct Note {
    id: Id<Note>,
    n: i32,
    next: Option<Id<Note>>,
}

fn linked() -> Note {
    Note { id: Id::new(), n: 1, next: Some(Id::new()) }
}

#[derive(Model)]
#[odm(collection = "notes")]
struct Kept {
    id: Id<Kept>,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
}

odm::changes! {
    #[allow(dead_code)] // the actions fail before they return one
    enum NoteChange {
        Note(Note),
    }
}

/// Verbs of layer 4, which use a verb of this layer: `page/tests.rs` has their lines.
const ABOVE: [&str; 2] = ["page", "offset_page"];

/// Returns a database whose server does not exist, so every call fails after its exit.
async fn nowhere() -> Database {
    Database::connect("mongodb://127.0.0.1:1/none?serverSelectionTimeoutMS=1").await.unwrap()
}

/// Returns the exits that an action has passed when no server can be found for its command. An explanation passes its
/// exit when it is constructed.
async fn passed<T>(action: impl IntoFuture<Output = Result<T>>) -> Vec<Exit> {
    let answer = tokio::time::timeout(Duration::from_secs(60), action.into_future()).await.unwrap();
    assert!(answer.err().unwrap().is_unavailable());
    exits::take()
}

/// Each line contains a verb, its exit, and calls of it.
macro_rules! exits {
    ($seen:ident; $($verb:ident $exit:ident: $($call:expr),*;)*) => { $(
        $seen.insert(stringify!($verb).to_owned());
        $(assert_eq!(passed($call).await, [Exit::$exit], "{}", stringify!($call));)*
    )* };
}

#[tokio::test]
async fn every_verb_passes_its_exit() {
    let db = nowhere().await;
    let notes: Collection<Note> = db.collection();
    let kept: Collection<Kept> = db.collection();
    let (n, k) = (Note::fields(), Kept::fields());
    let note = linked();
    let changed = Note { n: 2, ..linked() };
    let changed = Note { id: note.id, ..changed };
    let mut session = db.client().start_session().await.unwrap();
    let (one, update) = (|| n.id().eq(note.id), || n.n().inc(1));
    let mut seen = ABOVE.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    exits! { seen;
        find Scope:
            notes.find(one()).include(|n| n.next()), notes.find(one()), notes.find(one()).session(&mut session), notes.find(one()).as_documents(),
            notes.find(one()).explain();
        find_one Scope: notes.find_one(one()).include(|n| n.next()), notes.find_one(one()), notes.find_one(one()).explain();
        get Scope: notes.get(note.id).include(|n| n.next()), notes.get(note.id), notes.get(note.id).explain();
        exists Scope: notes.exists(one()), notes.exists(one()).explain();
        count Scope: notes.count(one()), notes.count(one()).explain();
        estimated_count Scope: notes.estimated_count(), notes.estimated_count().explain();
        distinct Scope: notes.distinct(n.n(), one()), notes.distinct(n.n(), one()).explain();
        aggregate Scope:
            notes.aggregate(), notes.aggregate().session(&mut session), notes.aggregate().explain(), db.aggregate(),
            notes.aggregate().stage(doc! { "$out": "others" });
        include Scope:
            notes.include([linked(), linked()], |n| n.next()),
            notes.include([linked()], |n| n.referred_by(Note::fields().next())),
            notes.include([linked()], |n| n.referred_by(Note::fields().next()).limit(1));
        watch Scope: notes.watch(), db.watch::<NoteChange>(), db.watch_deployment::<NoteChange>();
        insert_one Policy: notes.insert_one(&note);
        insert_many Policy: notes.insert_many([&note, &note]);
        update_one Policy:
            notes.update_one(one(), update()), notes.update_one(one(), update()).or_insert(&note),
            notes.update_one(one(), update()).explain();
        update_many Policy: notes.update_many(one(), update()), notes.update_many(one(), update()).explain();
        replace_one Policy: notes.replace_one(one(), &note), notes.replace_one(one(), &note).explain();
        save Policy: notes.save(&note), notes.save(&note).explain();
        save_changes Policy:
            notes.save_changes(&note, &changed), notes.save_changes(&note, &changed).explain();
        delete_one Policy: notes.delete_one(one()), notes.delete_one(one()).explain();
        delete_many Policy: notes.delete_many(one()), notes.delete_many(one()).explain();
        restore Policy: kept.restore(k.id().eq(Id::new())), kept.restore(k.id().eq(Id::new())).explain();
        purge Policy: kept.purge(k.id().eq(Id::new())), kept.purge(k.id().eq(Id::new())).explain();
        find_one_and_update Policy:
            notes.find_one_and_update(one(), update()), notes.find_one_and_update(one(), update()).explain();
        find_one_and_replace Policy:
            notes.find_one_and_replace(one(), &note), notes.find_one_and_replace(one(), &note).explain();
        find_one_and_delete Policy:
            notes.find_one_and_delete(one()), notes.find_one_and_delete(one()).explain();
    }

    // An action of a bulk write encodes its writes when they are added.
    seen.insert("bulk_write".to_owned());
    let writes: [Write<Note>; 7] = [
        Write::insert_one(&note),
        Write::update_one(one(), update()).into(),
        Write::update_many(one(), update()).into(),
        Write::replace_one(one(), &note).into(),
        Write::save(&note),
        Write::delete_one(one()).into(),
        Write::delete_many(one()).into(),
    ];
    drop(notes.bulk_write(writes));
    assert_eq!(exits::take(), [Exit::Policy; 7]);
    drop(db.bulk_write().write(Write::insert_one(&note)).write(Write::delete_many(Filter::<Note>::all())));
    assert_eq!(exits::take(), [Exit::Policy; 2]);

    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let declared = &declared::verbs(&source, "reads") | &declared::verbs(&source, "writes");
    assert_eq!(seen, declared, "the tested verbs, and the verbs in the sources");
}
