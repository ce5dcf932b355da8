//! A string from a user never becomes an operator, a path or a name. It is rendered only as the value that was passed.

use std::collections::BTreeMap;

use odm::{
    Database, Embedded, Filter, Id, Model, Update,
    bson::{Bson, Document, doc},
    mongodb::options::UpdateModifications,
    pipeline::{cond, lit, switch},
    update::IntoUpdate,
};
use proptest::prelude::*;

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "notes")]
struct Note {
    id: Id<Note>,
    text: String,
    other: Option<String>,
    words: Vec<String>,
    any: Bson,
    whole: Document,
    all: Vec<Document>,
    parts: Vec<Part>,
    named: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Part {
    name: String,
    inner: Document,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "$where",
            "$ne",
            "$gt",
            "$expr",
            "$$ROOT",
            "$$NOW",
            "$$REMOVE",
            "$text",
            "$_id",
            "$",
            "$$",
            "",
            ".",
            "a.b",
            "a.$b",
            "$[]",
            "$[e]",
            "_id",
            "0",
            "{ \"$gt\": \"\" }",
            "'; return true; //",
            "a\0b",
            "\\d+",
            "^.*$",
            "this.x == 1",
        ])
        .prop_map(str::to_owned),
        "[$.a-z\\[\\]{}\"]{0,6}",
        any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Bson> {
    let leaf =
        prop_oneof![text().prop_map(Bson::String), any::<i32>().prop_map(Bson::Int32), Just(Bson::Null)];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec((key(), inner.clone()), 1..3)
                .prop_map(|fields| Bson::Document(fields.into_iter().collect())),
            prop::collection::vec(inner, 0..3).prop_map(Bson::Array),
        ]
    })
}

/// A key that BSON can contain.
fn key() -> impl Strategy<Value = String> {
    text().prop_map(|key| key.replace('\0', ""))
}

fn document() -> impl Strategy<Value = Document> {
    prop::collection::vec((key(), value()), 1..3).prop_map(|fields| fields.into_iter().collect())
}

/// Returns whether the server could interpret the value as something else where it accepts both.
fn poses(value: &Bson) -> bool {
    value.as_document().is_some_and(|document| document.keys().any(|key| key.starts_with('$')))
}

/// Returns whether a value has no `$literal` around it in an expression, and is no array.
fn is_constant(value: &Bson) -> bool {
    match value {
        Bson::String(text) => !text.starts_with('$'),
        Bson::Document(_) | Bson::Array(_) => false,
        _ => true,
    }
}

/// Returns a value as an expression renders it.
fn constant(value: impl Into<Bson>) -> Bson {
    match value.into() {
        Bson::String(text) if !text.starts_with('$') => text.into(),
        // An array of constants is itself an expression.
        Bson::Array(items) if items.iter().all(is_constant) => items.into(),
        value @ (Bson::String(_) | Bson::Document(_) | Bson::Array(_)) => doc! { "$literal": value }.into(),
        value => value,
    }
}

/// Returns an element as `$push` renders it.
fn element(value: &Document) -> Bson {
    let value = Bson::from(value.clone());
    if poses(&value) { doc! { "$each": [value] }.into() } else { value }
}

