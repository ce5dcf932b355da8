//! Fields that may contain values of any type: they have every operator that the server has for one of those types.
#![allow(clippy::needless_borrows_for_generic_args, reason = "operands are taken by reference, too")]

use odm::{
    Collection, Database, Embedded, Filter, Id, Model, Shape, Value,
    bson::{Binary, Bson, Document, Timestamp, Uuid, doc, spec::BinarySubtype},
    geo::{Area, Point},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "settings")]
struct Setting {
    id: i32,
    value: Bson,
    union: Union,
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(untagged)]
enum Union {
    Nothing,
    Number(i64),
    Text(String),
}

async fn settings(db: &Database) -> Collection<Setting> {
    let settings = db.collection::<Setting>();
    let values = [
        Bson::Null,
        5.into(),
        6_i64.into(),
        "text".into(),
        Bson::Array(vec![1.into(), "a".into(), doc! { "deep": true }.into()]),
        doc! { "key": 7, "list": [1, 2, 3] }.into(),
        doc! { "type": "Point", "coordinates": [10.0, 60.0] }.into(),
    ];
    let unions = [Union::Nothing, Union::Number(5), Union::Text("b".into())];
    let all: Vec<_> = (0..)
        .zip(values)
        .map(|(id, value)| Setting { id, value, union: unions[usize::try_from(id).unwrap() % 3].clone() })
        .collect();
    settings.insert_many(&all).await.unwrap();
    settings
}

async fn ids(settings: &Collection<Setting>, filter: Filter<Setting>) -> Vec<i32> {
    let text = filter.to_string();
    let rows = settings.find(filter).sort(Setting::fields().id().asc()).await.unwrap();
    let rows: Vec<Setting> = rows.try_collect().await.unwrap_or_else(|error| panic!("{text}: {error}"));
    rows.iter().map(|setting| setting.id).collect()
}

