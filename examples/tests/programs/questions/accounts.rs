//! The questions about accounts.

use examples::accounts::{companions, overview, ownership};
use odm::{Database, bson::doc};

use super::{assert_same, stored};

#[odm_test::test]
async fn the_product_that_is_held_most_often_with_each_product(db: Database) {
    let (accounts, ..) = stored(&db).await;
    let by_hand = [
        doc! { "$project": { "product": "$products", "others": "$products" } },
        doc! { "$unwind": "$product" },
        doc! { "$group": { "_id": "$product", "holders": { "$sum": 1 }, "others": { "$push": "$others" } } },
        doc! { "$unwind": "$others" },
        doc! { "$unwind": "$others" },
        doc! { "$match": { "$expr": { "$ne": ["$_id", "$others"] } } },
        doc! { "$group": {
            "_id": { "product": "$_id", "other": "$others" },
            "holders": { "$first": "$holders" },
            "both": { "$sum": 1 },
        } },
        doc! { "$group": { "_id": "$_id.product", "most": { "$max": "$both" }, "pairs": { "$push": "$$ROOT" } } },
        doc! { "$unwind": "$pairs" },
        doc! { "$match": { "$expr": { "$eq": ["$pairs.both", "$most"] } } },
        doc! { "$replaceWith": "$pairs" },
        doc! { "$sort": { "holders": -1, "_id": 1 } },
        doc! { "$project": {
            "_id": 0, "product": "$_id.product", "holders": 1, "other": "$_id.other", "both": 1,
            "percent": { "$round": [{ "$divide": [{ "$multiply": [100, "$both"] }, "$holders"] }, 1] },
        } },
    ];
    assert_same(&accounts, companions, by_hand).await;
}

#[odm_test::test]
async fn how_many_customers_own_an_account(db: Database) {
    let (accounts, ..) = stored(&db).await;
    let by_hand = [
        doc! { "$lookup": {
            "from": "customers",
            "let": { "number": "$account_id" },
            "pipeline": [{ "$match": { "$expr": { "$in": ["$$number", "$accounts"] } } }, { "$count": "number" }],
            "as": "owners",
        } },
        doc! { "$sort": { "account_id": 1 } },
        doc! { "$group": {
            "_id": { "$ifNull": [{ "$first": "$owners.number" }, 0] },
            "accounts": { "$sum": 1 },
            "average_limit": { "$avg": "$limit" },
            "lowest": { "$push": "$account_id" },
        } },
        doc! { "$set": { "lowest": { "$slice": ["$lowest", 3] } } },
        doc! { "$sort": { "_id": 1 } },
    ];
    assert_same(&accounts, ownership, by_hand).await;
}

#[odm_test::test]
async fn several_views_of_all_accounts(db: Database) {
    let (accounts, ..) = stored(&db).await;
    let from = |limit: i32| doc! { "case": { "$gte": ["$limit", limit] }, "then": limit };
    let by_hand = [doc! { "$facet": {
        "limits": [
            { "$group": {
                "_id": { "$switch": {
                    "branches": [from(15_000), from(10_000), from(8_000), from(5_000)],
                    "default": 0,
                } },
                "accounts": { "$sum": 1 },
            } },
            { "$sort": { "_id": 1 } },
        ],
        "breadths": [
            { "$unwind": "$products" },
            { "$group": { "_id": "$_id", "products": { "$sum": 1 }, "limit": { "$first": "$limit" } } },
            { "$group": { "_id": "$products", "accounts": { "$sum": 1 }, "average_limit": { "$avg": "$limit" } } },
            { "$sort": { "_id": 1 } },
        ],
        "repeated": [
            { "$sortByCount": "$account_id" },
            { "$match": { "count": { "$gte": 2 } } },
            { "$project": { "accounts": "$count" } },
        ],
    } }];
    assert_same(&accounts, overview, by_hand).await;
}
