//! Documents that stay are on exactly one page, while others come and go.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use odm::{
    Collection, Database, Filter, Id, Model,
    bson::{Bson, Document, doc, oid::ObjectId},
    mongodb::IndexModel,
    page::{FindPage, Page},
};
use tokio::task::JoinSet;

use super::{key, walk};

/// A document with optional sort keys. Null is stored for some documents, and nothing for others.
#[derive(Debug, Clone, Model)]
#[odm(collection = "items")]
struct Item {
    id: Id<Item>,
    a: Option<i32>,
    b: Option<i32>,
    stays: bool,
}

const STAYING: u32 = 10_000;

/// Returns a document whose keys are often equal to those of others, often null and often missing.
fn item(number: u32, stays: bool) -> Document {
    let mut item = doc! { "_id": ObjectId::new(), "stays": stays };
    // Spreads the numbers, so that neighbours differ.
    let mixed = number.wrapping_mul(2_654_435_761) >> 8;
    for (name, choice) in [("a", mixed % 40), ("b", mixed / 40 % 13)] {
        match choice {
            0..3 => {}
            3..6 => drop(item.insert(name, Bson::Null)),
            value => drop(item.insert(name, i32::try_from(value).unwrap())),
        }
    }
    item
}

/// Inserts and deletes documents that do not stay, until `done`.
async fn disturb(items: Collection<Item>, task: u32, done: Arc<AtomicBool>) {
    let i = Item::fields();
    let mut number = task;
    while !done.load(Ordering::Relaxed) {
        let moving: Vec<Document> =
            (0..40).map(|index| item(number.wrapping_add(index * 7), false)).collect();
        items.driver().insert_many(moving).await.unwrap();
        items.delete_many(i.stays().eq(false) & i.a().eq(i32::try_from(number % 40).unwrap())).await.unwrap();
        items.delete_many(i.stays().eq(false) & i.b().is_null_or_missing()).await.unwrap();
        number = number.wrapping_add(1_000_003);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    items.delete_many(i.stays().eq(false)).await.unwrap();
}

fn staying(pages: &[Page<Item>]) -> Vec<Id<Item>> {
    pages.iter().flat_map(|page| &page.items).filter(|item| item.stays).map(|item| item.id).collect()
}

/// Walks through all documents in both directions, and compares those that stay.
async fn check(db: &Database, index: Option<Document>, hinted: bool) {
    let items = db.collection::<Item>();
    for numbers in (0..STAYING).collect::<Vec<_>>().chunks(1_000) {
        items.driver().insert_many(numbers.iter().map(|number| item(*number, true))).await.unwrap();
    }
    if let Some(keys) = &index {
        items.driver().create_index(IndexModel::builder().keys(keys.clone()).build()).await.unwrap();
    }
    let i = Item::fields();
    let sort = || i.a().asc().then(i.b().desc());
    let all: Vec<Item> = items
        .find(i.stays().eq(true))
        .sort(sort().then(i.id().desc()))
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let expected: Vec<Id<Item>> = all.iter().map(|item| item.id).collect();
    assert_eq!(expected.len(), usize::try_from(STAYING).unwrap());

    let done = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for task in 0..3 {
        tasks.spawn(disturb(items.clone(), task, done.clone()));
    }
    let page = || -> FindPage<Item> {
        let find = items.find(Filter::all()).sort(sort());
        let find = match &index {
            Some(keys) if hinted => find.hint(keys.clone()),
            _ => find,
        };
        find.page(333, &key())
    };
    let forward = walk(page, None, |page| page.next.clone()).await.unwrap();
    let last = forward.last().unwrap();
    let mut backward = walk(page, last.previous.clone(), |page| page.previous.clone()).await.unwrap();
    done.store(true, Ordering::Relaxed);
    tasks.join_all().await;

    assert_eq!(staying(&forward), expected, "forward");
    // Documents that were inserted before the last page are on the pages before it.
    backward.reverse();
    let mut ids = staying(&backward);
    ids.extend(staying(&forward[forward.len() - 1..]));
    assert_eq!(ids, expected, "backward");
}

#[odm_test::test]
async fn pages_without_an_index_skip_and_repeat_nothing_while_documents_come_and_go(db: Database) {
    check(&db, None, false).await;
}

#[odm_test::test]
async fn pages_with_an_index_skip_and_repeat_nothing_while_documents_come_and_go(db: Database) {
    check(&db, Some(doc! { "a": 1, "b": -1, "_id": -1 }), false).await;
}

#[odm_test::test]
async fn pages_inside_of_an_index_skip_and_repeat_nothing_while_documents_come_and_go(db: Database) {
    check(&db, Some(doc! { "a": -1, "b": 1, "_id": 1 }), true).await;
}