#[odm_test::test]
async fn a_field_of_any_type_has_every_filter_operator(db: Database) {
    let settings = settings(&db).await;
    let s = Setting::fields();
    let found = async |filter: Filter<Setting>| ids(&settings, filter).await;
    assert_eq!(found(s.value().is_null()).await, [0]);
    assert_eq!(found(s.value().is_null_or_missing()).await, [0]);
    assert_eq!(found(s.value().is_present()).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(found(s.value().eq(5)).await, [1]);
    assert_eq!(found(s.value().eq("text")).await, [3]);
    assert_eq!(found(s.value().gt(5)).await, [2]);
    assert_eq!(found(!s.value().gte(1) & s.value().gte("a")).await, [3]);
    assert_eq!(found(s.value().starts_with("te")).await, [3]);
    assert_eq!(found(s.value().bits_all_set(5)).await, [1]);
    assert_eq!(found(s.value().contains("a")).await, [4]);
    assert_eq!(found(s.value().size(3)).await, [4]);
    assert_eq!(found(s.value().any(|item| item.key("deep").eq(true))).await, [4]);
    assert_eq!(found(s.value().at(0).eq(1)).await, [4]);
    assert_eq!(found(s.value().key("key").eq(7)).await, [5]);
    assert_eq!(found(s.value().key("list").contains(2)).await, [5]);
    assert_eq!(found(s.value().geo_within(Area::circle_on_sphere([10.0, 60.0], 0.01))).await, [6]);
    assert_eq!(found(s.value().eq(5_u32)).await, [1]);
    assert_eq!(found(s.value().eq(&"text".to_owned())).await, [3]);
    assert_eq!(found(s.value().eq(vec![Bson::from(1), "a".into(), doc! { "deep": true }.into()])).await, [4]);
    assert_eq!(found(s.value().eq(doc! { "key": 7, "list": [1, 2, 3] })).await, [5]);
    assert_eq!(found(s.value().contains(doc! { "deep": true })).await, [4]);
    assert_eq!(found(s.value().eq(Timestamp { time: 1, increment: 2 })).await, [0; 0]);
    assert_eq!(found(s.value().eq(Uuid::from_bytes([7; 16]))).await, [0; 0]);
    let bytes = Binary { subtype: BinarySubtype::Generic, bytes: vec![1] };
    assert_eq!(found(s.value().eq(bytes)).await, [0; 0]);
    let _ = s.value().near(Point::new(10.0, 60.0), ..10.0);
}

#[odm_test::test]
async fn a_field_of_any_type_has_every_update_operator(db: Database) -> odm::Result<()> {
    let settings = settings(&db).await;
    let s = Setting::fields();
    settings.update_one(s.id().eq(1), s.value().inc(2)).await?;
    settings.update_one(s.id().eq(2), s.value().mul(1.5)).await?;
    settings.update_one(s.id().eq(3), s.value().set_null()).await?;
    settings.update_one(s.id().eq(4), s.value().push("b")).await?;
    settings.update_one(s.id().eq(5), s.value().key("key").set(8)).await?;
    settings.update_one(s.id().eq(6), s.value().current_date()).await?;
    let value = async |id| settings.get(id).await.unwrap().unwrap().value;
    assert_eq!(value(1).await, Bson::from(7));
    assert_eq!(value(2).await, Bson::from(9.0));
    assert_eq!(value(3).await, Bson::Null);
    assert_eq!(value(4).await.as_array().unwrap().last(), Some(&Bson::from("b")));
    assert_eq!(value(5).await.as_document().unwrap().get("key"), Some(&Bson::from(8)));
    assert!(matches!(value(6).await, Bson::DateTime(_)));
    Ok(())
}

#[odm_test::test]
async fn a_union_may_be_null_and_has_an_order_if_all_variants_have(db: Database) {
    let settings = settings(&db).await;
    let s = Setting::fields();
    let found = async |filter: Filter<Setting>| ids(&settings, filter).await;
    assert_eq!(found(s.union().is_null()).await, [0, 3, 6]);
    assert_eq!(found(s.union().is_present()).await, [1, 2, 4, 5]);
    assert_eq!(found(s.union().gt(Union::Number(4))).await, [1, 4]);
    assert_eq!(found(s.union().gte(Union::Text("b".into()))).await, [2, 5]);
    assert_eq!(found(s.union().number().gt(4)).await, [1, 4]);
}

#[odm_test::test]
async fn a_union_has_every_operator_of_each_variant(db: Database) -> odm::Result<()> {
    #[derive(Debug, PartialEq, Shape)]
    struct Both {
        id: i32,
        next: Option<i64>,
        upper: Option<String>,
        length: Option<i32>,
    }

    let settings = settings(&db).await;
    let s = Setting::fields();
    let found = async |filter: Filter<Setting>| ids(&settings, filter).await;
    assert_eq!(found(s.union().number().bits_all_set(5)).await, [1, 4]);
    assert_eq!(found(s.union().text().starts_with("b")).await, [2, 5]);

    // Other variants are null in an expression, so the operators never see them.
    let stages = settings.aggregate().matching(|s| s.id().lt(3)).sort(|s| s.id().asc()).project(|s| BothOf {
        id: s.id(),
        next: s.union().number() + 1,
        upper: s.union().text().if_null("none").to_upper(),
        length: s.union().text().if_null("").str_len_cp(),
    });
    assert!(
        stages.to_string().contains(
            r#""$add": [{ "$cond": [{ "$in": [{ "$type": "$union" }, ["int", "long"]] }, "$union", null] }, 1]"#
        ),
        "{stages}"
    );
    let rows: Vec<Both> = stages.await?.try_collect().await?;
    let row = |id, next, upper: &str, length| Both {
        id,
        next,
        upper: Some(upper.to_owned()),
        length: Some(length),
    };
    assert_eq!(rows, [row(0, None, "NONE", 0), row(1, Some(6), "NONE", 0), row(2, None, "B", 1)]);

    settings.update_one(s.id().eq(1), s.union().number().inc(2)).await?;
    assert_eq!(settings.get(1).await?.unwrap().union, Union::Number(7));
    // The server refuses an operator on a value of another type, as it does for a field of type `Bson`.
    let error = settings.update_one(s.id().eq(2), s.union().number().inc(2)).await.unwrap_err();
    assert_eq!(error.code(), Some(14));
    Ok(())
}

/// Two fields of which one may be renamed to the other.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "members")]
struct Member {
    id: Id<Member>,
    mail: Option<String>,
    email: String,
}

#[odm_test::test]
async fn an_optional_field_is_renamed_to_one_that_is_always_there(db: Database) -> odm::Result<()> {
    let members = db.collection::<Member>();
    let raw = members.driver().clone_with_type::<Document>();
    raw.insert_one(doc! { "mail": "ada@example.org" }).await.unwrap();
    assert!(members.find_one(Filter::all()).await.unwrap_err().is_decode());
    let m = Member::fields();
    let rename = m.mail().rename(m.email());
    assert_eq!(rename.to_string(), r#"{ "$rename": { "mail": "email" } }"#);
    members.update_many(m.mail().is_present(), rename).await?;
    let member = members.find_one(Filter::all()).await?.unwrap();
    assert_eq!((member.mail, member.email.as_str()), (None, "ada@example.org"));
    Ok(())
}

/// The string that serde makes of a date sorts by its characters. Only the author of the type knows whether another
/// representation has a useful order.
#[derive(Debug, Clone, PartialEq, Embedded)]
struct Ranked {
    #[odm(serde(ordered))]
    rank: std::num::NonZero<u8>,
}

#[test]
fn a_field_stored_through_serde_has_an_order_if_its_attribute_specifies_it() {
    #[derive(Debug, Model)]
    #[odm(collection = "ranked")]
    struct Holder {
        #[allow(dead_code)] // only its type is used
        id: i32,
        #[allow(dead_code)] // only its type is used
        ranked: Ranked,
    }
    let filter = Holder::fields().ranked().rank().gt(std::num::NonZero::new(3).unwrap());
    assert_eq!(filter.to_string(), r#"{ "ranked.rank": { "$gt": 3 } }"#);
}
