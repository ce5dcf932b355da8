//! Pipelines that write their rows.

use odm::{
    Database, Model, Pipeline, Shape,
    bson::doc,
    pipeline::{WhenMatched, WhenNotMatched, sum},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "sales")]
struct Sale {
    id: i32,
    shop: String,
    price: i64,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct ShopRow {
    #[odm(id)]
    shop: String,
    total: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "shops")]
struct Shop {
    #[odm(id)]
    name: String,
    total: i64,
}

#[derive(Debug, Shape)]
struct Total {
    total: i64,
}

fn shop(name: &str, total: i64) -> Shop {
    Shop { name: name.to_owned(), total }
}

async fn sell(db: &Database) -> odm::Result<()> {
    let sale = |id, shop: &str, price| Sale { id, shop: shop.to_owned(), price };
    db.collection().insert_many([sale(1, "north", 3), sale(2, "north", 4), sale(3, "south", 5)]).await?;
    Ok(())
}

async fn shops(db: &Database) -> odm::Result<Vec<Shop>> {
    db.collection::<Shop>()
        .find(odm::Filter::all())
        .sort(Shop::fields().name().asc())
        .await?
        .try_collect()
        .await
}

#[odm_test::test]
async fn the_update_of_merge_reads_the_row_and_variables(db: Database) -> odm::Result<()> {
    sell(&db).await?;
    db.collection().insert_one(&shop("north", 100)).await?;
    db.collection::<Sale>()
        .aggregate()
        .group(|s| ShopRowOf { shop: s.shop(), total: sum(s.price()) })
        .merge::<Shop>(|shops| {
            shops
                .when_matched_let(
                    |row| (("twice", row.total() * 2), ("bonus", 1)),
                    |stored, new, (twice, bonus)| {
                        stored
                            .set(|s| TotalOf { total: s.total() + new.total() + twice.over() + bonus.over() })
                    },
                )
                .when_not_matched(WhenNotMatched::Insert)
        })
        .await?;
    assert_eq!(shops(&db).await?, [shop("north", 100 + 7 + 14 + 1), shop("south", 5)]);
    Ok(())
}

#[odm_test::test]
async fn the_update_of_merge_reads_the_row(db: Database) -> odm::Result<()> {
    sell(&db).await?;
    db.collection().insert_one(&shop("north", 100)).await?;
    db.collection::<Sale>()
        .aggregate()
        .group(|s| ShopRowOf { shop: s.shop(), total: sum(s.price()) })
        .merge::<Shop>(|shops| {
            shops
                .on(|s| s.name())
                .when_matched_update(|stored, new| stored.set(|s| TotalOf { total: s.total() + new.total() }))
                .when_not_matched(WhenNotMatched::Discard)
        })
        .await?;
    assert_eq!(shops(&db).await?, [shop("north", 107)]);
    Ok(())
}

#[odm_test::test]
async fn rows_declared_as_a_model_replace_its_collection(db: Database) -> odm::Result<()> {
    sell(&db).await?;
    db.collection().insert_one(&shop("west", 1)).await?;
    db.collection::<Sale>()
        .aggregate()
        .group(|s| ShopRowOf { shop: s.shop(), total: sum(s.price()) })
        .cast::<Shop>()
        .out()
        .await?;
    assert_eq!(shops(&db).await?, [shop("north", 7), shop("south", 5)]);
    Ok(())
}

#[test]
fn merge_renders_its_action_and_its_database() {
    let stage = |action| {
        let pipeline =
            Pipeline::<Shop>::new().merge::<Shop>(|shops| shops.database("other").when_matched(action));
        pipeline.into_stages().unwrap()[0].get_document("$merge").unwrap().clone()
    };
    let into = doc! { "db": "other", "coll": "shops" };
    for (action, name) in [
        (WhenMatched::Merge, "merge"),
        (WhenMatched::Replace, "replace"),
        (WhenMatched::KeepExisting, "keepExisting"),
        (WhenMatched::Fail, "fail"),
    ] {
        assert_eq!(stage(action), doc! { "into": &into, "whenMatched": name });
    }
}

#[test]
fn a_detached_pipeline_writes_its_rows() {
    let pipeline = Pipeline::<Sale>::new().matching(|s| s.price().gt(3)).out();
    assert_eq!(pipeline.to_string(), r#"[{ "$match": { "price": { "$gt": 3 } } }, { "$out": "sales" }]"#);
}