fn filters(text: &str, whole: &Document, any: &Bson) -> Vec<(Filter<Note>, Document)> {
    let n = Note::fields();
    let list = |name: &str, operator: &str, junction: &str, value: &Bson| {
        let apart = doc! { junction: [doc! { name: { "$eq": value.clone() } }] };
        if poses(value) {
            apart
        } else {
            doc! { name: { operator: [value.clone()] } }
        }
    };
    let part = Part { name: text.to_owned(), inner: whole.clone() };
    let part_stored = doc! { "name": text, "inner": whole.clone() };
    let whole_value = Bson::from(whole.clone());
    let expr = |argument: Document| doc! { "$expr": argument };
    vec![
        (n.text().eq(text), doc! { "text": { "$eq": text } }),
        (n.text().ne(text), doc! { "text": { "$ne": text } }),
        (n.text().gt(text) & n.text().lt(text), doc! { "text": { "$gt": text, "$lt": text } }),
        (n.text().gte(text) & n.text().lte(text), doc! { "text": { "$gte": text, "$lte": text } }),
        (n.text().in_([text]), doc! { "text": { "$in": [text] } }),
        (n.text().nin([text]), doc! { "text": { "$nin": [text] } }),
        (!n.text().eq(text), doc! { "text": { "$not": { "$eq": text } } }),
        (n.other().eq(text), doc! { "other": { "$eq": text } }),
        (n.words().contains(text), doc! { "words": { "$eq": text } }),
        (n.words().eq([text]), doc! { "words": { "$eq": [text] } }),
        (n.words().all([text]), doc! { "words": { "$all": [text] } }),
        (n.words().any(|w| w.eq(text)), doc! { "words": { "$elemMatch": { "$eq": text } } }),
        (n.parts().name().eq(text), doc! { "parts.name": { "$eq": text } }),
        (n.parts().contains(&part), doc! { "parts": { "$eq": part_stored.clone() } }),
        (
            n.parts().any(|p| p.name().eq(text) & p.inner().eq(whole)),
            doc! { "parts": { "$elemMatch": { "name": { "$eq": text }, "inner": { "$eq": whole.clone() } } } },
        ),
        (n.whole().eq(whole), doc! { "whole": { "$eq": whole.clone() } }),
        (n.whole().ne(whole), doc! { "whole": { "$ne": whole.clone() } }),
        (n.whole().in_([whole]), list("whole", "$in", "$or", &whole_value)),
        (n.whole().nin([whole]), list("whole", "$nin", "$nor", &whole_value)),
        (n.all().contains(whole), doc! { "all": { "$eq": whole.clone() } }),
        (
            n.all().all([whole]),
            if poses(&whole_value) {
                doc! { "all": { "$eq": whole.clone() } }
            } else {
                doc! { "all": { "$all": [whole.clone()] } }
            },
        ),
        (n.all().any(|one| one.eq(whole)), doc! { "all": { "$elemMatch": { "$eq": whole.clone() } } }),
        (n.any().eq(any), doc! { "any": { "$eq": any.clone() } }),
        (n.any().gt(any), doc! { "any": { "$gt": any.clone() } }),
        (n.any().in_([any]), list("any", "$in", "$or", any)),
        (Filter::text(text), doc! { "$text": { "$search": text } }),
        (n.text().exists(true).comment(text), doc! { "text": { "$exists": true }, "$comment": text }),
        (Filter::any_of([n.text().eq(text)]), doc! { "$or": [{ "text": { "$eq": text } }] }),
        (Filter::<Note>::expr(|n| n.text().eq(text)), expr(doc! { "$eq": ["$text", constant(text)] })),
        (Filter::<Note>::expr(|n| n.text().gt(text)), expr(doc! { "$gt": ["$text", constant(text)] })),
        (
            Filter::<Note>::expr(|n| n.whole().ne(whole)),
            expr(doc! { "$ne": ["$whole", constant(whole.clone())] }),
        ),
        (Filter::<Note>::expr(|n| n.any().eq(any)), expr(doc! { "$eq": ["$any", constant(any.clone())] })),
        (
            Filter::<Note>::expr(|n| n.any().eq(lit(any.clone()))),
            expr(doc! { "$eq": ["$any", constant(any.clone())] }),
        ),
        (
            Filter::<Note>::expr(|n| n.other().if_null(text).eq(cond(n.text().eq("x"), text, text))),
            expr(doc! { "$eq": [
                { "$ifNull": ["$other", constant(text)] },
                { "$cond": { "if": { "$eq": ["$text", "x"] }, "then": constant(text), "else": constant(text) } },
            ] }),
        ),
        (
            Filter::<Note>::expr(|n| switch(n.text().eq(text), text).default(text).ne(text)),
            expr(doc! { "$ne": [
                { "$switch": {
                    "branches": [{ "case": { "$eq": ["$text", constant(text)] }, "then": constant(text) }],
                    "default": constant(text),
                } },
                constant(text),
            ] }),
        ),
    ]
}

