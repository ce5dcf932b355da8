//! The questions about customers.

use examples::customers::{most_credit, overview, tiers_by_age};
use odm::{Database, bson::doc};

use super::{assert_same, stored};

#[odm_test::test]
async fn who_has_the_most_credit(db: Database) {
    let (_, customers, _) = stored(&db).await;
    let by_hand = [
        doc! { "$unwind": "$accounts" },
        doc! { "$lookup": {
            "from": "accounts", "localField": "accounts", "foreignField": "account_id", "as": "account",
        } },
        doc! { "$unwind": "$account" },
        doc! { "$group": {
            "_id": "$_id",
            "name": { "$first": "$name" },
            "accounts": { "$sum": 1 },
            "credit": { "$sum": "$account.limit" },
        } },
        doc! { "$sort": { "credit": -1, "name": 1 } },
        doc! { "$group": { "_id": null, "rows": { "$push": "$$ROOT" }, "all": { "$sum": "$credit" } } },
        doc! { "$set": { "credits": "$rows.credit" } },
        doc! { "$unwind": { "path": "$rows", "includeArrayIndex": "index" } },
        doc! { "$set": {
            "running": { "$sum": { "$slice": ["$credits", { "$add": ["$index", 1] }] } },
            // One more than the number of those with more.
            "place": { "$add": [1, { "$indexOfArray": ["$credits", "$rows.credit"] }] },
        } },
        doc! { "$limit": 10 },
        doc! { "$project": {
            "_id": 0, "place": 1, "name": "$rows.name", "accounts": "$rows.accounts", "credit": "$rows.credit",
            "cumulative_percent": {
                "$round": [{ "$divide": [{ "$multiply": [100, "$running"] }, "$all"] }, 1],
            },
        } },
    ];
    assert_same(&customers, most_credit, by_hand).await;
}

#[odm_test::test]
async fn how_many_cards_of_which_tier_each_decade_has(db: Database) {
    let (_, customers, _) = stored(&db).await;
    let cards = |tier: &str| {
        let condition = doc! { "$and": ["$$card.v.active", { "$eq": ["$$card.v.tier", tier] }] };
        let cards = doc! { "$objectToArray": "$tier_and_details" };
        doc! { "$sum": { "$size": { "$filter": { "input": cards, "as": "card", "cond": condition } } } }
    };
    let by_hand = [
        doc! { "$group": {
            "_id": { "$toInt": { "$concat": [{ "$substrBytes": [{ "$toString": "$birthdate" }, 0, 3] }, "0"] } },
            "bronze": cards("Bronze"),
            "silver": cards("Silver"),
            "gold": cards("Gold"),
            "platinum": cards("Platinum"),
        } },
        doc! { "$match": { "$expr": { "$gt": [{ "$add": ["$bronze", "$silver", "$gold", "$platinum"] }, 0] } } },
        doc! { "$sort": { "_id": 1 } },
    ];
    assert_same(&customers, tiers_by_age, by_hand).await;
}

#[odm_test::test]
async fn several_views_of_all_customers(db: Database) {
    let (_, customers, _) = stored(&db).await;
    let by_hand = [
        doc! { "$set": { "cards": { "$map": {
            "input": { "$objectToArray": "$tier_and_details" }, "as": "card", "in": "$$card.v",
        } } } },
        doc! { "$facet": {
            "wallets": [
                { "$sortByCount": { "$size": "$cards" } },
                { "$sort": { "_id": 1 } },
                { "$project": { "customers": "$count" } },
            ],
            "benefits": [
                { "$unwind": "$cards" },
                { "$unwind": "$cards.benefits" },
                { "$group": { "_id": "$cards.benefits", "count": { "$sum": 1 } } },
                { "$sort": { "count": -1, "_id": 1 } },
                { "$limit": 5 },
            ],
            "shared": [
                { "$group": { "_id": "$username", "names": { "$push": "$name" } } },
                { "$match": { "names.1": { "$exists": true } } },
                { "$project": {
                    "customers": { "$size": "$names" },
                    "names": { "$sortArray": { "input": "$names", "sortBy": 1 } },
                } },
                { "$sort": { "_id": 1 } },
            ],
        } },
    ];
    assert_same(&customers, overview, by_hand).await;
}
