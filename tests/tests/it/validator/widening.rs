//! What a plan calls safe refuses nothing that was accepted before.

use odm::{
    Database, Model,
    bson::{Bson, Document, doc},
    models,
    schema::Plan,
};

use super::{accepted, apply, mutations};

/// The fields of the models in the tests of changes.
const FIELDS: [&str; 9] = ["name", "size", "n", "tags", "at", "status", "shape", "pair", "map"];

/// Applies the plan of `A`. Unless it needs a permission, the server accepts each document that it accepted before.
pub(super) async fn assert_widening<A: Model>(db: &Database, plan: &Plan) {
    if plan.iter().any(|change| change.is_narrowing() || change.is_destructive()) {
        return apply::<A>(db).await;
    }
    let documents = documents();
    let before = accepted(db, A::COLLECTION, &documents).await;
    db.driver().collection::<Document>(A::COLLECTION).delete_many(doc! {}).await.unwrap();
    assert!(before.contains(&true) && before.contains(&false), "{plan}");
    plan.apply().await.unwrap();
    assert!(db.schema(models![A]).plan().await.unwrap().is_empty(), "{plan}");
    let after = accepted(db, A::COLLECTION, &documents).await;
    let refused =
        documents.iter().zip(before.iter().zip(after)).filter(|(_, (before, after))| **before && !after);
    let refused: Vec<_> = refused.map(|(document, _)| document.to_string()).collect();
    assert!(refused.is_empty(), "{plan}: refuses {}", refused.join("\n"));
    db.driver().collection::<Document>(A::COLLECTION).delete_many(doc! {}).await.unwrap();
}

/// Returns documents in which the fields have values of all types.
fn documents() -> Vec<Document> {
    let mut documents = mutations(&doc! { "n": 1, "street": true, "city": true, "at": { "x": 1 } });
    for field in FIELDS {
        documents.extend(mutations(&doc! { field: Bson::Null }));
    }
    for inside in [
        doc! { "x": 1 },
        doc! { "x": 1_i64, "z": 1 },
        doc! { "x": 1.5, "y": 2 },
        doc! { "kind": "Round", "radius": 1.5 },
        doc! { "kind": "Line" },
        doc! { "a": true },
    ] {
        documents.extend(FIELDS.map(|field| doc! { field: inside.clone() }));
        documents.push(doc! { "n": 1.0, "at": inside });
    }
    documents.extend(["A", "B", "C", "ab", "abcdefghijk"].map(|text| doc! { "status": text, "name": text }));
    documents.push(doc! { "pair": [true, false] });
    documents.push(doc! { "pair": [true] });
    documents.extend([1, 2, 5, 10, 200, 300].map(|n| doc! { "n": n, "size": n }));
    for (number, document) in documents.iter_mut().enumerate() {
        document.insert("_id", i32::try_from(number).unwrap());
    }
    documents
}