fn updates(text: &str, whole: &Document, any: &Bson) -> Vec<(Update<Note>, Document)> {
    let n = Note::fields();
    let whole_value = || Bson::from(whole.clone());
    let part = Part { name: text.to_owned(), inner: whole.clone() };
    let part_stored = doc! { "name": text, "inner": whole.clone() };
    vec![
        (n.text().set(text), doc! { "$set": { "text": text } }),
        (n.other().set(Some(text)), doc! { "$set": { "other": text } }),
        (n.text().set_on_insert(text), doc! { "$setOnInsert": { "text": text } }),
        (n.text().min(text), doc! { "$min": { "text": text } }),
        (n.text().max(text), doc! { "$max": { "text": text } }),
        (n.whole().set(whole), doc! { "$set": { "whole": whole.clone() } }),
        (n.any().set(any), doc! { "$set": { "any": any.clone() } }),
        (n.words().push(text), doc! { "$push": { "words": text } }),
        (n.words().push_each([text]), doc! { "$push": { "words": { "$each": [text] } } }),
        (n.words().add_to_set(text), doc! { "$addToSet": { "words": text } }),
        (n.words().pull(text), doc! { "$pull": { "words": text } }),
        (n.words().pull_all([text]), doc! { "$pullAll": { "words": [text] } }),
        (n.words().pull_where(|w| w.ne(text)), doc! { "$pull": { "words": { "$ne": text } } }),
        (n.all().push(whole), doc! { "$push": { "all": element(whole) } }),
        (n.all().push_each([whole]), doc! { "$push": { "all": { "$each": [whole.clone()] } } }),
        (n.all().add_to_set(whole), doc! { "$addToSet": { "all": element(whole) } }),
        (n.all().add_to_set_each([whole]), doc! { "$addToSet": { "all": { "$each": [whole.clone()] } } }),
        (n.all().pull(whole), doc! { "$pull": { "all": { "$eq": whole.clone() } } }),
        (n.all().pull_all([whole]), doc! { "$pullAll": { "all": [whole_value()] } }),
        (n.parts().push(&part), doc! { "$push": { "parts": part_stored } }),
        (
            n.parts().pull_where(|p| p.inner().eq(whole)),
            doc! { "$pull": { "parts": { "inner": { "$eq": whole.clone() } } } },
        ),
    ]
}

