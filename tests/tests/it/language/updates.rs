//! Every update operator: what it renders, and that the server changes documents as a hand-written update does. The
//! test documents lack fields, or contain null, other types or nested arrays.

use odm::{
    Database, Embedded, Model, Update,
    bson::{Bson, DateTime, Document, Timestamp, doc},
    mongodb::{error::ErrorKind, options::UpdateModifications},
    update::PushEach,
};

use super::unused;

/// The update operators of the manual, with the modifiers of `$push`.
const OPERATORS: &[&str] = &[
    // fields
    "$currentDate",
    "$inc",
    "$min",
    "$max",
    "$mul",
    "$rename",
    "$set",
    "$setOnInsert",
    "$unset",
    // arrays
    "$addToSet",
    "$pop",
    "$pull",
    "$push",
    "$pullAll",
    // modifiers
    "$each",
    "$position",
    "$slice",
    "$sort",
    // bits
    "$bit",
];

/// The parts of a path that select elements of an array.
const POSITIONS: &[&str] = &[".$.", ".$[].", ".$[e"];

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "things")]
struct Thing {
    id: i32,
    name: Option<String>,
    label: Option<String>,
    number: Option<i32>,
    words: Vec<String>,
    parts: Vec<Part>,
    at: Option<DateTime>,
    stamp: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Part {
    sku: String,
    qty: i32,
}

fn part(sku: &str, qty: i32) -> Part {
    Part { sku: sku.into(), qty }
}

fn mixed() -> Vec<Document> {
    vec![
        doc! { "_id": 1, "name": "n", "number": 6, "words": ["b", "a", "b"], "parts": [{ "sku": "a", "qty": 5 }, { "sku": "b", "qty": 1 }] },
        doc! { "_id": 2, "name": null, "number": null, "words": [], "parts": [] },
        doc! { "_id": 3 },
        doc! { "_id": 4, "name": 7, "number": "6", "words": "b", "parts": { "sku": "a", "qty": 5 } },
        doc! { "_id": 5, "name": ["n"], "number": [6], "words": [["b"], "b"], "parts": [[{ "sku": "a", "qty": 5 }], { "sku": "a", "qty": 5, "x": 1 }] },
        doc! { "_id": 6, "name": "n", "label": "l", "number": 6.5, "words": null, "parts": null, "at": "now" },
    ]
}

/// An update, the operators that it renders, and an equivalent hand-written update with its array filters.
type Case = (Update<Thing>, Document, Document, Vec<Document>);

fn fields() -> Vec<Case> {
    let t = Thing::fields();
    vec![
        (t.name().set("x"), doc! { "$set": { "name": "x" } }, doc! { "$set": { "name": "x" } }, vec![]),
        (t.name().set_null(), doc! { "$set": { "name": null } }, doc! { "$set": { "name": null } }, vec![]),
        (t.name().unset(), doc! { "$unset": { "name": "" } }, doc! { "$unset": { "name": 1 } }, vec![]),
        (
            t.name().set_on_insert("x"),
            doc! { "$setOnInsert": { "name": "x" } },
            doc! { "$setOnInsert": { "name": "x" } },
            vec![],
        ),
        (
            t.name().rename(t.label()),
            doc! { "$rename": { "name": "label" } },
            doc! { "$rename": { "name": "label" } },
            vec![],
        ),
        (t.number().inc(2), doc! { "$inc": { "number": 2 } }, doc! { "$inc": { "number": 2 } }, vec![]),
        (t.number().mul(2), doc! { "$mul": { "number": 2 } }, doc! { "$mul": { "number": 2 } }, vec![]),
        (t.number().min(3), doc! { "$min": { "number": 3 } }, doc! { "$min": { "number": 3 } }, vec![]),
        (t.number().max(9), doc! { "$max": { "number": 9 } }, doc! { "$max": { "number": 9 } }, vec![]),
        (
            t.number().bit_and(3),
            doc! { "$bit": { "number": { "and": 3 } } },
            doc! { "$bit": { "number": { "and": 3 } } },
            vec![],
        ),
        (
            t.number().bit_or(3),
            doc! { "$bit": { "number": { "or": 3 } } },
            doc! { "$bit": { "number": { "or": 3 } } },
            vec![],
        ),
        (
            t.number().bit_xor(3),
            doc! { "$bit": { "number": { "xor": 3 } } },
            doc! { "$bit": { "number": { "xor": 3 } } },
            vec![],
        ),
        (
            t.at().current_date(),
            doc! { "$currentDate": { "at": true } },
            doc! { "$currentDate": { "at": { "$type": "date" } } },
            vec![],
        ),
        (
            t.stamp().current_timestamp(),
            doc! { "$currentDate": { "stamp": { "$type": "timestamp" } } },
            doc! { "$currentDate": { "stamp": { "$type": "timestamp" } } },
            vec![],
        ),
    ]
}

fn arrays() -> Vec<Case> {
    let t = Thing::fields();
    let each = |items: Vec<&str>| doc! { "$each": items };
    vec![
        (
            t.words().push("z"),
            doc! { "$push": { "words": "z" } },
            doc! { "$push": { "words": each(vec!["z"]) } },
            vec![],
        ),
        (
            t.words().push_each(["y", "z"]),
            doc! { "$push": { "words": each(vec!["y", "z"]) } },
            doc! { "$push": { "words": each(vec!["y", "z"]) } },
            vec![],
        ),
        (
            t.words().push_each_with(["z"], |each| each.position(0).slice(2)),
            doc! { "$push": { "words": { "$each": ["z"], "$position": 0, "$slice": 2 } } },
            doc! { "$push": { "words": { "$slice": 2, "$position": 0, "$each": ["z"] } } },
            vec![],
        ),
        (
            t.words().push_each_with(["z"], PushEach::sort_desc),
            doc! { "$push": { "words": { "$each": ["z"], "$sort": -1 } } },
            doc! { "$push": { "words": { "$each": ["z"], "$sort": -1 } } },
            vec![],
        ),
        (
            t.parts().push_each_with([part("c", 3)], |each| each.sort(|p| p.qty().asc())),
            doc! { "$push": { "parts": { "$each": [{ "sku": "c", "qty": 3 }], "$sort": { "qty": 1 } } } },
            doc! { "$push": { "parts": { "$each": [{ "sku": "c", "qty": 3 }], "$sort": { "qty": 1 } } } },
            vec![],
        ),
        (
            t.words().add_to_set("b"),
            doc! { "$addToSet": { "words": "b" } },
            doc! { "$addToSet": { "words": each(vec!["b"]) } },
            vec![],
        ),
        (
            t.words().add_to_set_each(["a", "z"]),
            doc! { "$addToSet": { "words": each(vec!["a", "z"]) } },
            doc! { "$addToSet": { "words": each(vec!["a", "z"]) } },
            vec![],
        ),
        (t.words().pop_first(), doc! { "$pop": { "words": -1 } }, doc! { "$pop": { "words": -1.0 } }, vec![]),
        (t.words().pop_last(), doc! { "$pop": { "words": 1 } }, doc! { "$pop": { "words": 1_i64 } }, vec![]),
        (t.words().pull("b"), doc! { "$pull": { "words": "b" } }, doc! { "$pull": { "words": "b" } }, vec![]),
        (
            t.words().pull_where(|w| w.gt("a")),
            doc! { "$pull": { "words": { "$gt": "a" } } },
            doc! { "$pull": { "words": { "$gt": "a" } } },
            vec![],
        ),
        (
            t.parts().pull(&part("a", 5)),
            doc! { "$pull": { "parts": { "$eq": { "sku": "a", "qty": 5 } } } },
            doc! { "$pull": { "parts": { "$eq": { "sku": "a", "qty": 5 } } } },
            vec![],
        ),
        (
            t.parts().pull_where(|p| p.sku().eq("a") & p.qty().gt(1)),
            doc! { "$pull": { "parts": { "sku": { "$eq": "a" }, "qty": { "$gt": 1 } } } },
            doc! { "$pull": { "parts": { "sku": "a", "qty": { "$gt": 1 } } } },
            vec![],
        ),
        (
            t.words().pull_all(["a", "b"]),
            doc! { "$pullAll": { "words": ["a", "b"] } },
            doc! { "$pullAll": { "words": ["b", "a"] } },
            vec![],
        ),
        (
            t.parts().at(0).qty().set(9),
            doc! { "$set": { "parts.0.qty": 9 } },
            doc! { "$set": { "parts.0.qty": 9 } },
            vec![],
        ),
        (
            t.parts().each().qty().inc(1),
            doc! { "$inc": { "parts.$[].qty": 1 } },
            doc! { "$inc": { "parts.$[].qty": 1 } },
            vec![],
        ),
    ]
}

fn cases() -> Vec<Case> {
    fields().into_iter().chain(arrays()).collect()
}

fn sent(update: Update<Thing>) -> (Document, Vec<Document>) {
    match update.into_parts().unwrap() {
        (UpdateModifications::Document(operators), filters) => (operators, filters),
        other => panic!("not operators: {other:?}"),
    }
}

#[test]
fn every_update_operator_has_a_test_case() {
    assert_eq!(unused(OPERATORS, cases().into_iter().map(|(update, ..)| sent(update).0)), [""; 0]);
    let picked = |update: Update<Thing>| sent(update).0.to_string();
    let t = Thing::fields();
    let names = [
        picked(t.parts().matched().qty().set(1)),
        picked(t.parts().each().qty().set(1)),
        picked(t.parts().each_where(|p| p.qty().gt(1)).qty().set(1)),
    ];
    for (position, name) in POSITIONS.iter().zip(names) {
        assert!(name.contains(position), "{position} in {name}");
    }
}

#[test]
fn each_update_renders_as_in_the_manual() {
    for (update, rendered, ..) in cases() {
        assert_eq!(sent(update), (rendered, vec![]));
    }
}

/// Returns every document after the update, or the code of the error.
async fn outcomes(
    db: &Database,
    filter: &Document,
    update: impl Into<UpdateModifications>,
    array_filters: Vec<Document>,
) -> Vec<Result<Document, i32>> {
    let things = db.driver().collection::<Document>("things");
    things.delete_many(doc! {}).await.unwrap();
    things.insert_many(mixed()).await.unwrap();
    let update = update.into();
    let mut outcomes = Vec::new();
    for document in mixed() {
        let mut one = doc! { "_id": document.get_i32("_id").unwrap() };
        one.extend(filter.clone());
        outcomes.push(
            match things.update_one(one.clone(), update.clone()).array_filters(array_filters.clone()).await {
                Ok(_) => {
                    Ok(without_time(things.find_one(doc! { "_id": one.get("_id") }).await.unwrap().unwrap()))
                }
                Err(error) => match *error.kind {
                    ErrorKind::Write(odm::mongodb::error::WriteFailure::WriteError(error)) => Err(error.code),
                    other => panic!("{other}"),
                },
            },
        );
    }
    outcomes
}

/// Removes the current date, which differs each time.
fn without_time(document: Document) -> Document {
    let still = |value| match value {
        Bson::DateTime(_) => "a date".into(),
        Bson::Timestamp(_) => "a timestamp".into(),
        value => value,
    };
    document.into_iter().map(|(name, value)| (name, still(value))).collect()
}

#[odm_test::test]
async fn each_update_changes_the_same_as_a_hand_written_update(db: Database) {
    let mut changed = 0;
    for (update, _, by_hand, array_filters) in cases() {
        let update_text = update.to_string();
        let (operators, filters) = sent(update);
        let ours = outcomes(&db, &doc! {}, operators, filters).await;
        let theirs = outcomes(&db, &doc! {}, by_hand, array_filters).await;
        assert_eq!(ours, theirs, "{update_text}");
        changed += usize::from(ours.iter().zip(mixed()).any(|(after, before)| after.as_ref() != Ok(&before)));
    }
    // All operators except `$setOnInsert`.
    assert_eq!(changed, cases().len() - 1);
}

#[odm_test::test]
async fn array_filters_select_the_same_elements_as_hand_written_ones(db: Database) {
    let t = Thing::fields();
    let cases = [
        (
            t.parts().each_where(|p| p.qty().gt(1)).qty().inc(1),
            doc! {},
            doc! { "$inc": { "parts.$[it].qty": 1 } },
            vec![doc! { "it.qty": { "$gt": 1 } }],
        ),
        (
            t.words().each_where(|w| w.eq("b")).set("z"),
            doc! {},
            doc! { "$set": { "words.$[it]": "z" } },
            vec![doc! { "it": "b" }],
        ),
        (
            t.parts().matched().qty().set(0),
            t.parts().any(|p| p.sku().eq("b")).into_document().unwrap(),
            doc! { "$set": { "parts.$.qty": 0 } },
            vec![],
        ),
        (
            t.words().matched().set("z"),
            t.words().contains("b").into_document().unwrap(),
            doc! { "$set": { "words.$": "z" } },
            vec![],
        ),
    ];
    for (update, filter, by_hand, array_filters) in cases {
        let update_text = update.to_string();
        let (operators, filters) = sent(update);
        let ours = outcomes(&db, &filter, operators, filters).await;
        assert_eq!(ours, outcomes(&db, &filter, by_hand, array_filters).await, "{update_text}");
        assert_ne!(ours[0].as_ref(), Ok(&mixed()[0]), "{update_text}");
    }
}

#[odm_test::test]
async fn matched_changes_the_first_matching_element(db: Database) -> odm::Result<()> {
    let things = db.collection::<Thing>();
    let t = Thing::fields();
    let thing = Thing {
        id: 1,
        name: None,
        label: None,
        number: None,
        words: vec![],
        parts: vec![part("a", 1), part("b", 2), part("b", 3)],
        at: None,
        stamp: None,
    };
    things.insert_one(&thing).await?;
    things.update_one(t.parts().any(|p| p.sku().eq("b")), t.parts().matched().qty().inc(10)).await?;
    let after = things.get(1).await?.unwrap();
    assert_eq!(after.parts, [part("a", 1), part("b", 12), part("b", 3)]);
    Ok(())
}
