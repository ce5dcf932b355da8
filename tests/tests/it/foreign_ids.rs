//! Ids of other models in fields: they are stored as the bare key of any type, and can be found by it.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    fmt,
    str::FromStr,
};

use odm::{
    Database, Filter, Id, Model, Value,
    bson::{self, Bson, Document, oid::ObjectId},
};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Value)]
struct Slug(String);

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Slug {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// Models with each kind of key, and a model that contains their ids in every possible way.
macro_rules! keyed {
    ($($test:ident: $target:ident, $source:ident, $key:ty, [$one:expr, $two:expr];)*) => { $(
        #[derive(Debug, Clone, PartialEq, Model)]
        #[odm(collection = "targets", key = $key)]
        struct $target {
            id: Id<$target>,
        }

        #[derive(Debug, Clone, PartialEq, Model)]
        #[odm(collection = "sources")]
        struct $source {
            id: i32,
            to: Id<$target>,
            next: Option<Id<$target>>,
            all: Vec<Id<$target>>,
        }

        #[odm_test::test]
        async fn $test(db: Database) -> odm::Result<()> {
            let keys: [$key; 2] = [$one, $two];
            let [one, two]: [Id<$target>; 2] = keys.clone().map(Id::from_key);
            let sources = db.collection::<$source>();
            let first = $source { id: 1, to: one.clone(), next: Some(two.clone()), all: vec![one.clone(), two.clone()] };
            let second = $source { id: 2, to: two.clone(), next: None, all: vec![] };
            sources.insert_many([&first, &second]).await?;

            let stored = sources.driver().clone_with_type::<Document>();
            let stored = stored.find_one(bson::doc! { "_id": 1 }).await.unwrap().unwrap();
            let [first_key, second_key]: [Bson; 2] = keys.map(|key| key.to_bson().unwrap());
            assert_eq!(stored.get("to"), Some(&first_key));
            assert_eq!(stored.get("next"), Some(&second_key));
            assert_eq!(stored.get_array("all").unwrap(), &[first_key, second_key]);

            let s = $source::fields();
            for (filter, found) in [
                (s.to().eq(&one), vec![1]),
                (s.to().ne(one.clone()), vec![2]),
                (s.to().in_([&one, &two]), vec![1, 2]),
                (s.to().gte(&two), vec![2]),
                (s.next().eq(&two), vec![1]),
                (s.next().is_null(), vec![2]),
                (s.all().contains(&two), vec![1]),
                (s.all().any(|id| id.eq(&one)), vec![1]),
            ] {
                let text = filter.to_string();
                let ids: Vec<_> =
                    sources.find(filter).sort(s.id().asc()).await?.try_collect::<Vec<_>>().await?;
                let ids: Vec<_> = ids.iter().map(|source| source.id).collect();
                assert_eq!(ids, found, "{text}");
            }

            sources.update_one(s.id().eq(2), s.to().set(&one) + s.next().set(two.clone()) + s.all().push(&two)).await?;
            let changed = sources.get(2).await?.unwrap();
            assert_eq!(changed, $source { id: 2, to: one.clone(), next: Some(two.clone()), all: vec![two.clone()] });
            assert_eq!(sources.distinct(s.to(), Filter::all()).await?, [one]);

            let targets = db.collection::<$target>();
            targets.insert_one(&$target { id: two.clone() }).await?;
            assert_eq!(targets.get(changed.next.unwrap()).await?, Some($target { id: two }));
            Ok(())
        }
    )* };
}

keyed! {
    a_foreign_id_may_be_an_object_id: OfObjectId, ToObjectId, ObjectId,
        [ObjectId::from_bytes([1; 12]), ObjectId::from_bytes([2; 12])];
    a_foreign_id_may_be_a_string: OfText, ToText, String, ["a".to_owned(), "b.c $".to_owned()];
    a_foreign_id_may_be_a_uuid: OfUuid, ToUuid, bson::Uuid,
        [bson::Uuid::from_bytes([1; 16]), bson::Uuid::from_bytes([2; 16])];
    a_foreign_id_may_be_a_signed_number: OfNumber, ToNumber, i64, [-1, 2];
    a_foreign_id_may_be_an_unsigned_number: OfUnsigned, ToUnsigned, u32, [1, 2];
    a_foreign_id_may_be_a_user_type: OfSlug, ToSlug, Slug, [Slug("a".to_owned()), Slug("b".to_owned())];
}

#[derive(Debug, PartialEq, Model)]
#[odm(collection = "links")]
struct Link {
    id: i32,
    seen: BTreeSet<Id<OfSlug>>,
    times: BTreeMap<Id<OfNumber>, i32>,
}

#[odm_test::test]
async fn ids_are_elements_of_sets_and_keys_of_maps(db: Database) -> odm::Result<()> {
    let (links, l) = (db.collection::<Link>(), Link::fields());
    let (slug, number) = (Id::from_key(Slug("a".to_owned())), Id::from(7_i64));
    let link = Link { id: 1, seen: BTreeSet::from([slug]), times: BTreeMap::from([(number, 3)]) };
    links.insert_one(&link).await?;
    let filter = l.seen().contains(Id::from_key(Slug("a".to_owned()))) & l.times().key(Id::from(7_i64)).eq(3);
    assert_eq!(filter.to_string(), r#"{ "seen": { "$eq": "a" }, "times.7": { "$eq": 3 } }"#);
    assert_eq!(links.find_one(filter).await?, Some(link));
    Ok(())
}