fn stages(text: &str, whole: &Document, any: &Bson) -> Vec<(Update<Note>, Document)> {
    let n = Note::fields();
    let set = |name: &str, value: Bson| doc! { "$set": { name: value } };
    vec![
        (Update::computed().set(n.text(), |_| text).into_update(), set("text", constant(text))),
        (Update::computed().set(n.other(), |_| Some(text)).into_update(), set("other", constant(text))),
        (Update::computed().set(n.whole(), |_| whole).into_update(), set("whole", constant(whole.clone()))),
        (Update::computed().set(n.any(), |_| any).into_update(), set("any", constant(any.clone()))),
        (Update::computed().set(n.words(), |_| [text]).into_update(), set("words", constant(vec![text]))),
        (
            Update::computed().set(n.text(), |n| n.other().if_null(text)).into_update(),
            set("text", doc! { "$ifNull": ["$other", constant(text)] }.into()),
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_is_a_value_in_every_filter(text in text(), whole in document(), any in value()) {
        for (filter, expected) in filters(&text, &whole, &any) {
            prop_assert_eq!(filter.into_document().unwrap(), expected);
        }
    }

    #[test]
    fn a_value_is_a_value_in_every_update(text in text(), whole in document(), any in value()) {
        for (update, expected) in updates(&text, &whole, &any) {
            match update.into_parts().unwrap() {
                (UpdateModifications::Document(operators), filters) => {
                    prop_assert_eq!(operators, expected);
                    prop_assert!(filters.is_empty());
                }
                other => prop_assert!(false, "not operators: {:?}", other),
            }
        }
        for (update, expected) in stages(&text, &whole, &any) {
            match update.into_parts().unwrap() {
                (UpdateModifications::Pipeline(stages), _) => prop_assert_eq!(stages, [expected]),
                other => prop_assert!(false, "not stages: {:?}", other),
            }
        }
    }

    #[test]
    fn a_value_is_a_value_in_an_array_filter(text in text(), whole in document()) {
        let n = Note::fields();
        let update = n.parts().each_where(|p| p.name().eq(&text) & p.inner().ne(&whole)).name().set(&text);
        let (UpdateModifications::Document(operators), filters) = update.into_parts().unwrap() else {
            return Err(TestCaseError::fail("not operators"));
        };
        let name = filters[0].keys().next().unwrap().split('.').next().unwrap().to_owned();
        prop_assert!(name.chars().all(|it| it.is_ascii_alphanumeric()), "{}", name);
        let (first, second) = (format!("{name}.name"), format!("{name}.inner"));
        prop_assert_eq!(filters, [doc! { first: { "$eq": &text }, second: { "$ne": whole } }]);
        prop_assert_eq!(operators, doc! { "$set": { format!("parts.$[{name}].name"): text } });
    }

    #[test]
    fn a_key_is_a_key_or_is_refused(key in text(), text in text()) {
        let n = Note::fields();
        let refused = key.is_empty() || key.starts_with('$') || key.contains(['.', '\0']);
        let filter = n.named().key(&key).eq(&text).into_document();
        let update = n.named().key(&key).set(&text).into_parts();
        let stages = Update::computed().set(n.named().key(&key), |_| &text).into_update().into_parts();
        if refused {
            prop_assert!(filter.unwrap_err().is_not_sent());
            prop_assert!(update.unwrap_err().is_not_sent());
            prop_assert!(stages.unwrap_err().is_not_sent());
        } else {
            let name = format!("named.{key}");
            prop_assert_eq!(filter.unwrap(), doc! { &name: { "$eq": &text } });
            let (UpdateModifications::Document(operators), _) = update.unwrap() else {
                return Err(TestCaseError::fail("not operators"));
            };
            prop_assert_eq!(operators, doc! { "$set": { &name: &text } });
            let (UpdateModifications::Pipeline(stages), _) = stages.unwrap() else {
                return Err(TestCaseError::fail("not stages"));
            };
            prop_assert_eq!(stages, [doc! { "$set": { name: constant(text) } }]);
        }
    }
}

/// The server treats them as values, too.
#[odm_test::test]
async fn values_of_users_are_stored_and_found_unchanged(db: Database) -> odm::Result<()> {
    let notes = db.collection::<Note>();
    let n = Note::fields();
    for text in ["$where", "$$ROOT", "$text", "$ne", "", "a.b", "{ \"$gt\": \"\" }", "^.*$"] {
        let whole = doc! { "plain": { "$ne": 1, text: text } };
        let note = Note {
            id: Id::new(),
            text: text.into(),
            other: None,
            words: vec![text.into()],
            any: text.into(),
            whole: whole.clone(),
            all: vec![whole.clone()],
            parts: vec![],
            named: BTreeMap::new(),
        };
        notes.insert_one(&note).await?;
        for filter in [
            n.text().eq(text),
            n.text().in_([text]),
            n.words().contains(text),
            n.words().all([text]),
            n.words().any(|w| w.eq(text)),
            n.any().eq(Bson::from(text)),
            n.whole().eq(&whole),
            n.all().contains(&whole),
            n.text().starts_with(text) & n.id().eq(note.id),
            Filter::<Note>::expr(|n| n.text().eq(text)),
            Filter::<Note>::expr(|n| n.whole().eq(&whole)),
        ] {
            assert_eq!(notes.count(filter.clone()).await?, 1, "{filter}");
        }
        let update =
            Update::computed().set(n.other(), |_| text).and_set(n.any(), |_| Bson::from(whole.clone()));
        notes.update_one(n.id().eq(note.id), update).await?;
        notes.update_one(n.id().eq(note.id), n.words().push(text) + n.all().push(&whole)).await?;
        let after = notes.get(note.id).await?.unwrap();
        assert_eq!(after.other.as_deref(), Some(text));
        assert_eq!(after.any, Bson::from(whole.clone()));
        assert_eq!(after.words, [text, text]);
        assert_eq!(after.all, [whole.clone(), whole]);
    }
    Ok(())
}
